// Owns: SpeakSentence and PlayAudio, as verbs and as the prompts of a Gather.
import * as build from '../../../flow/build.ts';
import type { Sound } from '../../../flow/node.ts';
import { resolveAddress } from '../../xml/address.ts';
import { type Fields, textOf } from '../../xml/fields.ts';
import { credentialsIn, withoutCredentials } from '../destination.ts';
import { languageTag } from '../language.ts';
import { type CompileVerb, fieldsOf, type Named, nothing, type Scope } from '../scope.ts';
import { readSsml } from '../ssml.ts';
import { voices } from '../voices.ts';

export const speakSentence: CompileVerb = ({ scope, fields, at }) => ({
  nodes: spoken(fields, scope).map((sound) => build.play(sound, { at })),
});

export const playAudio: CompileVerb = ({ scope, fields, at }) => {
  const sound = audio(fields, scope);
  return sound === null ? nothing : { nodes: [build.play(sound, { at })] };
};

/** What one prompt of a Gather sounds like. */
export function promptSounds(child: Named, scope: Scope): readonly Sound[] {
  const fields = fieldsOf(child, scope);
  if (child.name === 'SpeakSentence') return spoken(fields, scope);
  const sound = audio(fields, scope);
  return sound === null ? [] : [sound];
}

function spoken(fields: Fields, scope: Scope): readonly Sound[] {
  const gender = fields.choice('gender', ['female', 'male'], 'female');
  const language = localeOf(fields, scope);
  const name = fields.choice('voice', Object.keys(voices), null);
  const sounds = readSsml(
    fields.element,
    (name === null ? undefined : voices[name]) ?? { language, gender },
    scope.problems,
  );
  if (sounds.length === 0)
    scope.problems.warn('flow-prompt-empty', fields.element.at, '<SpeakSentence> has no text; it is passed over.');
  // A name in braces is a variable to the interpreter; BXML has none.
  return sounds.map((sound) =>
    sound.kind === 'speech' ? { ...sound, text: sound.text.replaceAll('{{', '{ {') } : sound,
  );
}

function localeOf(fields: Fields, scope: Scope): string {
  const written = fields.attribute('locale');
  const tag = languageTag(written?.value ?? 'en_US');
  if (tag !== null) return tag;
  scope.problems.warn(
    'attribute-invalid',
    written!.at,
    'locale is not a language; en_US is used.',
    'Write a language as es or es_MX.',
  );
  return 'en-US';
}

function audio(fields: Fields, scope: Scope): Sound | null {
  const named = credentialsIn(fields, 'username', 'password', scope);
  const written = textOf(fields.element);
  const { at } = fields.element;
  if (written === '') {
    scope.problems.error(
      'attribute-missing',
      at,
      '<PlayAudio> has no address.',
      'Write <PlayAudio>https://…</PlayAudio>.',
    );
    return null;
  }
  const address = resolveAddress(written, scope.source);
  if ('url' in address) {
    const { url, credentials } = withoutCredentials(address.url.replaceAll('{', '%7B'));
    const own = named ?? credentials;
    return { kind: 'media', url, ...(own !== null && { credentials: own }) };
  }
  scope.problems.error('address-invalid', at, address.fault, address.hint);
  return null;
}
