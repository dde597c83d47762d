// Owns: the notifications of OzML as requests: a form by POST, NotificationName first. Which fields each has is public for few
// of them; the rest is decided in decisions.ts. Does not: send anything.
import type { CallFacts, Report } from '../../flow/report.ts';
import { credentialsNamed } from '../credentials.ts';
import type { HttpPlan } from '../dialect.ts';

export interface WordsOptions {
  /** Where the HTTP interface of this server is reached, without a slash at its end. */
  readonly address: () => string;
}

type Fields = Readonly<Record<string, string>>;

const nobody: HttpPlan = { method: 'POST', url: '', headers: {}, body: null };

export function createWords({ address }: WordsOptions): (report: Report, call: CallFacts) => HttpPlan {
  return (report, call) => {
    const { extra } = report.destination;
    if (report.kind === 'http')
      return { ...planOf(report.destination.url, {}), headers: report.headers, body: report.body };
    if (report.kind === 'call-end') return endOf(report, call);
    const [event, fields] = wordsOf(report, call);
    if (extra['when'] === 'ended' && call.state !== 'ended') return nobody;
    return planOf(report.destination.url, { ...common(event, call), ...fields }, extra['credentials']);
  };

  function wordsOf(report: Exclude<Report, { kind: 'http' | 'call-end' }>, call: CallFacts): readonly [string, Fields] {
    const { extra, url } = report.destination;
    switch (report.kind) {
      case 'call-start':
        return /#RoutingInterception$/i.test(url)
          ? ['RoutingInterception', routing(call, {})]
          : [call.direction === 'outbound' ? 'CallConnected' : 'IncomingCall', {}];
      case 'gather':
        return ['DtmfEntered', { DtmfDigits: report.digits }];
      case 'recording':
        return [
          'RecordCompleted',
          {
            RecordURL: `${address()}/v1/calls/${call.id}/recordings/${report.recordingId}`,
            Duration: seconds(report.durationMs),
          },
        ];
      case 'leg-end': {
        const { target, dialledMs, answeredMs, endedMs, reason } = report;
        const talk = answeredMs === null ? 0 : endedMs - answeredMs;
        const ring = (answeredMs ?? endedMs) - dialledMs;
        return [
          extra['event'] ?? 'CallFinished',
          { Callee: target, Duration: seconds(talk), RingDuration: seconds(ring), Reason: reason },
        ];
      }
      case 'ask':
        return extra['event'] === 'RoutingInterception'
          ? ['RoutingInterception', routing(call, extra)]
          : [extra['event'] ?? 'GoTo', extra['event'] === 'CallChanged' ? { CallState: extra['state'] ?? '' } : {}];
      case 'key':
        return ['DtmfEntered', { DtmfDigits: report.digit }];
      default:
        return [
          extra['event'] ?? 'CallChanged',
          {
            ...(extra['result'] !== undefined && { Result: extra['result'] }),
            ...(extra['reason'] !== undefined && { Reason: extra['reason'] }),
          },
        ];
    }
  }
}

/** Of a call that was placed: to whom it matters how it ended. Of one that came in: to the address of the app. */
function endOf(report: Extract<Report, { kind: 'call-end' }>, call: CallFacts): HttpPlan {
  const { url, extra } = report.destination;
  const answered = call.answeredAt !== null;
  const talk = answered ? Date.parse(call.startedAt) + report.endedMs - Date.parse(call.answeredAt) : 0;
  const fields = { CallState: 'Finished', Reason: report.reason, Duration: seconds(Math.max(0, talk)) };
  if (extra['event'] !== 'placed')
    return planOf(url, { ...common('CallChanged', call), ...fields }, extra['credentials']);
  const to = extra[answered ? 'finishedUrl' : 'errorUrl'] ?? '';
  if (to === '') return nobody;
  const event = answered ? 'CallFinished' : 'Error';
  const message = answered
    ? {}
    : { Code: '402', Message: `Call connect to '${call.to}' failed with result state '${report.reason}'` };
  return planOf(
    to,
    { ...common(event, call), ...fields, ...message },
    extra[answered ? 'finishedCredentials' : 'errorCredentials'],
  );
}

function common(event: string, call: CallFacts): Fields {
  return {
    NotificationName: event,
    CallId: call.id,
    CallerId: call.from,
    CallerID: call.from,
    Dialed: call.to,
    Direction: call.direction === 'inbound' ? 'Inbound' : 'Outbound',
  };
}

/** Why the last destination could not be had, in the vendor's words; the reasons are those of src/run/dial.ts. */
const states: Readonly<Record<string, string>> = {
  busy: 'Busy',
  'no answer': 'NoAnswer',
  'unknown number': 'NotFound',
};

function routing(call: CallFacts, { state, dialed = '', extension = '' }: Fields): Fields {
  // A dial that failed says how many failed, as `busy 1/1`.
  const words = state?.replace(/ \d+\/\d+$/, '');
  return {
    OriginalDialedNumber: call.to,
    LastDialedNumber: dialed === '' ? call.to : dialed,
    LastCalledExtension: extension,
    LastCallState: words === undefined ? 'Calling' : (states[words] ?? 'Error'),
    CallerExtension: call.from,
  };
}

function planOf(url: string, fields: Fields, credentials?: string): HttpPlan {
  const known = credentials === undefined ? null : credentialsNamed(credentials);
  return {
    method: 'POST',
    // A fragment is never sent.
    url: url.split('#', 1)[0]!,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Cache-Control': 'no-store,no-cache',
      Pragma: 'no-cache',
    },
    body: new URLSearchParams(
      Object.entries(fields).map(([name, value]): [string, string] => [name, value.toWellFormed()]),
    ).toString(),
    ...(known === null ? {} : { credentials: known }),
  };
}

const seconds = (ms: number): string => String(Math.round(ms / 1000));
