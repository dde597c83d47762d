// Owns: Bandwidth's webhooks (Programmable Voice, v2): which properties each has, in their order and spelling, as JSON by
// POST or as a query by GET. What the vendor's pages leave open is decided in decisions.ts.
// Does not: send anything, or answer a challenge (src/hooks).
import type { CallFacts, LiveTranscript, Report, ReportedLeg } from '../../flow/report.ts';
import { addQuery, type Properties } from '../bxml/query.ts';
import { credentialsNamed } from '../credentials.ts';
import type { HttpPlan } from '../dialect.ts';
import {
  applicationIdOf,
  callIdOf,
  conferenceIdOf,
  legIdOf,
  liveTranscriptionIdOf,
  recordingIdOf,
  streamIdOf,
  transcriptionIdOf,
} from './call-id.ts';
import { causeOfBridge, causeOfCall, causeOfLeg } from './cause.ts';
import { decodeTag } from './destination.ts';
import { signallingWords } from './signalling-words.ts';
import { streamNameOf, trackNames } from './stream-words.ts';
import { transcriptionNameOf } from './transcript-words.ts';

export interface WordsOptions {
  /** Of calls that belong to no account. */
  readonly accountId: string;
  /** Where the HTTP interface of this server is reached, without a slash at its end. */
  readonly address: () => string;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** What is undefined is left out. */

export function createWords(options: Partial<WordsOptions> = {}): (report: Report, call: CallFacts) => HttpPlan {
  const { accountId = '1000000', address = () => 'http://127.0.0.1:8080', now = Date.now } = options;
  const accountOf = ({ account }: CallFacts): string => account ?? accountId;
  const accountUrl = (call: CallFacts): string => `${address()}/api/v2/accounts/${encodeURIComponent(accountOf(call))}`;

  /** What every webhook begins with. `callId` is that of the leg that it is about. */
  function common(eventType: string, call: CallFacts, callId: string): Properties {
    return {
      eventType,
      eventTime: iso(now()),
      accountId: accountOf(call),
      applicationId: applicationIdOf(call.app),
      from: call.from,
      to: call.to,
      direction: call.direction,
      callId,
      callUrl: `${accountUrl(call)}/calls/${callId}`,
    };
  }

  function ofCall(eventType: string, report: Report, call: CallFacts): Properties {
    if (report.ownLeg !== undefined) return ofOwnLeg(eventType, report.ownLeg, report, call);
    return {
      ...common(eventType, call, callIdOf(call.id)),
      enqueuedTime: call.enqueuedAt,
      startTime: call.startedAt,
      answerTime: call.answeredAt ?? undefined,
      tag: tagOf(report),
    };
  }

  /** A leg that a call dialled, and runs a document for. */
  function ofOwnLeg(
    eventType: string,
    { leg, target, callerId, dialledMs, answeredMs }: ReportedLeg,
    report: Report,
    call: CallFacts,
  ): Properties {
    const shown = callerId ?? call.from;
    const at = (sinceMs: number): string => iso(Date.parse(call.startedAt) + sinceMs);
    return {
      ...common(eventType, call, legIdOf(call.id, leg)),
      ...{ from: shown, to: target, direction: 'outbound', parentCallId: callIdOf(call.id) },
      ...{ startTime: at(dialledMs), answerTime: at(answeredMs), tag: tagOf(report) },
      ...{ transferCallerId: shown, transferTo: target },
    };
  }

  function ofRecording(report: Extract<Report, { kind: 'recording' }>, call: CallFacts): Properties {
    const { extra } = report.destination;
    const available = extra['event'] === 'recordingAvailable';
    const endedAt = now();
    const startTime = iso(endedAt - report.durationMs);
    const { answerTime, tag, ...rest } = ofCall(available ? 'recordingAvailable' : 'recordComplete', report, call);
    return {
      ...rest,
      ...(available ? {} : { answerTime }),
      recordingId: recordingIdOf(call.id, report.recordingId),
      mediaUrl: mediaUrlOf(report.recordingId, call),
      startTime,
      endTime: iso(endedAt),
      duration: `PT${report.durationMs / 1000}S`,
      channels: Number(extra['channels'] ?? '1'),
      fileFormat: 'wav',
      ...(available ? { status: 'complete' } : {}),
      tag,
    };
  }

  function ofTranscription(report: Extract<Report, { kind: 'transcription' }>, call: CallFacts): Properties {
    const { recordingId, startedAt, durationMs, status, completedAt } = report;
    const { answerTime: _, tag, ...rest } = ofCall('transcriptionAvailable', report, call);
    const mediaUrl = mediaUrlOf(recordingId, call);
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

  function mediaUrlOf(recording: string, call: CallFacts): string {
    const owner =
      call.conference === undefined ? `calls/${callIdOf(call.id)}` : `conferences/${conferenceIdOf(call.id)}`;
    return `${accountUrl(call)}/${owner}/recordings/${recordingIdOf(call.id, recording)}/media`;
  }

  function ofConference(eventType: string, report: Report, call: CallFacts): Properties {
    const name = call.conference;
    return { eventType, eventTime: iso(now()), conferenceId: conferenceIdOf(call.id), name, tag: tagOf(report) };
  }

  function ofMember({ member }: Extract<Report, { kind: 'conference' }>): Properties {
    return member === null ? {} : { callId: callIdOf(member.call), from: member.from, to: member.to };
  }

  function ofConferenceRecording(report: Extract<Report, { kind: 'recording' }>, call: CallFacts): Properties {
    const {
      accountId: id,
      recordingId,
      mediaUrl,
      startTime,
      endTime,
      duration,
      fileFormat,
    } = ofRecording(report, call);
    const recorded = { accountId: id, recordingId, channels: 1, startTime, endTime, duration, fileFormat, mediaUrl };
    return { ...ofConference('conferenceRecordingAvailable', report, call), ...recorded, status: 'complete' };
  }

  function ofLeg(report: Extract<Report, { kind: 'leg-end' }>, call: CallFacts): Properties {
    const callId = legIdOf(call.id, report.leg);
    const callerId = report.callerId ?? call.from;
    const at = (sinceMs: number): string => iso(Date.parse(call.startedAt) + sinceMs);
    return {
      ...common('transferDisconnect', call, callId),
      from: callerId,
      to: report.target,
      direction: 'outbound',
      parentCallId: callIdOf(call.id),
      startTime: at(report.dialledMs),
      answerTime: report.answeredMs === null ? undefined : at(report.answeredMs),
      endTime: at(report.endedMs),
      tag: tagOf(report),
      transferCallerId: callerId,
      transferTo: report.target,
      ...causeOfLeg(report.reason, report.answeredMs !== null, callId),
    };
  }

  function ofLiveTranscription(report: Extract<Report, { kind: 'stream' }>, call: CallFacts): Properties {
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

  function ofLiveTranscript(
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

  function ofStream(report: Extract<Report, { kind: 'stream' }>, call: CallFacts): Properties {
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

  /** Nobody writes down what is said on a live call (verbs/transcription.ts). */
  function ofRejected(report: Report, call: CallFacts): Properties {
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

  function properties(report: Exclude<Report, { kind: 'http' | 'transcribe' }>, call: CallFacts): Properties {
    switch (report.kind) {
      case 'call-start': {
        if (call.direction === 'outbound') return ofCall('answer', report, call);
        const said = report.signalling === undefined ? {} : signallingWords(report.signalling);
        return { ...common('initiate', call, callIdOf(call.id)), startTime: call.startedAt, ...said };
      }
      case 'gather': {
        const { digits, terminator } = report;
        return { ...ofCall('gather', report, call), digits, terminatingDigit: terminator };
      }
      case 'leg-answer':
        return ofCall('transferAnswer', report, call);
      case 'stream':
        return report.transcribe === true ? ofLiveTranscription(report, call) : ofStream(report, call);
      case 'key':
        return { ...ofCall('dtmf', report, call), digit: report.digit };
      case 'recording':
        return call.conference === undefined ? ofRecording(report, call) : ofConferenceRecording(report, call);
      case 'transcription':
        return report.live === undefined ? ofTranscription(report, call) : ofLiveTranscript(report, report.live, call);
      case 'conference':
        return { ...ofConference(conferenceEvents[report.event], report, call), ...ofMember(report) };
      case 'dial':
        return {
          ...ofCall('transferComplete', report, call),
          transferCallerId: report.callerId ?? call.from,
          transferTo: report.target,
          ...causeOfLeg(report.reason, report.success, call.id),
        };
      case 'leg-end':
        return ofLeg(report, call);
      case 'call-end':
        return {
          ...ofCall('disconnect', report, call),
          ...firstTag(report, call),
          endTime: iso(Date.parse(call.startedAt) + report.endedMs),
          ...causeOfCall(report, call),
        };
      case 'ask':
      case 'sound':
      case 'notify': {
        const { event = 'redirect', fault, errorMessage, machine, machineAfter } = report.destination.extra;
        const cause = fault === undefined ? undefined : causeOfBridge(fault);
        const machineDetectionResult = machine === undefined ? undefined : { value: machine, duration: machineAfter };
        if (event === 'realTimeTranscriptionRejected') return ofRejected(report, call);
        return { ...ofCall(event, report, call), cause, errorMessage, machineDetectionResult };
      }
    }
  }

  return (report, call) => {
    const { url, extra } = report.destination;
    const fallback = extra['fallback'] === 'true';
    const method = (fallback ? extra['fallbackMethod'] : undefined) ?? report.destination.method;
    if (report.kind === 'http') return { method, url, headers: report.headers, body: report.body };
    // No application's matter.
    if (report.kind === 'transcribe') return { method, url: '', headers: {}, body: null };
    const named = extra[fallback ? 'fallbackCredentials' : 'credentials'];
    const credentials = named === undefined ? null : credentialsNamed(named);
    const told = properties(report, call);
    return {
      ...(method === 'GET'
        ? { method, url: addQuery(url, told), headers: {}, body: null }
        : { method, url, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(told) }),
      ...(credentials === null ? {} : { credentials }),
    };
  };
}

export const transcriptionStatuses = {
  available: 'available',
  error: 'error',
  'too-short': 'file-size-too-small',
} as const satisfies Record<Extract<Report, { kind: 'transcription' }>['status'], string>;

const conferenceEvents = {
  created: 'conferenceCreated',
  joined: 'conferenceMemberJoin',
  left: 'conferenceMemberExit',
  redirect: 'conferenceRedirect',
  completed: 'conferenceCompleted',
  // Nobody is told of it by BXML.
  changed: 'conferenceMemberChanged',
} as const satisfies Record<Extract<Report, { kind: 'conference' }>['event'], string>;

const iso = (ms: number): string => new Date(ms).toISOString();

function tagOf({ destination }: Report): string | undefined {
  const kept = destination.extra['tag'] ?? '';
  return kept === '' ? undefined : decodeTag(kept);
}

/** A call that nobody answered ran no document, so that the tag which it was asked for with was never set. */
function firstTag({ destination }: Report, { answeredAt }: CallFacts): Properties {
  const first = destination.extra['firstTag'];
  return first === undefined || answeredAt !== null ? {} : { tag: decodeTag(first) };
}
