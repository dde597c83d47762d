import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../../call/event.ts';
import { callIdOf } from '../call-id.ts';
import {
  account,
  answeredAt,
  application,
  base,
  callRecord,
  createRig,
  endedAt,
  over,
  ownId,
  startedAt,
  tapeOf,
} from './voice-rig.ts';

const id = (n: number): string => callIdOf(ownId(n));
const left = (by: 'peer' | 'us' | 'fault'): CallEvent => ({
  type: 'leg.ended',
  leg: 'caller',
  by,
  q850Cause: 16,
  reason: 'hung up',
});
const ended = { state: 'ended', endedAt, reason: 'hung up', q850Cause: 16 } as const;
const unanswered = { state: 'ringing', answeredAt: null } as const;

describe('GET /calls/{callId}', () => {
  it('tells a live call', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1, { enqueuedAt: startedAt }));
    const { status, body } = await rig.ask('GET', `/calls/${id(1)}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      applicationId: application,
      accountId: account,
      callId: id(1),
      parentCallId: null,
      to: '+15553334444',
      from: '+15551112222',
      direction: 'outbound',
      state: 'answered',
      identity: null,
      enqueuedTime: startedAt,
      startTime: startedAt,
      answerTime: answeredAt,
      endTime: null,
      disconnectCause: null,
      errorMessage: null,
      errorId: null,
      lastUpdate: answeredAt,
    });
  });

  it('tells queued, initiated and disconnected apart', async () => {
    const rig = createRig();
    rig.calls.push(
      callRecord(1, unanswered),
      callRecord(2, { ...unanswered, enqueuedAt: startedAt }),
      callRecord(3, { ...unanswered, direction: 'inbound' }),
    );
    rig.tapes.set(
      ownId(2),
      tapeOf(
        { type: 'leg.ringing', leg: 'caller', sipStatus: 180 },
        { type: 'leg.invited', leg: 'caller', sipCallId: 'a@b' },
      ),
    );
    const queued = await rig.ask('GET', `/calls/${id(1)}`);
    expect(queued.body).toMatchObject({ state: 'queued', enqueuedTime: startedAt, answerTime: null });
    expect(queued.body).not.toHaveProperty('startTime');
    expect((await rig.ask('GET', `/calls/${id(2)}`)).body).toMatchObject({
      state: 'initiated',
      startTime: '2030-01-02T03:04:06.006Z',
      lastUpdate: '2030-01-02T03:04:06.006Z',
    });
    const signalling = { 'P-Attestation-Indicator': 'A' };
    rig.tapes.set(
      ownId(3),
      tapeOf({ type: 'call.incoming', call: ownId(3), app: application, from: '1', to: '2', signalling }),
    );
    const inbound = await rig.ask('GET', `/calls/${id(3)}`);
    expect(inbound.body.stirShaken).toEqual({ attestationIndicator: 'A' });
    expect(inbound.body.state).toBe('initiated');
    expect(inbound.body).not.toHaveProperty('enqueuedTime');
  });

  it.each([
    ['hangup', {}, [left('peer')]],
    ['busy', { answeredAt: null, reason: 'busy', q850Cause: 17 }, []],
    ['timeout', { answeredAt: null, reason: 'no answer', q850Cause: 19 }, []],
    ['cancel', { answeredAt: null, direction: 'inbound' }, [left('peer')]],
    ['rejected', { answeredAt: null, direction: 'inbound' }, [left('us')]],
    ['error', { reason: 'no media' }, [left('fault')]],
    [
      'callback-error',
      {},
      [{ type: 'document.failed', request: 'request-1', code: 'fetch-timeout', message: '' }, left('us')],
    ],
    [
      'invalid-bxml',
      {},
      [{ type: 'document.failed', request: 'request-1', code: 'verb-unknown', message: '' }, left('us')],
    ],
  ] as const)('tells why one is over: %s', async (cause, fields, events) => {
    const rig = createRig();
    rig.calls.push(callRecord(1, { ...ended, ...fields }));
    rig.tapes.set(ownId(1), tapeOf(...events));
    const { body } = await rig.ask('GET', `/calls/${id(1)}`);
    expect(body).toMatchObject({
      state: 'disconnected',
      endTime: endedAt,
      lastUpdate: endedAt,
      disconnectCause: cause,
    });
    if (cause === 'hangup') expect([body.errorMessage, body.errorId]).toEqual([null, null]);
  });

  it('knows no call that is not there, or speaks another dialect', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1, { app: 'other' }), callRecord(2, { app: 'deleted' }));
    for (const written of [id(7), 'does-not-exist', id(1)]) {
      const { status, body } = await rig.ask('GET', `/calls/${written}`);
      expect([status, body]).toEqual([
        404,
        { type: 'validation', description: `Call [${written}] not found`, id: null },
      ]);
    }
    expect((await rig.ask('GET', `/calls/${id(2)}`)).status).toBe(200);
  });
});

describe('GET /calls', () => {
  it('tells the oldest first, in pages that lead on', async () => {
    const rig = createRig();
    for (let n = 1; n <= 5; n += 1) rig.calls.push(callRecord(n));
    rig.calls.splice(2, 0, callRecord(9, { app: 'other' }));
    const seen: string[] = [];
    let path = '/calls?pageSize=2&to=%2B15553334444';
    for (let page = 0; page < 4 && path !== ''; page += 1) {
      const { body, headers } = await rig.ask('GET', path);
      seen.push(...body.map(({ callId }: { callId: string }) => callId));
      const link = /^<(.+)>; rel="next"$/.exec(headers['Link'] ?? '')?.[1] ?? '';
      expect(link === '' || link.startsWith(`${base}/calls?pageSize=2&to=%2B15553334444&pageToken=`)).toBe(true);
      path = link.slice(base.length);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5].map(id));
  });

  it('looks at no more than 1000 calls for a page, and leads on', async () => {
    const rig = createRig();
    for (let n = 0; n < 1003; n += 1) rig.calls.push(callRecord(n % 200, { id: `call-${n}` }));
    const first = await rig.ask('GET', '/calls?pageSize=5000');
    expect(first.body).toHaveLength(1000);
    const link = /^<(.+)>; rel="next"$/.exec(first.headers['Link']!)![1]!;
    const second = await rig.ask('GET', link.slice(base.length));
    expect([second.body.length, second.headers['Link']]).toEqual([3, undefined]);
    const none = await rig.ask('GET', '/calls?disconnectCause=busy');
    expect([none.body, none.headers['Link']]).toEqual([
      [],
      first.headers['Link']?.replace('pageSize=5000', 'disconnectCause=busy'),
    ]);
  });

  it('filters by number, time and why a call is over', async () => {
    const rig = createRig();
    rig.calls.push(
      callRecord(1, { ...ended, from: '+1666' }),
      callRecord(2, { startedAt: '2031-01-01T00:00:00.000Z' }),
      callRecord(3, { ...ended, answeredAt: null, reason: 'busy', q850Cause: 17 }),
    );
    const found = async (query: string) =>
      (await rig.ask('GET', `/calls?${query}`)).body.map(({ callId }: { callId: string }) => callId);
    expect(await found('from=%2B1666')).toEqual([id(1)]);
    expect(await found('minStartTime=2030-06-01T00:00:00Z')).toEqual([id(2)]);
    expect(await found('maxStartTime=2030-06-01T00:00:00Z')).toEqual([id(1), id(3)]);
    expect(await found('disconnectCause=busy')).toEqual([id(3)]);
  });

  it.each([
    ['pageSize=0', '`pageSize` must be within the range [`1`, `10000`], but was `0`'],
    ['pageSize=x', '`pageSize` must be within the range [`1`, `10000`], but was `x`'],
    ['pageToken=abc', 'Invalid pageToken'],
    ['minStartTime=yesterday', 'Invalid minStartTime: must be a time as 2022-06-21T19:13:21Z'],
  ])('refuses %s', async (query, words) => {
    const { status, body } = await createRig().ask('GET', `/calls?${query}`);
    expect([status, body.description]).toEqual([400, words]);
  });
});

describe('POST /calls/{callId}', () => {
  it('sends an answered call to another document', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1));
    const redirect = {
      redirectUrl: 'https://app.test/next',
      redirectMethod: 'GET',
      tag: 'two',
      username: 'a',
      password: 'b',
    };
    expect(await rig.ask('POST', `/calls/${id(1)}`, redirect)).toMatchObject({ status: 200, body: null });
    expect(rig.commands).toMatchObject([
      [
        ownId(1),
        {
          kind: 'run',
          flow: {
            dialect: 'bandwidth',
            source: 'https://app.test/next',
            body: [
              { kind: 'set', name: 'tag', value: 'two' },
              {
                kind: 'ask',
                destination: { url: 'https://app.test/next', method: 'GET', extra: { event: 'redirect' } },
              },
            ],
          },
        },
      ],
    ]);
  });

  it('ends a call, answered or not', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1), callRecord(2, unanswered));
    for (const n of [1, 2]) expect((await rig.ask('POST', `/calls/${id(n)}`, { state: 'completed' })).status).toBe(200);
    expect(rig.commands.map(([call, { kind }]) => [call, kind])).toEqual([
      [ownId(1), 'hangup'],
      [ownId(2), 'hangup'],
    ]);
  });

  it('refuses what the state of the call does not allow', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1, ended), callRecord(2, unanswered), callRecord(3));
    const redirect = { redirectUrl: 'https://app.test/' };
    const told = async (n: number, body: object) => {
      const { status, body: words } = await rig.ask('POST', `/calls/${id(n)}`, body);
      return [status, words.description];
    };
    const never = (n: number) => [409, `Call [${id(n)}] cannot be modified in its current state`];
    expect(await told(1, { state: 'completed' })).toEqual(never(1));
    expect(await told(1, redirect)).toEqual(never(1));
    expect(await told(2, redirect)).toEqual(never(2));
    // It ended while it was asked about.
    rig.fail = over();
    expect(await told(3, redirect)).toEqual(never(3));
    expect(rig.commands).toEqual([]);
  });

  it.each([
    [{}, 'redirectUrl is required when state is active'],
    [{ state: 'active', tag: 'x' }, 'redirectUrl is required when state is active'],
    [{ state: 'completed', redirectUrl: 'https://a.test' }, 'redirectUrl is not allowed when state is completed'],
    [{ state: 'completed', tag: 'x' }, 'tag is not allowed when state is completed'],
    [{ state: 'paused' }, 'Invalid state: must be one of [active, completed]'],
    [{ redirectUrl: 'nowhere' }, 'Invalid redirectUrl: only http and https are allowed'],
  ])('refuses %j', async (body, words) => {
    const rig = createRig();
    rig.calls.push(callRecord(1));
    const { status, body: told } = await rig.ask('POST', `/calls/${id(1)}`, body);
    expect([status, told.description]).toEqual([400, words]);
  });
});

describe('PUT /calls/{callId}/bxml', () => {
  it('replaces what runs; its addresses are resolved against the document that ran', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1));
    rig.tapes.set(ownId(1), tapeOf({ type: 'flow.started', source: 'https://app.test/voice/start' }));
    const bxml = '<?xml version="1.0"?><Bxml><Gather gatherUrl="next" maxDigits="4"/></Bxml>';
    expect(await rig.ask('PUT', `/calls/${id(1)}/bxml`, bxml)).toMatchObject({ status: 204, body: null });
    expect(rig.commands).toMatchObject([
      [ownId(1), { kind: 'run', flow: { body: [{ kind: 'gather', report: { url: 'https://app.test/voice/next' } }] } }],
    ]);
  });

  it.each([
    ['<Bxml><Gathr/></Bxml>', 'Invalid BXML: line 1, column 7: <Gathr> is not a verb of BXML. Did you mean <Gather>?'],
    ['', 'Invalid BXML: the document is empty'],
    [
      '<Bxml><Redirect redirectUrl="/x"/></Bxml>',
      /^Invalid BXML: line 1, column 17: redirectUrl: "\/x" is not an absolute/,
    ],
  ])('refuses %j and leaves the call alone', async (bxml, words) => {
    const rig = createRig();
    rig.calls.push(callRecord(1));
    const { status, body } = await rig.ask('PUT', `/calls/${id(1)}/bxml`, bxml, {
      'content-type': 'application/xml; charset=utf-8',
    });
    expect(status).toBe(400);
    expect(body.description).toMatch(words);
    expect(rig.commands).toEqual([]);
  });

  it('is taken as a JSON string too, as the older client writes it', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1));
    expect((await rig.ask('PUT', `/calls/${id(1)}/bxml`, JSON.stringify('<Bxml><Hangup/></Bxml>'))).status).toBe(204);
    expect((await rig.ask('PUT', `/calls/${id(1)}/bxml`, '"<Bxml/>')).status).toBe(400);
  });

  it('wants XML and an answered call', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1, unanswered), callRecord(2));
    expect((await rig.ask('PUT', `/calls/${id(1)}/bxml`, '<Bxml/>')).status).toBe(409);
    const typed = { 'content-type': 'application/json' };
    expect((await rig.ask('PUT', `/calls/${id(2)}/bxml`, '<Bxml/>', typed)).status).toBe(415);
    expect((await rig.ask('PUT', `/calls/${id(3)}/bxml`, '<Bxml/>')).status).toBe(404);
  });
});

describe('PUT /calls/{callId}/recording', () => {
  const started: CallEvent = { type: 'recording.started', recording: 'recording-1', tag: null, channels: 'mixed' };

  it('pauses and resumes beside the document', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1));
    rig.tapes.set(ownId(1), tapeOf(started));
    for (const state of ['paused', 'recording'])
      expect(await rig.ask('PUT', `/calls/${id(1)}/recording`, { state })).toMatchObject({ status: 200, body: null });
    expect(rig.commands.map(([, command]) => command)).toMatchObject([
      { kind: 'beside', body: [{ kind: 'record', mode: 'pause' }] },
      { kind: 'beside', body: [{ kind: 'record', mode: 'resume' }] },
    ]);
    const names = new Set(rig.commands.map(([, command]) => ('name' in command ? command.name : '')));
    expect(names.size).toBe(2);
  });

  it('finds nothing to pause without a recording that runs', async () => {
    const rig = createRig();
    rig.calls.push(callRecord(1), callRecord(2, ended));
    const done = { recording: 'recording-1', tag: null, durationMs: 1, bytes: 1, file: 'x', why: 'stopped' } as const;
    rig.tapes.set(ownId(1), tapeOf(started, { type: 'recording.finished', ...done }));
    rig.tapes.set(ownId(2), tapeOf(started));
    for (const n of [1, 2])
      expect((await rig.ask('PUT', `/calls/${id(n)}/recording`, { state: 'paused' })).status).toBe(404);
    const { status, body } = await rig.ask('PUT', `/calls/${id(1)}/recording`, { state: 'stopped' });
    expect([status, body.description]).toEqual([400, 'Invalid state: must be one of [paused, recording]']);
  });
});

describe('GET /statistics', () => {
  it('tells the queue', async () => {
    const rig = createRig();
    const { status, body } = await rig.ask('GET', '/statistics');
    expect([status, body]).toEqual([200, { currentCallQueueSize: 3, maxCallQueueSize: 300 }]);
    const endless = createRig({ most: Number.MAX_SAFE_INTEGER });
    expect((await endless.ask('GET', '/statistics')).body.maxCallQueueSize).toBe(2_147_483_647);
  });
});
