import { describe, expect, it } from 'vitest';
import type { Destination } from '../../flow/node.ts';
import type { CallFacts, Report } from '../../flow/report.ts';
import { callbackOf, splitAddress, tell } from './callback.ts';
import { callIdOf, conferenceIdOf, memberIdOf, recordingIdOf } from './ids.ts';
import { createBandwidthV1 } from './index.ts';

const at = '2030-01-02T03:14:05.006Z';
const time = '2030-01-02T03:14:05Z';
const { request } = createBandwidthV1({ address: () => 'https://api.test', now: () => Date.parse(at) });
const call: CallFacts = {
  id: 'AAECAwQFBgcICQoLDA0ODw',
  app: 'a-1',
  account: 'u-1',
  direction: 'inbound',
  from: '+15551112222',
  to: '+15553334444',
  state: 'live',
  startedAt: '2030-01-02T03:04:05.006Z',
  answeredAt: '2030-01-02T03:04:07.000Z',
};
const callId = callIdOf(call.id);
const callUri = `https://api.test/v1/users/u-1/calls/${callId}`;
const party = { callId, callUri, from: call.from, to: call.to };
const callback = callbackOf({ url: 'https://app.test/cb', tag: 'a {{b}}' });
const tag = 'a {{b}}';
/** As the interpreter hands a destination on: its variables filled in. */
const filled = ({ extra, ...rest }: Destination, values: Readonly<Record<string, string>> = {}): Destination => ({
  ...rest,
  extra: Object.fromEntries(
    Object.entries(extra).map(([name, value]) => [
      name,
      value.replace(/^\{\{(.+)\}\}$/, (_, key: string) => values[key] ?? ''),
    ]),
  ),
});

type Kinds = { [Kind in Report['kind']]: Omit<Extract<Report, { kind: Kind }>, 'kind' | 'history' | 'destination'> };
function plan<Kind extends Report['kind']>(
  kind: Kind,
  event: string,
  fields: Kinds[Kind],
  {
    facts = call,
    more = {},
    to = callback,
  }: { facts?: CallFacts; more?: Readonly<Record<string, string>>; to?: Destination } = {},
) {
  return request(
    { kind, history: [], destination: filled(tell(to, event, more)), ...fields } as unknown as Report,
    facts,
  );
}
function told<Kind extends Report['kind']>(...args: Parameters<typeof plan<Kind>>): unknown {
  const { method, url, headers, body } = plan(...args);
  expect([method, url, headers['Content-Type']]).toEqual([
    'POST',
    'https://app.test/cb',
    'application/json; charset=utf-8',
  ]);
  expect(headers['User-Agent']).toMatch(/^BandwidthAPI\/v1 \(/);
  return JSON.parse(body!);
}

const keyed = { digits: '25', terminator: '', success: true, reason: 'max-digits', attempt: 1 } as const;
const over = { by: 'peer', reason: 'hung up', q850Cause: 16, fault: null, endedMs: 5000 } as const;

describe('the events', () => {
  it('incomingcall and answer', () => {
    const known = { ...party, callState: 'active', time };
    expect(told('http', 'incomingcall', { headers: {}, body: null })).toEqual({
      ...{ eventType: 'incomingcall', ...known, applicationId: 'a-1' },
    });
    expect(told('notify', 'answer', {})).toEqual({ eventType: 'answer', ...known, tag });
  });

  it('incomingcall says where the call was diverted from', () => {
    const more = { diversion: '<sip:+15557778888@old.example>;reason=user-busy;privacy=off' };
    const diversion = { origTo: '+15557778888', reason: 'user-busy', privacy: 'off' };
    expect(told('http', 'incomingcall', { headers: {}, body: null }, { more })).toMatchObject({ diversion });
    const to = callbackOf({ url: 'https://app.test/cb', method: 'GET' });
    const { searchParams } = new URL(plan('ask', 'answer', {}, { to, more }).url);
    expect(JSON.parse(searchParams.get('diversion')!)).toEqual(diversion);
  });

  it('gather, with the properties of the page in their order', () => {
    expect(JSON.stringify(told('gather', 'gather', keyed, { more: { gatherId: 'gtr-1' } }))).toBe(
      JSON.stringify({
        eventType: 'gather',
        reason: 'max-digits',
        state: 'completed',
        digits: '25',
        time,
        callId,
        gatherId: 'gtr-1',
        tag,
      }),
    );
  });

  it.each([
    ['terminator', 'terminating-digit'],
    ['first-digit-timeout', 'inter-digit-timeout'],
    ['inter-digit-timeout', 'inter-digit-timeout'],
    ['hung-up', 'hung-up'],
    ['completed-by-command', 'completed'],
  ] as const)('gather that ended by %s has the reason %s', (reason, word) => {
    expect(told('gather', 'gather', { ...keyed, reason })).toMatchObject({ reason: word });
  });

  it('speak and playback', () => {
    expect(told('sound', 'sound', { status: 'started', sound: 'speech' })).toEqual({
      ...{ eventType: 'speak', callId, callUri, status: 'started', state: 'PLAYBACK_START', tag, time },
    });
    expect(told('sound', 'sound', { status: 'done', sound: 'speech' })).toMatchObject({
      status: 'done',
      state: 'PLAYBACK_STOP',
    });
    expect(told('sound', 'sound', { status: 'done', sound: 'file' }, { more: { tag: 'own' } })).toEqual({
      ...{ eventType: 'playback', callId, callUri, status: 'done', tag: 'own', time },
    });
  });

  it('dtmf and recording', () => {
    expect(told('key', 'dtmf', { digit: '#' })).toEqual({
      eventType: 'dtmf',
      callId,
      callUri,
      dtmfDigit: '#',
      tag,
      time,
    });
    const recordingId = recordingIdOf(call.id, 'recording-2');
    expect(told('recording', 'recording', { recordingId: 'recording-2', durationMs: 4000 })).toEqual({
      ...{ eventType: 'recording', callId, recordingId, state: 'complete', status: 'complete', tag },
      recordingUri: `https://api.test/v1/users/u-1/recordings/${recordingId}`,
      startTime: '2030-01-02T03:14:01Z',
      endTime: time,
    });
  });

  it('transcription, by where its text is', () => {
    const recording = { recordingId: 'recording-1', startedAt: at, durationMs: 4000, channels: 1, completedAt: at };
    const recordingId = recordingIdOf(call.id, 'recording-1');
    const transcriptionId = recordingId.replace('rec-', 'tr-');
    expect(told('transcription', 'transcription', { ...recording, status: 'available' })).toEqual({
      ...{ eventType: 'transcription', transcriptionId, recordingId, state: 'completed', status: 'completed', tag },
      transcriptionUri: `https://api.test/v1/users/u-1/recordings/${recordingId}/transcriptions/${transcriptionId}`,
      textUrl: `https://api.test/v1/users/u-1/media/${callId}-1.txt`,
    });
    expect(told('transcription', 'transcription', { ...recording, status: 'too-short' })).toMatchObject({
      status: 'error',
    });
  });

  const placed = { ...call, direction: 'outbound' } as const;
  const unanswered = { ...call, answeredAt: null };
  it.each([
    ['NORMAL_CLEARING', call, over],
    ['NORMAL_CLEARING', placed, { ...over, by: 'us' }],
    ['ORIGINATOR_CANCEL', unanswered, over],
    ['CALL_REJECTED', unanswered, { ...over, by: 'us', q850Cause: 21 }],
    ['CALL_REJECTED', unanswered, { ...over, by: 'us' }],
    ['USER_BUSY', { ...placed, answeredAt: null }, { ...over, q850Cause: 17 }],
    ['UNALLOCATED_NUMBER', { ...placed, answeredAt: null }, { ...over, q850Cause: 1 }],
    ['ORIGINATOR_CANCEL', { ...placed, answeredAt: null }, { ...over, by: 'us' }],
    ['NORMAL_TEMPORARY_FAILURE', placed, { ...over, by: 'fault' }],
  ] as const)('hangup with %s', (cause, facts, end) => {
    expect(told('call-end', 'hangup', end, { facts })).toEqual({
      ...{ eventType: 'hangup', ...party, cause, callState: 'completed', tag, time },
    });
  });

  it('timeout, when nobody answered in time', () => {
    const facts = { ...placed, answeredAt: null };
    expect(told('call-end', 'hangup', { ...over, by: 'us', reason: 'no answer', q850Cause: 19 }, { facts })).toEqual({
      ...{ eventType: 'timeout', ...party, tag, time },
    });
  });

  it('hangup of a call that was transferred to, by its own id', () => {
    const leg = { leg: 'callee-1', target: '+15550009', callerId: null, dialledMs: 5, answeredMs: null, endedMs: 90 };
    expect(told('leg-end', 'hangup', { ...leg, reason: 'busy 1/1' }, { more: { callId: `${callId}t1` } })).toEqual({
      ...{ eventType: 'hangup', callId: `${callId}t1`, callUri: `${callUri}t1`, from: call.from, to: '+15550009' },
      ...{ cause: 'USER_BUSY', callState: 'completed', tag, time },
    });
  });

  it('conference and conference-member', () => {
    const facts = { ...call, conference: 'v1-x' };
    const conferenceId = conferenceIdOf(call.id);
    const conferenceUri = `https://api.test/v1/users/u-1/conferences/${conferenceId}`;
    expect(
      told('conference', 'conference', { event: 'completed', member: null, size: 0, atMs: 60_000 }, { facts }),
    ).toEqual({
      ...{ eventType: 'conference', conferenceId, conferenceUri, status: 'completed', tag },
      ...{ createdTime: '2030-01-02T03:04:05Z', completedTime: '2030-01-02T03:05:05Z' },
    });
    const member = { call: 'BBECAwQFBgcICQoLDA0ODw', from: '1', to: '2', mute: true, hold: false, coach: null };
    const memberId = memberIdOf(call.id, member.call);
    expect(told('conference', 'conference', { event: 'left', member, size: 3, atMs: 1000 }, { facts })).toEqual({
      ...{ eventType: 'conference-member', conferenceId, callId: callIdOf(member.call), memberId, tag },
      ...{
        memberUri: `${conferenceUri}/members/${memberId}`,
        activeMembers: 3,
        state: 'completed',
        hold: false,
        mute: true,
      },
      time: '2030-01-02T03:04:06Z',
    });
    expect(told('sound', 'sound', { status: 'started', sound: 'speech' }, { facts })).toEqual({
      ...{ eventType: 'conference-speak', conferenceId, conferenceUri, status: 'started', tag, time },
    });
  });
});

describe('events by GET', () => {
  const to = callbackOf({ url: 'https://app.test/cb?x=1#y', method: 'GET' });

  it('have their properties in the query, and gather one more', () => {
    const { method, url, body } = plan(
      'gather',
      'gather',
      { ...keyed, terminator: '#' },
      { to, more: { gatherId: 'g' } },
    );
    expect([method, body]).toEqual(['GET', null]);
    expect(url.startsWith('https://app.test/cb?x=1&eventType=gather&reason=max-digits&')).toBe(true);
    const { searchParams } = new URL(url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      digits: '25',
      terminatingDigit: '#',
      callUri,
      gatherId: 'g',
    });
    expect(searchParams.has('tag')).toBe(false);
  });

  it('say of an answer what a document may want', () => {
    const { searchParams } = new URL(plan('ask', 'answer', {}, { to }).url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      eventType: 'answer',
      callState: 'active',
      withholdCallerName: 'false',
    });
  });
});

describe('where events go', () => {
  const send = (destination: Destination) => request({ kind: 'notify', history: [], destination }, call);

  it('follows a callback that was changed, with its credentials, but for a fallback', () => {
    const first = callbackOf({ url: 'https://me:one@app.test/cb', fallbackUrl: 'https://me:two@back.test/cb' });
    expect(JSON.stringify(first)).not.toMatch(/one|two/);
    const basic = (text: string) => `Basic ${Buffer.from(`me:${text}`).toString('base64')}`;
    expect(send(filled(tell(first, 'answer')))).toMatchObject({
      url: 'https://app.test/cb',
      headers: { Authorization: basic('one') },
    });
    const moved = splitAddress('https://me:new@app.test/new');
    const values = { callbackUrl: moved.url, callbackCredentials: moved.credentials! };
    expect(send(filled(tell(first, 'answer'), values))).toMatchObject({
      url: 'https://app.test/new',
      headers: { Authorization: basic('new') },
    });
    const { extra, ...rest } = filled(tell(first, 'answer'), values);
    const fallback = { ...rest, url: rest.fallbackUrl!, fallbackUrl: null, extra: { ...extra, fallback: 'true' } };
    expect(send(fallback)).toMatchObject({ url: 'https://back.test/cb', headers: { Authorization: basic('two') } });
  });

  it('is nowhere for a call that named nobody', () => {
    expect(send(filled(tell(callbackOf({ url: '' }), 'answer'))).url).toBe('');
  });
});
