// Owns: mediaStreamStarted, mediaStreamRejected and mediaStreamStopped.
import type { CallFacts, Report } from '../../../flow/report.ts';
import type { Properties } from '../../bxml/query.ts';
import { streamIdOf } from '../call-id.ts';
import { streamNameOf, trackNames } from '../stream-words.ts';
import { iso, type Subject } from './subject.ts';

export function ofStream(
  { ofCall }: Subject,
  report: Extract<Report, { kind: 'stream' }>,
  call: CallFacts,
): Properties {
  const { status, stream, url, tracks, startedMs, endedMs, cause, message } = report;
  const event = { started: 'mediaStreamStarted', rejected: 'mediaStreamRejected', stopped: 'mediaStreamStopped' }[
    status
  ];
  const startTime = iso(Date.parse(call.startedAt) + startedMs);
  const duration = status === 'stopped' && endedMs !== null ? { duration: `PT${(endedMs - startedMs) / 1000}S` } : {};
  return {
    ...ofCall(event, report, call),
    mediaStream: {
      ...{
        id: streamIdOf(call.id, stream),
        name: streamNameOf(report, call),
        destination: url,
        tracks: trackNames(tracks),
        type: 'WebSocket',
      },
      ...{ startTime, ...duration },
    },
    cause: cause ?? undefined,
    errorMessage: cause === null || cause === 'closed' ? undefined : (message ?? undefined),
  };
}
