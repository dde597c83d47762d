// Owns: the events of v1 (Catapult): which properties each has, in their order and spelling, as JSON by POST or as a query
// by GET. What the vendor's pages leave open is decided in decisions.ts.
// Does not: send anything (src/hooks).
import type { CallFacts, GatherReason, Report } from '../../flow/report.ts';
import { decodeTag } from '../bandwidth/destination.ts';
import { signallingWords } from '../bandwidth/signalling-words.ts';
import { addQuery, type Properties } from '../bxml/query.ts';
import { authorizationOf } from '../credentials.ts';
import type { HttpPlan } from '../dialect.ts';
import { causeOfCall, causeOfLeg, wasTimeout } from './cause.ts';
import {
  callIdOf,
  conferenceIdOf,
  mediaNameOf,
  memberIdOf,
  recordingIdOf,
  stableId,
  transcriptionIdOf,
} from './ids.ts';

export interface WordsOptions {
  /** Where the HTTP interface of this server is reached, without a slash at its end. */
  readonly address: () => string;
  /** Of calls without one. */
  readonly accountId: string;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

const userAgent = 'BandwidthAPI/v1 (Keytone)';

export const reasons: Readonly<Record<GatherReason, string>> = {
  'max-digits': 'max-digits',
  terminator: 'terminating-digit',
  'first-digit-timeout': 'inter-digit-timeout',
  'inter-digit-timeout': 'inter-digit-timeout',
  'total-timeout': 'inter-digit-timeout',
  'hung-up': 'hung-up',
  cancelled: 'completed',
  'completed-by-command': 'completed',
};

export function createWords(options: Partial<WordsOptions> = {}): (report: Report, call: CallFacts) => HttpPlan {
  const { address = () => 'http://127.0.0.1:8080', accountId = 'u-keytone', now = Date.now } = options;

  const userUri = (call: CallFacts): string => `${address()}/v1/users/${call.account ?? accountId}`;

  /** `callId` stands for the call itself, or for the one that it was transferred to. */
  function party(report: Report, call: CallFacts): Properties {
    const callId = report.destination.extra['callId'] ?? callIdOf(call.id);
    const { target: to = call.to, callerId = null } = report.ownLeg ?? {};
    return { callId, callUri: `${userUri(call)}/calls/${callId}`, from: callerId ?? call.from, to };
  }

  function properties(report: Report, call: CallFacts): Properties {
    const { extra, method } = report.destination;
    const { callId, callUri, from, to } = party(report, call);
    const tag = tagOf(report);
    const time = iso(now());
    switch (report.kind) {
      case 'gather': {
        const { digits, reason, terminator } = report;
        const gatherId = extra['gatherId'] ?? stableId('gtr', `${call.id} ${extra['place']} ${report.history.length}`);
        const told = {
          eventType: 'gather',
          reason: reasons[reason],
          state: 'completed',
          digits,
          time,
          callId,
          gatherId,
          tag,
        };
        return method === 'GET' ? { ...told, callUri, terminatingDigit: terminator } : told;
      }
      case 'sound': {
        const { status, sound } = report;
        const state = status === 'started' ? 'PLAYBACK_START' : 'PLAYBACK_STOP';
        if (call.conference !== undefined) {
          const eventType = sound === 'speech' ? 'conference-speak' : 'conference-playback';
          const conferenceId = conferenceIdOf(call.id);
          const conferenceUri = `${userUri(call)}/conferences/${conferenceId}`;
          return { eventType, conferenceId, conferenceUri, status, tag, time };
        }
        return sound === 'speech'
          ? { eventType: 'speak', callId, callUri, status, state, tag, time }
          : { eventType: 'playback', callId, callUri, status, tag, time };
      }
      case 'key':
        return { eventType: 'dtmf', callId, callUri, dtmfDigit: report.digit, tag, time };
      case 'recording': {
        const recordingId = recordingIdOf(call.id, report.recordingId);
        const endedAt = now();
        return {
          eventType: 'recording',
          callId,
          recordingId,
          recordingUri: `${userUri(call)}/recordings/${recordingId}`,
          state: 'complete',
          status: 'complete',
          startTime: iso(endedAt - report.durationMs),
          endTime: iso(endedAt),
          tag,
        };
      }
      case 'leg-end': {
        const known = { callId, callUri, from: report.callerId ?? from, to: report.target };
        return { eventType: 'hangup', ...known, cause: causeOfLeg(report), callState: 'completed', tag, time };
      }
      case 'call-end': {
        const known = { callId, callUri, from, to };
        if (wasTimeout(report, call)) return { eventType: 'timeout', ...known, tag, time };
        return { eventType: 'hangup', ...known, cause: causeOfCall(report, call), callState: 'completed', tag, time };
      }
      case 'dial':
        return { eventType: 'transferComplete', from, to, callState: 'active', callId, callUri, tag, time };
      case 'transcription': {
        const recordingId = recordingIdOf(call.id, report.recordingId);
        const transcriptionId = transcriptionIdOf(call.id, report.recordingId);
        const state = report.status === 'available' ? 'completed' : 'error';
        return {
          eventType: 'transcription',
          transcriptionId,
          transcriptionUri: `${userUri(call)}/recordings/${recordingId}/transcriptions/${transcriptionId}`,
          recordingId,
          state,
          status: state,
          textUrl: `${userUri(call)}/media/${mediaNameOf(call.id, report.recordingId, 'txt')}`,
          tag,
        };
      }
      case 'conference':
        return ofConference(report, call);
      default:
        return ofCall(extra['event'] ?? 'answer', report, call);
    }
  }

  function ofCall(eventType: string, report: Report, call: CallFacts): Properties {
    const { method, extra } = report.destination;
    const { callId, callUri, from, to } = party(report, call);
    const tag = tagOf(report);
    const time = iso(now());
    const { diversion } = signallingWords({ Diversion: extra['diversion'] ?? '' });
    const byGet =
      method === 'GET' ? { displayName: '', withholdCallerName: 'false', withholdCallerNumber: 'false' } : {};
    const known = { callId, callUri, from, to, callState: 'active' };
    switch (eventType) {
      case 'incomingcall':
        return { eventType, ...known, applicationId: call.app, time, diversion, ...byGet };
      case 'answer':
        return { eventType, ...known, tag, time, diversion, ...byGet };
      case 'redirect':
        return { eventType, callId, from, to, callState: 'active', tag };
      case 'transferComplete':
        return { eventType, from, to, callState: 'active', callId, callUri, tag, time };
      default:
        return { eventType, ...known, tag, time };
    }
  }

  function ofConference(report: Extract<Report, { kind: 'conference' }>, call: CallFacts): Properties {
    const { event, member, size, atMs, destination } = report;
    const { createdAt = call.startedAt } = destination.extra;
    const conferenceId = conferenceIdOf(call.id);
    const conferenceUri = `${userUri(call)}/conferences/${conferenceId}`;
    const tag = tagOf(report);
    const time = iso(Date.parse(call.startedAt) + atMs);
    if (member === null) {
      const completed = event === 'completed';
      const status = completed ? 'completed' : 'created';
      const times = { createdTime: iso(Date.parse(createdAt)), completedTime: completed ? time : undefined };
      return { eventType: 'conference', conferenceId, conferenceUri, status, ...times, tag };
    }
    const memberId = memberIdOf(call.id, member.call);
    return {
      eventType: 'conference-member',
      conferenceId,
      callId: callIdOf(member.call),
      memberId,
      memberUri: `${conferenceUri}/members/${memberId}`,
      activeMembers: size,
      state: event === 'left' ? 'completed' : 'active',
      hold: member.hold,
      mute: member.mute,
      tag,
      time,
    };
  }

  return (report, call) => {
    const { destination } = report;
    const { extra, method } = destination;
    if (report.kind === 'http' && extra['event'] === undefined)
      return { method, url: destination.url, headers: report.headers, body: report.body };
    const fallback = extra['fallback'] === 'true';
    const moved = !fallback && (extra['now'] ?? '') !== '';
    const url = moved ? extra['now']! : destination.url;
    const named = extra[fallback ? 'fallbackCredentials' : moved ? 'nowCredentials' : 'credentials'] ?? '';
    const authorization = named === '' ? null : authorizationOf(named);
    const told = properties(report, call);
    const headers = {
      'User-Agent': userAgent,
      ...(authorization === null ? {} : { Authorization: authorization }),
    };
    if (url === '' || method === 'GET') return { method, url: url && addQuery(url, told), headers, body: null };
    return {
      method,
      url,
      headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
      body: JSON.stringify(told),
    };
  };
}

/** As the vendor's pages write times: without a fraction. */
export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function tagOf({ destination }: Report): string | undefined {
  const kept = destination.extra['tag'] ?? '';
  return kept === '' ? undefined : decodeTag(kept);
}
