// Owns: the webhooks of conferences.
import type { CallFacts, Report } from '../../../flow/report.ts';
import type { Properties } from '../../bxml/query.ts';
import { callIdOf, conferenceIdOf } from '../call-id.ts';
import { ofRecording } from './recording.ts';
import { iso, type Subject, tagOf } from './subject.ts';

const conferenceEvents = {
  created: 'conferenceCreated',
  joined: 'conferenceMemberJoin',
  left: 'conferenceMemberExit',
  redirect: 'conferenceRedirect',
  completed: 'conferenceCompleted',
  // Nobody is told of it by BXML.
  changed: 'conferenceMemberChanged',
} as const satisfies Record<Extract<Report, { kind: 'conference' }>['event'], string>;

export const ofConference = (
  subject: Subject,
  report: Extract<Report, { kind: 'conference' }>,
  call: CallFacts,
): Properties => ({ ...common(subject, conferenceEvents[report.event], report, call), ...ofMember(report) });

function common({ now }: Subject, eventType: string, report: Report, call: CallFacts): Properties {
  const name = call.conference;
  return { eventType, eventTime: iso(now()), conferenceId: conferenceIdOf(call.id), name, tag: tagOf(report) };
}

function ofMember({ member }: Extract<Report, { kind: 'conference' }>): Properties {
  return member === null ? {} : { callId: callIdOf(member.call), from: member.from, to: member.to };
}

export function ofConferenceRecording(
  subject: Subject,
  report: Extract<Report, { kind: 'recording' }>,
  call: CallFacts,
): Properties {
  const {
    accountId: id,
    recordingId,
    mediaUrl,
    startTime,
    endTime,
    duration,
    fileFormat,
  } = ofRecording(subject, report, call);
  const recorded = { accountId: id, recordingId, channels: 1, startTime, endTime, duration, fileFormat, mediaUrl };
  return { ...common(subject, 'conferenceRecordingAvailable', report, call), ...recorded, status: 'complete' };
}
