import { describe, expect, it } from 'vitest';
import { destination } from '../../flow/build.ts';
import type { CallFacts, Report } from '../../flow/report.ts';
import { stableUuid } from '../stable-uuid.ts';
import { addQuery, request } from './words.ts';

const call: CallFacts = {
  id: 'c1',
  app: 'ferry',
  direction: 'inbound',
  from: '+15551234567',
  to: '15553216548',
  state: 'live',
  startedAt: '2030-01-02T03:04:05.006Z',
  answeredAt: '2030-01-02T03:04:07.000Z',
};
const url = 'https://backend.example/rest/call_flow/?token=123456789';
const keyed = (fields: Partial<Extract<Report, { kind: 'gather' }>> = {}): Report => ({
  kind: 'gather',
  destination: destination(url),
  history: [],
  digits: '1234',
  terminator: '',
  success: true,
  reason: 'max-digits',
  attempt: 1,
  ...fields,
});
const shortCall = {
  account_uuid: stableUuid('account', 'default'),
  from: '+15551234567',
  to: '15553216548',
  state: 'started',
  sip_control_app: { uuid: stableUuid('app', 'ferry'), name: 'ferry', subdomain: 'ferry' },
};

describe('a gather report', () => {
  it('by GET adds code, attempts and success to the query that is there', () => {
    expect(request(keyed(), call)).toEqual({
      method: 'GET',
      url: `${url}&code=1234&attempts=1&success=true`,
      headers: {},
      body: null,
    });
  });

  it('keeps leading zeros and percent-encodes * and #', () => {
    expect(request(keyed({ digits: '00*#' }), call).url).toBe(`${url}&code=00%2A%23&attempts=1&success=true`);
  });

  it('tells a failed attempt with what was keyed', () => {
    expect(request(keyed({ digits: '12', success: false, attempt: 2, reason: 'total-timeout' }), call).url).toBe(
      `${url}&code=12&attempts=2&success=false`,
    );
  });

  it('by POST sends the same query and the history with the call as JSON', () => {
    const history = [
      { path: 'Gather[0]', verb: 'Gather', success: false, reason: 'total-timeout' },
      { path: 'Say[1]', verb: 'Say', success: true, reason: 'played' },
      { path: 'Play[2]', verb: 'Play', success: false, reason: 'no such file' },
      { path: '', verb: 'gather', success: false, reason: 'first-digit-timeout' },
    ];
    const plan = request(keyed({ destination: destination(url, { method: 'POST' }), history }), call);
    expect(plan).toMatchObject({
      method: 'POST',
      url: `${url}&code=1234&attempts=1&success=true`,
      headers: { 'Content-Type': 'application/json' },
    });
    expect(JSON.parse(plan.body!)).toEqual({
      history: [
        {
          success: false,
          payload: { success: false, command: { command: '' }, error: { error: 'User input error' }, message: {} },
        },
        {
          success: true,
          payload: { success: true, command: { command: 'Say' }, error: {}, message: { message: 'Success' } },
        },
        {
          success: false,
          payload: { success: false, command: { command: 'Play' }, error: { error: 'no such file' }, message: {} },
        },
        {
          success: false,
          payload: { success: false, command: { command: '' }, error: { error: 'User input error' }, message: {} },
        },
      ],
      call: shortCall,
    });
  });
});

describe('a call start', () => {
  it('sends from and to in the query, and the whole call in a POST', () => {
    const query = 'https://a.example/flow?from=%2B15551234567&to=15553216548';
    const start = (method: 'GET' | 'POST') =>
      request(
        { kind: 'call-start', destination: destination('https://a.example/flow', { method }), history: [] },
        call,
      );
    expect(start('GET')).toEqual({ method: 'GET', url: query, headers: {}, body: null });
    expect(start('POST').url).toBe(query);
    expect(JSON.parse(start('POST').body!)).toMatchObject({
      uuid: stableUuid('call', 'c1'),
      created_on: '2030-01-02T03:04:05.006Z',
      tn: { tn: '15553216548' },
      state: 'online',
      sip_control_app: { name: 'ferry' },
    });
  });
});

describe('a Callback', () => {
  const asked = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', extra: Record<string, string>) =>
    request({ kind: 'ask', destination: destination('https://a.example/x?k', { method, extra }), history: [] }, call);

  it('sends from, to and tag in the query', () => {
    expect(asked('GET', { tag: 'night shift', body: 'true' })).toEqual({
      method: 'GET',
      url: 'https://a.example/x?k&from=%2B15551234567&to=15553216548&tag=night%20shift',
      headers: {},
      body: null,
    });
  });

  it('sends history, call and tag in a body, and the app data only when asked to', () => {
    expect(JSON.parse(asked('PATCH', { tag: 't' }).body!)).toEqual({ history: [], call: shortCall, tag: 't' });
    expect(JSON.parse(asked('POST', { body: 'true' }).body!)).toMatchObject({
      call: shortCall,
      app: { uuid: stableUuid('call', 'c1') },
    });
    expect(asked('DELETE', {}).body).toBeNull();
    expect(JSON.parse(asked('DELETE', { body: 'true' }).body!)).toHaveProperty('app');
  });
});

describe('addQuery', () => {
  it.each([
    ['https://a/x', 'https://a/x?q=1'],
    ['https://a/x?', 'https://a/x?q=1'],
    ['https://a/x?a=%20|b&', 'https://a/x?a=%20|b&q=1'],
    ['https://a/x?a=1#part', 'https://a/x?a=1&q=1'],
    ['https://a/x#part?', 'https://a/x?q=1'],
  ])('%s', (before, after) => {
    expect(addQuery(before, [['q', '1']])).toBe(after);
  });
});

describe('stableUuid', () => {
  it('is a version 5 UUID, the same for the same name, another for another kind', () => {
    expect(stableUuid('app', 'ferry')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(stableUuid('app', 'ferry')).toBe(stableUuid('app', 'ferry'));
    expect(stableUuid('app', 'ferry')).not.toBe(stableUuid('call', 'ferry'));
  });
});
