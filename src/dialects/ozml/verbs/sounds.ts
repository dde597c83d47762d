// Owns: Speak, Play, Beep and Delay, as commands and as what is heard before a UserInput.
import { isAbsolute, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as build from '../../../flow/build.ts';
import type { Party } from '../../../flow/node.ts';
import { resolveAddress } from '../../xml/address.ts';
import { shorten } from '../../xml/fields.ts';
import { byDefault } from '../decisions.ts';
import type { Parameters } from '../parameters.ts';
import { type CompileCommand, nothing, type Scope } from '../scope.ts';
import { withVariables, withVariablesInAddress } from '../variables.ts';

const parties = { caller: 'caller', callee: 'callee', all: 'both', both: 'both' } as const satisfies Record<
  string,
  Party
>;
const anySeconds = { min: 0, max: 86_400 };

/** By URL it must be said. */
export function partyOf(given: Parameters, { form }: Scope): Party {
  const written = given.text('Party');
  if (form === 'api' && (written === null || written === '')) given.needed('Party');
  return parties[given.choice('Party', ['caller', 'callee', 'all', 'both'], 'caller')];
}

export const speak: CompileCommand = ({ scope, given, at }) => {
  const text = given.needed('Text');
  const language = languageOf(given);
  const to = partyOf(given, scope);
  if (text === null) return nothing;
  const words = scope.form === 'api' ? text.replaceAll('{{', '{ {') : withVariables(text.replaceAll(/\s+/g, ' '));
  return { nodes: [build.play(build.speech(words, { language }), { at, to })] };
};

function languageOf(given: Parameters): string {
  const written = given.text('Language');
  if (written === null || written === '') return byDefault.language;
  const tag = written.replaceAll('_', '-').replace(/-UK$/i, '-GB');
  if (/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(tag)) return tag;
  given.wrong(
    'Language',
    `Language is not a language; ${byDefault.language} is used.`,
    'Write a language as es or pt-BR.',
  );
  return byDefault.language;
}

export const play: CompileCommand = ({ scope, given, at }) => {
  const url = audioFile(given, scope);
  const times = given.boolean('Repeat', false) ? null : 1;
  const mostMs = given.seconds('Timeout', null, anySeconds);
  const to = partyOf(given, scope);
  if (url === null) return nothing;
  const sound = { kind: 'media', url } as const;
  // 0 is no timeout: a sound of no length would be a mistake.
  const bound = mostMs === null || mostMs === 0 ? {} : { mostMs };
  return { nodes: [build.play(build.prompt(sound, times), { at, to, ...bound })] };
};

function audioFile(given: Parameters, { form, filesDir, source }: Scope): string | null {
  const written = given.needed('AudioFile');
  if (written === null) return null;
  if (form === 'api' && !/^https?:/i.test(written)) {
    const path = filesDir === null ? null : insideOf(filesDir, written);
    if (path !== null) return pathToFileURL(path).href.replaceAll('{', '%7B');
    given.wrong(
      'AudioFile',
      `"${shorten(written)}" is no file that can be played.`,
      filesDir === null
        ? 'Write an http(s) address, or configure ozml.filesDir.'
        : 'Write a path inside of ozml.filesDir.',
    );
    return null;
  }
  const address = resolveAddress(written.replaceAll('\\', '/'), source);
  if ('url' in address) return withVariablesInAddress(address.url);
  given.wrong('AudioFile', `${address.fault} The sound is skipped.`, address.hint);
  return null;
}

/** By its name only; whoever opens it resolves symbolic links. */
function insideOf(folder: string, written: string): string | null {
  const path = normalize(written.replaceAll('\\', '/'));
  if (
    path.includes('\0') ||
    isAbsolute(path) ||
    /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path) ||
    path === '..' ||
    path.startsWith('../') ||
    path === '.'
  )
    return null;
  return join(folder, path);
}

export const beep: CompileCommand = ({ at }) => ({
  nodes: [build.play({ kind: 'progress', name: 'beep', durationMs: null }, { at })],
});

export const delay: CompileCommand = ({ given, at }) => {
  if (given.needed('Time') === null) return nothing;
  return { nodes: [build.pause(given.seconds('Time', 1000, anySeconds), { at })] };
};
