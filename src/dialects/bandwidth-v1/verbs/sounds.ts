// Owns: SpeakSentence and PlayAudio, as verbs and as the prompts of a Gather.
import * as build from '../../../flow/build.ts';
import type { FlowNode, Prompt } from '../../../flow/node.ts';
import { resolveAddress } from '../../xml/address.ts';
import { type Fields, textOf } from '../../xml/fields.ts';
import { splitAddress } from '../callback.ts';
import { type CompileVerb, fieldsOf, type Named, nothing, type Scope } from '../scope.ts';
import { spokenSound } from '../speech.ts';

export const speakSentence: CompileVerb = ({ scope, fields, at }) => {
  const sound = spoken(fields, scope);
  return sound === null ? nothing : { nodes: [build.play(sound, { at })] };
};

export const playAudio: CompileVerb = ({ scope, fields, at }) => {
  const prompts = audio(fields, scope, false);
  return { nodes: prompts.map((prompt): FlowNode => build.play(prompt, { at })) };
};

/** What the children of a Gather sound like. */
export function promptsOf(children: readonly Named[], scope: Scope): readonly Prompt[] {
  return children.flatMap((child) => {
    const fields = fieldsOf(child, scope);
    if (child.name === 'PlayAudio') return audio(fields, scope, true);
    const sound = spoken(fields, scope);
    return sound === null ? [] : [build.prompt(sound)];
  });
}

function spoken(fields: Fields, scope: Scope) {
  const text = textOf(fields.element);
  const gender = fields.choice('gender', ['female', 'male'], null);
  const sound = spokenSound({ text, gender, locale: fields.text('locale'), voice: fields.text('voice') });
  if (sound.fault !== null)
    scope.problems.warn(
      'attribute-invalid',
      fields.element.at,
      sound.fault,
      'Write a locale as en_US, a voice as susan.',
    );
  if (text !== '') return sound.speech;
  scope.problems.warn('flow-prompt-empty', fields.element.at, '<SpeakSentence> has no text; it is passed over.');
  return null;
}

function audio(fields: Fields, scope: Scope, inGather: boolean): readonly Prompt[] {
  const times = fields.integer('repeatCount', 1, { min: 1, max: 30 });
  const delayMs = fields.seconds('delayBeforeRepeat', 0, { min: 0, max: 60 });
  const written = textOf(fields.element);
  const { at } = fields.element;
  if (written === '') {
    const hint = 'Write <PlayAudio>https://…</PlayAudio>.';
    scope.problems.error('attribute-missing', at, '<PlayAudio> has no address.', hint);
    return [];
  }
  const address = resolveAddress(written, scope.source);
  if (!('url' in address)) {
    scope.problems.error('address-invalid', at, address.fault, address.hint);
    return [];
  }
  const { url, credentials } = splitAddress(address.url);
  const sound = { kind: 'media', url, ...(credentials !== null && { credentials }) } as const;
  if (!inGather || delayMs === 0 || times === 1) return [build.prompt(sound, times)];
  const silence = build.prompt({ kind: 'silence', durationMs: delayMs });
  return Array.from({ length: times }, (_, round) =>
    round === 0 ? [build.prompt(sound)] : [silence, build.prompt(sound)],
  ).flat();
}
