// Owns: what a webhook says of the call or the leg that it is about: the properties that most of them begin with.
import type { CallFacts, Report, ReportedLeg } from '../../../flow/report.ts';
import type { Properties } from '../../bxml/query.ts';
import { applicationIdOf, callIdOf, conferenceIdOf, legIdOf, recordingIdOf } from '../call-id.ts';
import { decodeTag } from '../destination.ts';

export interface WordsOptions {
  /** Of calls that belong to no account. */
  readonly accountId: string;
  /** Where the HTTP interface of this server is reached, without a slash at its end. */
  readonly address: () => string;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

export interface Subject {
  readonly now: () => number;
  /** What every webhook begins with. `callId` is that of the leg that it is about. */
  common(eventType: string, call: CallFacts, callId: string): Properties;
  /** Of the call, or of the leg that its document runs for. */
  ofCall(eventType: string, report: Report, call: CallFacts): Properties;
  accountUrl(call: CallFacts): string;
  /** Where the sound of a recording is. */
  mediaUrl(recording: string, call: CallFacts): string;
}

export function createSubject(options: Partial<WordsOptions>): Subject {
  const { accountId = '1000000', address = () => 'http://127.0.0.1:8080', now = Date.now } = options;
  const accountOf = ({ account }: CallFacts): string => account ?? accountId;
  const accountUrl = (call: CallFacts): string => `${address()}/api/v2/accounts/${encodeURIComponent(accountOf(call))}`;

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

  function mediaUrl(recording: string, call: CallFacts): string {
    const owner =
      call.conference === undefined ? `calls/${callIdOf(call.id)}` : `conferences/${conferenceIdOf(call.id)}`;
    return `${accountUrl(call)}/${owner}/recordings/${recordingIdOf(call.id, recording)}/media`;
  }

  return { now, common, ofCall, accountUrl, mediaUrl };
}

export const iso = (ms: number): string => new Date(ms).toISOString();

export function tagOf({ destination }: Report): string | undefined {
  const kept = destination.extra['tag'] ?? '';
  return kept === '' ? undefined : decodeTag(kept);
}
