import { describe, expect, it } from 'vitest';
import { destination } from '../../flow/build.ts';
import type { CallFacts, Report } from '../../flow/report.ts';
import { credentialsNamed } from '../credentials.ts';
import { destinationTo } from './destination.ts';
import { createWords } from './words.ts';

const request = createWords({ address: () => 'http://here:8080' });
const call: CallFacts = {
  ...{ id: 'c1', app: 'a', direction: 'inbound', from: '15551230001', to: '9986', state: 'live' },
  ...{ startedAt: '2030-01-02T03:04:05.000Z', answeredAt: '2030-01-02T03:04:06.000Z' },
};
const post = destination('http://app.test/x.php?kept=1', { method: 'POST' });
const fieldsOf = (report: Report, of: CallFacts = call): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(request(report, of).body ?? ''));
const common = { CallId: 'c1', CallerId: '15551230001', CallerID: '15551230001', Dialed: '9986', Direction: 'Inbound' };

describe('a notification', () => {
  it('is a form by POST whose first field is its name', () => {
    const plan = request({ kind: 'call-start', destination: post, history: [] }, call);
    expect(plan).toMatchObject({ method: 'POST', url: 'http://app.test/x.php?kept=1' });
    expect(plan.headers).toEqual({
      'Content-Type': 'application/x-www-form-urlencoded',
      'Cache-Control': 'no-store,no-cache',
      Pragma: 'no-cache',
    });
    expect(plan.body).toMatch(/^NotificationName=IncomingCall&CallId=c1&/);
  });

  it('of an answered call that was placed is CallConnected', () => {
    const report = { kind: 'call-start', destination: post, history: [] } as const;
    expect(fieldsOf(report, { ...call, direction: 'outbound' })).toMatchObject({
      NotificationName: 'CallConnected',
      Direction: 'Outbound',
    });
  });

  it('of keys carries DtmfDigits as text', () => {
    const keys = { digits: '00*#', terminator: '', success: true, reason: 'max-digits', attempt: 1 } as const;
    expect(fieldsOf({ kind: 'gather', destination: post, history: [], ...keys })).toEqual({
      NotificationName: 'DtmfEntered',
      ...common,
      DtmfDigits: '00*#',
    });
  });

  it('of a recording names where it can be had', () => {
    const report = { kind: 'recording', history: [], recordingId: 'recording-1', durationMs: 4600 } as const;
    expect(fieldsOf({ ...report, destination: post })).toMatchObject({
      NotificationName: 'RecordCompleted',
      RecordURL: 'http://here:8080/v1/calls/c1/recordings/recording-1',
      Duration: '5',
    });
    const late = { ...post, extra: { when: 'ended' } };
    expect(request({ ...report, destination: late }, call).url).toBe('');
    expect(request({ ...report, destination: late }, { ...call, state: 'ended' }).url).toBe(post.url);
  });

  it.each([
    [undefined, 'Calling'],
    ['busy 1/1', 'Busy'],
    ['no answer 1/1', 'NoAnswer'],
    ['unknown number', 'NotFound'],
    ['declined', 'Error'],
  ])('of routing says how the last destination was: %j', (state, LastCallState) => {
    const report: Report =
      state === undefined
        ? { kind: 'call-start', destination: { ...post, url: 'http://app.test/r#RoutingInterception' }, history: [] }
        : {
            kind: 'ask',
            destination: destinationTo('http://app.test/r', 'RoutingInterception', {
              state,
              dialed: '101',
              extension: 'x',
            }),
            history: [],
          };
    expect(request(report, call).url).toBe('http://app.test/r');
    expect(fieldsOf(report)).toMatchObject({
      NotificationName: 'RoutingInterception',
      OriginalDialedNumber: '9986',
      LastDialedNumber: state === undefined ? '9986' : '101',
      LastCallState,
      CallerExtension: '15551230001',
    });
  });

  it('of the end of a call that was placed goes where it belongs, or nowhere', () => {
    const extra = { event: 'placed', finishedUrl: 'http://app.test/done', errorUrl: 'http://app.test/error' };
    const end = (more: Readonly<Record<string, string>>, of: CallFacts) =>
      request(
        {
          ...{ kind: 'call-end', by: 'peer', reason: 'busy', q850Cause: 17, fault: null, endedMs: 6000, history: [] },
          destination: { ...post, extra: more },
        },
        of,
      );
    const refused = { ...call, answeredAt: null };
    expect(end(extra, call)).toMatchObject({
      url: 'http://app.test/done',
      body: expect.stringMatching(/=CallFinished&.*Duration=5/),
    });
    expect(end(extra, refused)).toMatchObject({
      url: 'http://app.test/error',
      body: expect.stringMatching(/=Error&.*Code=402/),
    });
    expect(end({ event: 'placed' }, refused).url).toBe('');
    expect(end({}, call)).toMatchObject({
      url: post.url,
      body: expect.stringMatching(/^NotificationName=CallChanged/),
    });
  });

  it('keeps a password of its address off the flow', () => {
    const { url, extra } = destinationTo('http://me:hunter2@app.test/x', 'GoTo');
    expect(JSON.stringify([url, extra])).not.toContain('hunter2');
    expect(credentialsNamed(extra['credentials']!)).toEqual({ username: 'me', password: 'hunter2' });
    expect(
      request({ kind: 'ask', destination: destinationTo('http://me:hunter2@app.test/x', 'GoTo'), history: [] }, call),
    ).toMatchObject({
      url: 'http://app.test/x',
      credentials: { username: 'me', password: 'hunter2' },
    });
  });
});
