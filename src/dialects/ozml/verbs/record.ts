// Owns: Record: until one of its ends in a script, in the background by URL.
import * as build from '../../../flow/build.ts';
import { destinationOf } from '../destination.ts';
import type { CompileCommand } from '../scope.ts';

const event = 'RecordCompleted';
const anySeconds = { min: 1, max: 86_400 };

export const record: CompileCommand = ({ scope, given, at }) => {
  const { source, form } = scope;
  given.choice('Format', ['mp3', 'wav'], null);
  const maxMs = given.seconds('Duration', null, anySeconds);
  if (form === 'api')
    return {
      nodes: [build.record('start', { at, maxMs, notify: destinationOf(given, 'FinishedUrl', event, source) })],
    };
  const node = build.record('until', {
    at,
    maxMs,
    silenceMs: given.seconds('Inactivity', null, anySeconds),
    terminators: given.keys('FinishDigits'),
    report: destinationOf(given, 'FinishedUrl', event, source),
    // Told once: by the report while the call is up, by this when its caller is gone (words.ts).
    notify: destinationOf(given, 'FinishedUrl', event, source, { when: 'ended' }),
  });
  return { nodes: [node] };
};
