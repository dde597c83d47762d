// Owns: the webhooks of what is written down of a live call.
import type { CallFacts, LiveTranscript, Report } from '../../../flow/report.ts';
import type { Properties } from '../../bxml/query.ts';
import { callIdOf, liveTranscriptionIdOf } from '../call-id.ts';
import { decodeTag } from '../destination.ts';
import { trackNames } from '../stream-words.ts';
import { transcriptionNameOf } from '../transcript-words.ts';
import { iso, type Subject } from './subject.ts';

export function ofLiveTranscription(
  { ofCall }: Subject,
  report: Extract<Report, { kind: 'stream' }>,
  call: CallFacts,
): Properties {
  const { status, startedMs, endedMs, cause, message } = report;
  const event = {
    started: 'realTimeTranscriptionStarted',
    rejected: 'realTimeTranscriptionRejected',
    stopped: 'realTimeTranscriptionStopped',
  }[status];
  const startTime = iso(Date.parse(call.startedAt) + startedMs);
  const duration = status === 'stopped' && endedMs !== null ? { duration: `PT${(endedMs - startedMs) / 1000}S` } : {};
  return {
    ...ofCall(event, report, call),
    realTimeTranscription: { ...liveTranscription(report, call), startTime, ...duration },
    cause: cause ?? undefined,
    errorMessage: cause === null || cause === 'closed' ? undefined : (message ?? undefined),
  };
}

export function ofLiveTranscript(
  { ofCall, accountUrl }: Subject,
  report: Extract<Report, { kind: 'transcription' }>,
  live: LiveTranscript,
  call: CallFacts,
): Properties {
  const { recordingId: stream, startedAt: startTime, durationMs, status, completedAt: completedTime } = report;
  const id = liveTranscriptionIdOf(call.id, stream);
  const url = `${accountUrl(call)}/calls/${callIdOf(call.id)}/transcriptions/${id}`;
  return {
    ...ofCall('realTimeTranscriptionAvailable', report, call),
    realTimeTranscription: {
      ...{ ...liveTranscription({ ...live, stream }, call), startTime, duration: `PT${durationMs / 1000}S` },
      ...{ status: status === 'available' ? status : 'failed', url, completedTime },
    },
  };
}

const liveTranscription = (
  { stream, name, url, tracks }: LiveTranscript & { readonly stream: string },
  call: CallFacts,
): Properties => ({
  id: liveTranscriptionIdOf(call.id, stream),
  name: transcriptionNameOf({ stream, name }, call),
  tracks: trackNames(tracks),
  ...(url === '' ? {} : { destination: url, stabilized: true }),
});

/** Nobody writes down what is said on a live call (verbs/transcription.ts). */
export function ofRejected({ ofCall, now }: Subject, report: Report, call: CallFacts): Properties {
  const { name = '', tracks, stabilized, place = '', socket: destination } = report.destination.extra;
  const realTimeTranscription = {
    id: liveTranscriptionIdOf(call.id, place),
    name: name === '' ? undefined : decodeTag(name),
    tracks: tracks === 'both' ? ['inbound', 'outbound'] : [tracks],
    startTime: iso(now()),
    destination,
    stabilized: stabilized === 'true',
  };
  const errorMessage = 'Live calls are not transcribed here';
  const told = { realTimeTranscription, cause: 'error', errorMessage };
  return { ...ofCall('realTimeTranscriptionRejected', report, call), ...told };
}
