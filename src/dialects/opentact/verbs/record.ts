// Owns: Record, RecordStart and RecordStop. What an empty Record means is decided in decisions.ts.
import * as build from '../../../flow/build.ts';
import { byDefault } from '../decisions.ts';
import type { CompileVerb } from '../scope.ts';

export const record: CompileVerb = ({ scope, fields, at, children, rest, onFailed }) => {
  const tag = fields.text('tag') || null;
  const maxMs = fields.milliseconds('timeout', null, { min: 1, max: 86_400_000 });
  if (children.length > 0) return [build.record('during', { at, tag, maxMs, onFailed, body: scope.block(children) })];
  const isVoicemail = rest.every((name) => name === 'Hangup');
  if (!isVoicemail) return [build.record('start', { at, tag, maxMs, onFailed })];
  return [
    build.record('until', {
      at,
      tag,
      maxMs: maxMs ?? byDefault.voicemailMaxMs,
      silenceMs: byDefault.voicemailSilenceMs,
      terminators: byDefault.voicemailKeys,
      beep: true,
      onFailed,
    }),
  ];
};

export const recordStart: CompileVerb = ({ fields, at, onFailed }) => [
  build.record('start', { at, tag: fields.text('tag') || null, onFailed }),
];

export const recordStop: CompileVerb = ({ fields, at, onFailed }) => [
  build.record('stop', { at, tag: fields.text('tag') || null, onFailed }),
];
