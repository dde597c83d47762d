// Owns: recordComplete, recordingAvailable and transcriptionAvailable.
import type { CallFacts, Report } from '../../../flow/report.ts';
import type { Properties } from '../../bxml/query.ts';
import { recordingIdOf, transcriptionIdOf } from '../call-id.ts';
import { iso, type Subject } from './subject.ts';

export function ofRecording(
  subject: Subject,
  report: Extract<Report, { kind: 'recording' }>,
  call: CallFacts,
): Properties {
  const { extra } = report.destination;
  const available = extra['event'] === 'recordingAvailable';
  const endedAt = subject.now();
  const startTime = iso(endedAt - report.durationMs);
  const { answerTime, tag, ...rest } = subject.ofCall(
    available ? 'recordingAvailable' : 'recordComplete',
    report,
    call,
  );
  return {
    ...rest,
    ...(available ? {} : { answerTime }),
    recordingId: recordingIdOf(call.id, report.recordingId),
    mediaUrl: subject.mediaUrl(report.recordingId, call),
    startTime,
    endTime: iso(endedAt),
    duration: `PT${report.durationMs / 1000}S`,
    channels: Number(extra['channels'] ?? '1'),
    fileFormat: 'wav',
    ...(available ? { status: 'complete' } : {}),
    tag,
  };
}

export function ofTranscription(
  subject: Subject,
  report: Extract<Report, { kind: 'transcription' }>,
  call: CallFacts,
): Properties {
  const { recordingId, startedAt, durationMs, status, completedAt } = report;
  const { answerTime: _, tag, ...rest } = subject.ofCall('transcriptionAvailable', report, call);
  const mediaUrl = subject.mediaUrl(recordingId, call);
  return {
    ...rest,
    ...{ recordingId: recordingIdOf(call.id, recordingId), mediaUrl },
    ...{
      startTime: startedAt,
      endTime: iso(Date.parse(startedAt) + durationMs),
      duration: `PT${durationMs / 1000}S`,
    },
    fileFormat: 'wav',
    tag,
    transcription: {
      id: transcriptionIdOf(call.id, recordingId),
      status: transcriptionStatuses[status],
      completedTime: completedAt,
      url: mediaUrl.replace(/media$/, 'transcription'),
    },
  };
}

export const transcriptionStatuses = {
  available: 'available',
  error: 'error',
  'too-short': 'file-size-too-small',
} as const satisfies Record<Extract<Report, { kind: 'transcription' }>['status'], string>;
