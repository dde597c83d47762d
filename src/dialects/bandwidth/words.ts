// Owns: Bandwidth's webhooks (Programmable Voice, v2): which properties each has, in their order and spelling (webhooks/), as
// JSON by POST or as a query by GET. What the vendor's pages leave open is decided in decisions.ts.
// Does not: send anything, or answer a challenge (src/hooks).
import type { CallFacts, Report } from '../../flow/report.ts';
import { addQuery, type Properties } from '../bxml/query.ts';
import { credentialsNamed } from '../credentials.ts';
import type { HttpPlan } from '../dialect.ts';
import { callIdOf, legIdOf } from './call-id.ts';
import { causeOfBridge, causeOfCall, causeOfLeg } from './cause.ts';
import { decodeTag } from './destination.ts';
import { signallingWords } from './signalling-words.ts';
import { ofConference, ofConferenceRecording } from './webhooks/conference.ts';
import { ofLiveTranscript, ofLiveTranscription, ofRejected } from './webhooks/live-transcription.ts';
import { ofRecording, ofTranscription } from './webhooks/recording.ts';
import { ofStream } from './webhooks/stream.ts';
import { createSubject, iso, tagOf, type WordsOptions } from './webhooks/subject.ts';

export type { WordsOptions } from './webhooks/subject.ts';

export function createWords(options: Partial<WordsOptions> = {}): (report: Report, call: CallFacts) => HttpPlan {
  const subject = createSubject(options);
  const { common, ofCall } = subject;

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
        return report.transcribe === true
          ? ofLiveTranscription(subject, report, call)
          : ofStream(subject, report, call);
      case 'key':
        return { ...ofCall('dtmf', report, call), digit: report.digit };
      case 'recording':
        return call.conference === undefined
          ? ofRecording(subject, report, call)
          : ofConferenceRecording(subject, report, call);
      case 'transcription':
        return report.live === undefined
          ? ofTranscription(subject, report, call)
          : ofLiveTranscript(subject, report, report.live, call);
      case 'conference':
        return ofConference(subject, report, call);
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
        if (event === 'realTimeTranscriptionRejected') return ofRejected(subject, report, call);
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

/** A call that nobody answered ran no document, so that the tag which it was asked for with was never set. */
function firstTag({ destination }: Report, { answeredAt }: CallFacts): Properties {
  const first = destination.extra['firstTag'];
  return first === undefined || answeredAt !== null ? {} : { tag: decodeTag(first) };
}
