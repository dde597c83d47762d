// Owns: Record, and Start-, Pause-, Resume- and StopRecording. That only one background recording runs is kept in a variable.
import * as build from '../../../flow/build.ts';
import type { Transcribe } from '../../../flow/node.ts';
import type { Fields } from '../../xml/fields.ts';
import { destinationOf, tagNodes } from '../destination.ts';
import type { CompileVerb, Scope } from '../scope.ts';

const running = 'recording';
const isRunning = { subject: running, equals: ['on'] };

export const record: CompileVerb = ({ scope, fields, at }) => {
  const extra = channels('1');
  const report = destinationOf(fields, scope, {
    prefix: 'recordComplete',
    event: 'recordComplete',
    fallback: true,
    extra,
  });
  const notify = availableOf(fields, scope, extra);
  const transcribe = transcribeOf(fields, scope);
  warnFormat(fields, scope);
  const node = build.record('until', {
    at,
    terminators: fields.keys('terminatingDigits', '#'),
    maxMs: fields.seconds('maxDuration', 60, { min: 1, max: 10_800 }),
    silenceMs: fields.seconds('silenceTimeout', 0, { min: 0, max: 10_800 }) || null,
    report,
    notify,
    ...transcribe,
  });
  return { nodes: [...tagNodes(fields, scope), node], leaves: report !== null };
};

export const startRecording: CompileVerb = ({ scope, fields, at }) => {
  const oneEach = fields.boolean('multiChannel', false);
  const notify = availableOf(fields, scope, channels(oneEach ? '2' : '1'));
  const transcribe = transcribeOf(fields, scope);
  warnFormat(fields, scope);
  const start = [
    ...tagNodes(fields, scope),
    build.set(running, 'on', at),
    build.record('start', {
      at,
      channels: oneEach ? 'one-each' : 'mixed',
      notify,
      ...transcribe,
      onFailed: [build.set(running, '', at)],
    }),
  ];
  return { nodes: [build.choose([{ when: isRunning, body: [] }], start, at)] };
};

export const stopRecording: CompileVerb = ({ at }) => {
  const stop = [build.record('stop', { at }), build.set(running, '', at)];
  return { nodes: [build.choose([{ when: isRunning, body: stop }], [], at)] };
};

/** Without a recording that runs, neither has an effect. */
export const pauseRecording: CompileVerb = ({ at }) => ({ nodes: [build.record('pause', { at })] });
export const resumeRecording: CompileVerb = ({ at }) => ({ nodes: [build.record('resume', { at })] });

const channels = (count: '1' | '2') => ({ channels: count });

const availableOf = (fields: Fields, scope: Scope, extra: Readonly<Record<string, string>>) =>
  destinationOf(fields, scope, { prefix: 'recordingAvailable', event: 'recordingAvailable', fallback: false, extra });

function transcribeOf(fields: Fields, scope: Scope): { readonly transcribe?: Transcribe } {
  const names = { prefix: 'transcriptionAvailable', event: 'transcriptionAvailable', fallback: false };
  const notify = destinationOf(fields, scope, names);
  const detectLanguage = fields.boolean('detectLanguage', false);
  if (!fields.boolean('transcribe', false)) return {};
  if (scope.transcribes === true) return { transcribe: { detectLanguage, notify } };
  scope.problems.warn(
    'attribute-not-supported',
    fields.attribute('transcribe')!.at,
    `transcribe of <${fields.element.name}> has no effect without a transcription engine.`,
    'Set transcription.engine in the configuration.',
  );
  return {};
}

function warnFormat(fields: Fields, scope: Scope): void {
  if (fields.choice('fileFormat', ['wav', 'mp3'], 'wav') !== 'mp3') return;
  scope.problems.warn(
    'attribute-not-supported',
    fields.attribute('fileFormat')!.at,
    'fileFormat="mp3" is recorded as WAV.',
    'Write fileFormat="wav", and expect a WAV file.',
  );
}
