// Owns: Pause, Ring and SendDtmf.
import * as build from '../../../flow/build.ts';
import { shorten, textOf } from '../../xml/fields.ts';
import { byDefault } from '../decisions.ts';
import { type CompileVerb, nothing } from '../scope.ts';

const anyDuration = { min: 0.1, max: 86_400 };
const toneRange = { min: 50, max: 5000 };

export const pause: CompileVerb = ({ fields, at }) => ({
  nodes: [build.pause(fields.seconds('duration', 1, anyDuration), { at })],
});

export const ring: CompileVerb = ({ fields, at }) => {
  const durationMs = fields.seconds('duration', 5, anyDuration);
  const answers = fields.boolean('answerCall', true);
  const tone = { kind: 'progress', name: 'ringback', durationMs } as const;
  return { nodes: [answers ? build.play(tone, { at }) : build.pause(durationMs, { at })] };
};

export const sendDtmf: CompileVerb = ({ scope, fields, at }) => {
  const toneMs = fields.integer('toneDuration', 200, toneRange);
  const gapMs = fields.integer('toneInterval', 400, toneRange);
  const written = textOf(fields.element);
  const keys = written.replaceAll(/[a-d]/g, (key) => key.toUpperCase());
  if (/^[0-9*#A-D,wW]+$/.test(keys) && keys.length <= byDefault.keysToSend)
    return { nodes: [build.sendDigits(keys, { at, toneMs, gapMs })] };
  const what =
    keys.length > byDefault.keysToSend
      ? `${keys.length} keys are more than can be sent.`
      : keys === ''
        ? '<SendDtmf> has no keys.'
        : `"${shorten(written, 30)}" is not made of keys.`;
  scope.problems.error(
    'digits-invalid',
    fields.element.at,
    what,
    `Write 1 to ${byDefault.keysToSend} of 0-9, *, #, A-D, and the pauses , w and W.`,
  );
  return nothing;
};
