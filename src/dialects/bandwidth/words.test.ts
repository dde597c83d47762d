import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { destination } from '../../flow/build.ts';
import type { CallFacts, Report } from '../../flow/report.ts';
import { callIdOf, ownCallId, recordingIdOf } from './call-id.ts';
import { encodeTag } from './destination.ts';
import { createBandwidth } from './index.ts';

const at = '2030-01-02T03:14:05.006Z';
const { request } = createBandwidth({
  accountId: '9900000',
  address: () => 'https://voice.test',
  now: () => Date.parse(at),
});
const url = 'https://app.test/hook?token=1';
const call: CallFacts = {
  id: 'AAECAwQFBgcICQoLDA0ODw',
  app: '7fc9698a-b04a-468b-9e8f-91238c0d0086',
  direction: 'inbound',
  from: '+15551112222',
  to: '+15553334444',
  state: 'live',
  startedAt: '2030-01-02T03:04:05.006Z',
  answeredAt: '2030-01-02T03:04:07.000Z',
};
const callId = callIdOf(call.id);
const party = {
  eventTime: at,
  accountId: '9900000',
  applicationId: call.app,
  from: call.from,
  to: call.to,
  direction: 'inbound',
  callId,
  callUrl: `https://voice.test/api/v2/accounts/9900000/calls/${callId}`,
};
const common = { ...party, startTime: call.startedAt, answerTime: call.answeredAt };
const post = (extra: Readonly<Record<string, string>> = {}) => destination(url, { method: 'POST', extra });

type Kinds = { [Kind in Report['kind']]: Omit<Extract<Report, { kind: Kind }>, 'kind' | 'history' | 'destination'> };
function told<Kind extends Report['kind']>(
  kind: Kind,
  fields: Kinds[Kind],
  { extra = {}, facts = call }: { extra?: Readonly<Record<string, string>>; facts?: CallFacts } = {},
): unknown {
  const plan = request({ kind, history: [], destination: post(extra), ...fields } as unknown as Report, facts);
  expect(plan).toMatchObject({ method: 'POST', url, headers: { 'Content-Type': 'application/json' } });
  return JSON.parse(plan.body!);
}
const entry = { digits: '25', terminator: '', success: true, reason: 'max-digits', attempt: 1 } as const;
const dialled = { leg: 'callee-1', target: '+15550001', callerId: null, dialledMs: 5000, endedMs: 65_000 } as const;

describe('the webhooks', () => {
  it('realTimeTranscriptionRejected: nobody writes down a live call', () => {
    const extra = {
      event: 'realTimeTranscriptionRejected',
      name: 't%7B',
      tracks: 'both',
      stabilized: 'true',
      place: 'p',
    };
    expect(told('notify', {}, { extra })).toEqual({
      ...common,
      eventType: 'realTimeTranscriptionRejected',
      realTimeTranscription: {
        id: expect.stringMatching(/^t-.{45}$/),
        name: 't{',
        tracks: ['inbound', 'outbound'],
        startTime: at,
        stabilized: true,
      },
      cause: 'error',
      errorMessage: 'Live calls are not transcribed here',
    });
  });

  it('initiate: a call comes in, with neither answerTime nor tag', () => {
    const ringing = { ...call, state: 'ringing', answeredAt: null } as const;
    expect(told('call-start', {}, { facts: ringing })).toEqual({
      ...party,
      eventType: 'initiate',
      startTime: call.startedAt,
    });
  });

  it('answer: a call that was placed is answered', () => {
    const placed = { ...call, direction: 'outbound' } as const;
    expect(told('call-start', {}, { facts: placed, extra: { tag: 'abc' } })).toEqual({
      ...common,
      eventType: 'answer',
      direction: 'outbound',
      tag: 'abc',
    });
  });

  it('gather: the digits and the terminator apart, each empty when there is none', () => {
    expect(told('gather', entry)).toEqual({ ...common, eventType: 'gather', digits: '25', terminatingDigit: '' });
    expect(told('gather', { ...entry, digits: '', terminator: '#', reason: 'terminator' })).toMatchObject({
      digits: '',
      terminatingDigit: '#',
    });
  });

  it('dtmf: one key', () => {
    expect(told('key', { digit: '*' })).toEqual({ ...common, eventType: 'dtmf', digit: '*' });
  });

  it('redirect, with a tag that may hold anything', () => {
    expect(told('ask', {}, { extra: { event: 'redirect', tag: '%7B%7Bx}} 100%25 "é"' } })).toEqual({
      ...common,
      eventType: 'redirect',
      tag: '{{x}} 100% "é"',
    });
  });

  it('recordComplete and recordingAvailable', () => {
    const recording = { recordingId: 'recording-1', durationMs: 13_670 };
    const fields = {
      recordingId: expect.stringMatching(/^r-[0-9a-f]{8}-[0-9a-f-]{36}$/),
      mediaUrl: `https://voice.test/api/v2/accounts/9900000/calls/${callId}/recordings/${recordingIdOf(call.id, 'recording-1')}/media`,
      startTime: '2030-01-02T03:13:51.336Z',
      endTime: at,
      duration: 'PT13.67S',
      fileFormat: 'wav',
    };
    expect(told('recording', recording, { extra: { event: 'recordComplete', channels: '1' } })).toEqual({
      ...common,
      ...fields,
      eventType: 'recordComplete',
      channels: 1,
    });
    const { answerTime: _, ...rest } = common;
    expect(told('recording', recording, { extra: { event: 'recordingAvailable', channels: '2' } })).toEqual({
      ...rest,
      ...fields,
      eventType: 'recordingAvailable',
      channels: 2,
      status: 'complete',
    });
  });

  it.each([
    ['completed', true, { cause: 'hangup' }],
    ['busy 2/2', false, { cause: 'busy', errorMessage: 'Callee is busy' }],
    ['no answer 1/1', false, { cause: 'timeout' }],
    ['declined 1/1', false, { cause: 'rejected' }],
    ['unknown number 1/1', false, { cause: 'error' }],
    ['refused with 500 1/1', false, { cause: 'unknown', errorMessage: 'refused with 500' }],
  ])('transferComplete after "%s"', (reason, success, cause) => {
    expect(told('dial', { success, reason, target: '+15550001', callerId: null })).toMatchObject({
      ...common,
      eventType: 'transferComplete',
      transferCallerId: call.from,
      transferTo: '+15550001',
      ...cause,
    });
  });

  it('transferDisconnect is about the dialled leg', () => {
    const body = told(
      'leg-end',
      { ...dialled, reason: 'hung up', answeredMs: 10_000 },
      { extra: { event: 'transferDisconnect', tag: 'b' } },
    );
    expect(body).toEqual({
      ...party,
      eventType: 'transferDisconnect',
      from: call.from,
      to: '+15550001',
      direction: 'outbound',
      callId: expect.stringMatching(/^c-[0-9a-f]{8}-[0-9a-f-]{36}$/),
      callUrl: expect.stringContaining('/calls/c-'),
      parentCallId: callId,
      startTime: '2030-01-02T03:04:10.006Z',
      answerTime: '2030-01-02T03:04:15.006Z',
      endTime: '2030-01-02T03:05:10.006Z',
      tag: 'b',
      transferCallerId: call.from,
      transferTo: '+15550001',
      cause: 'hangup',
    });
    expect((body as { callId: string }).callId).not.toBe(callId);
  });

  it.each([
    ['cancelled', null, { cause: 'cancel' }],
    ['the caller left', null, { cause: 'cancel' }],
    ['the caller left', 7000, { cause: 'hangup' }],
    ['busy', null, { cause: 'busy', errorId: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
    ['no answer', null, { cause: 'timeout' }],
  ])('transferDisconnect when "%s"', (reason, answeredMs, cause) => {
    expect(told('leg-end', { ...dialled, reason, answeredMs })).toMatchObject(cause);
  });

  const over = { by: 'peer', reason: 'hung up', q850Cause: 16, fault: null, endedMs: 60_000 } as const;
  const unanswered = { ...call, answeredAt: null };
  it.each([
    ['the caller hangs up', over, call, 'hangup'],
    ['the document hangs up', { ...over, by: 'us' }, call, 'hangup'],
    ['the caller gives up', over, unanswered, 'cancel'],
    ['the document refuses', { ...over, by: 'us' }, unanswered, 'rejected'],
    ['we fail', { ...over, by: 'fault' }, call, 'error'],
    ['the application is silent', { ...over, fault: 'fetch-timeout' }, call, 'callback-error'],
    ['the application answers 500', { ...over, fault: 'document-http-status' }, call, 'callback-error'],
    ['the application answers nothing', { ...over, fault: 'document-missing' }, call, 'callback-error'],
    ['the BXML is no XML', { ...over, fault: 'xml-syntax' }, call, 'invalid-bxml'],
    ['the BXML has another root', { ...over, fault: 'document-wrong-root' }, call, 'invalid-bxml'],
    ['a verb is not supported', { ...over, fault: 'verb-not-supported' }, call, 'application-error'],
  ] as const)('disconnect when %s', (_when, fields, facts, cause) => {
    expect(told('call-end', fields, { facts, extra: { tag: 't' } })).toMatchObject({
      ...party,
      eventType: 'disconnect',
      endTime: '2030-01-02T03:05:05.006Z',
      cause,
      tag: 't',
    });
  });

  it('by GET the properties stand behind the query that is there', () => {
    const plan = request(
      { kind: 'gather', history: [], destination: destination(`${url}#top`), ...entry, digits: '0*#', terminator: '#' },
      call,
    );
    expect(plan).toMatchObject({ method: 'GET', headers: {}, body: null });
    const { searchParams } = new URL(plan.url);
    expect(plan.url.startsWith(`${url}&eventType=gather&eventTime=`)).toBe(true);
    expect(plan.url).toContain('&digits=0%2A%23&terminatingDigit=%23');
    expect(searchParams.get('from')).toBe('+15551112222');
    expect(searchParams.has('tag')).toBe(false);
  });
});

describe('ids', () => {
  it('of calls have the length of the vendor, and lead back', () => {
    expect(callId).toHaveLength(47);
    expect(ownCallId(callId)).toBe(call.id);
    expect(ownCallId('call-1')).toBe('call-1');
    expect(ownCallId(`c-00000000${callId.slice(10)}`)).toBe(`c-00000000${callId.slice(10)}`);
    expect(callIdOf('call-1')).toHaveLength(47);
    expect(callIdOf(callId)).toBe(callId);
  });

  it('of apps are UUIDs: their own name, or one made from it', () => {
    expect(told('call-start', {}, { facts: { ...call, app: 'ferry' } })).toMatchObject({
      applicationId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    });
  });
});

describe('whatever a caller or an application wrote', () => {
  const word = fc.string({ unit: 'binary', maxLength: 20 });

  it('makes a request that can be sent, by POST and by GET, and comes back as it was', () => {
    fc.assert(
      fc.property(word, word, word, fc.constantFrom('GET', 'POST'), (from, tag, digits, method) => {
        const report: Report = {
          kind: 'gather',
          history: [],
          destination: destination(url, { method, extra: { event: 'gather', tag: encodeTag(tag) } }),
          ...entry,
          digits,
        };
        const plan = request(report, { ...call, from });
        const { searchParams } = new URL(plan.url);
        const body = plan.body === null ? Object.fromEntries(searchParams) : JSON.parse(plan.body);
        const whole = method === 'GET' ? (text: string) => text.toWellFormed() : (text: string) => text;
        expect(body.from).toBe(whole(from));
        expect(body.digits).toBe(whole(digits));
        expect(body.tag).toBe(tag === '' ? undefined : tag.toWellFormed());
        expect(encodeTag(tag)).not.toContain('{');
      }),
    );
  });
});
