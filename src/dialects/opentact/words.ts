// Owns: the HTTP requests by which an application of Opentact is asked and told. The Gather request is the vendor's
// page on Gather, word for word; what the pages leave open is decided in decisions.ts.
// Does not: send anything.
import type { CallFacts, Report, VerbResult } from '../../flow/report.ts';
import type { HttpPlan } from '../dialect.ts';
import { stableUuid } from '../stable-uuid.ts';

type Query = readonly (readonly [name: string, value: string])[];

export function request(report: Report, call: CallFacts): HttpPlan {
  const { destination, history } = report;
  const { method, url, extra } = destination;
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const party: Query = [
    ['from', call.from],
    ['to', call.to],
  ];
  const told = { history: history.map(historyEntry), call: callInShort(call) };
  switch (report.kind) {
    case 'call-start':
      return plan(method, addQuery(url, party), hasBody ? callInFull(call) : null);
    case 'gather': {
      const result: Query = [
        ['code', report.digits],
        ['attempts', String(report.attempt)],
        ['success', String(report.success)],
      ];
      return plan(method, addQuery(url, result), hasBody ? told : null);
    }
    case 'ask': {
      const tag: Query = extra['tag'] === undefined ? [] : [['tag', extra['tag']]];
      const app = extra['body'] === 'true' && method !== 'GET' ? { app: callInFull(call) } : {};
      const body = hasBody
        ? { ...told, ...Object.fromEntries(tag), ...app }
        : 'app' in app
          ? { ...Object.fromEntries(tag), ...app }
          : null;
      return plan(method, addQuery(url, [...party, ...tag]), body);
    }
    case 'dial':
      return plan(
        method,
        addQuery(url, [...party, ['success', String(report.success)], ['reason', report.reason]]),
        hasBody ? told : null,
      );
    case 'recording':
      return plan(
        method,
        addQuery(url, [...party, ['recording', report.recordingId], ['duration', String(report.durationMs)]]),
        hasBody ? told : null,
      );
    case 'notify':
    case 'conference':
    case 'sound':
    case 'key':
    case 'leg-answer':
    case 'stream':
    case 'transcribe':
    case 'transcription':
    case 'leg-end':
    case 'call-end':
      return plan(method, addQuery(url, party), hasBody ? told : null);
    case 'http':
      return { method, url, headers: report.headers, body: report.body };
  }
}

function plan(method: string, url: string, body: object | null): HttpPlan {
  return body === null
    ? { method, url, headers: {}, body: null }
    : { method, url, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** Adds to the query and leaves what is there as it is, byte for byte. A fragment is never sent. */
export function addQuery(url: string, query: Query): string {
  const [address = ''] = url.split('#', 1);
  const added = query.map(([name, value]) => `${name}=${encodeValue(value)}`).join('&');
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return added === '' ? address : `${address}${joint}${added}`;
}

/** As encodeURIComponent, and `*` too: some servers read it as a wildcard. A lone surrogate becomes U+FFFD. */
const encodeValue = (value: string) => encodeURIComponent(value.toWellFormed()).replaceAll('*', '%2A');

/** A gather that came over REST, or was written in small letters, is told as `gather`. */
function historyEntry({ verb, success, reason }: VerbResult): object {
  const payload = success
    ? { success, command: { command: verb }, error: {}, message: { message: 'Success' } }
    : verb.toLowerCase() === 'gather'
      ? { success, command: { command: '' }, error: { error: 'User input error' }, message: {} }
      : { success, command: { command: verb }, error: { error: reason }, message: {} };
  return { success, payload };
}

function callInShort(call: CallFacts): object {
  return {
    account_uuid: stableUuid('account', 'default'),
    from: call.from,
    to: call.to,
    state: 'started',
    sip_control_app: { uuid: stableUuid('app', call.app), name: call.app, subdomain: call.app },
  };
}

/** The vendor's ISIPControlAppCall. `source` has one value in its schema; strict clients check it. */
function callInFull(call: CallFacts): object {
  const account = { uuid: stableUuid('account', 'default') };
  return {
    uuid: stableUuid('call', call.id),
    created_on: call.startedAt,
    modified_on: call.answeredAt ?? call.startedAt,
    tn: { tn: call.to },
    from: call.from,
    to: call.to,
    direction: call.direction === 'inbound' ? 'in' : 'out',
    state: call.state === 'ended' ? 'offline' : 'online',
    source: 'freeswitch',
    account,
    sip_control_app: { uuid: stableUuid('app', call.app), name: call.app, subdomain: call.app, account },
  };
}
