import { describe, expect, it } from 'vitest';
import { destination, flow, play } from '../flow/build.ts';
import { createRun } from '../run/create-run.ts';
import { readCutCall, type UnfinishedCall } from './cut-call.ts';
import type { CallEvent, TapeLine } from './event.ts';

const row = { id: 'c1', app: 'a1', from: '15551230001', to: '100', startedAt: 1_000_000 };
const signalling = { source: 'udp 192.0.2.7 5061', login: 'anna' };
const incoming = { type: 'call.incoming', call: 'c1', app: 'a1', from: row.from, to: row.to, signalling } as const;
const failed = { type: 'document.failed', request: 'request-1', code: 'fetch-failed', message: 'no' } as const;

function tape(...events: CallEvent[]): TapeLine[] {
  return events.map((event, index) => ({ seq: index + 1, at: 1_000_000 + index * 100, since: index * 100, event }));
}

function read(lines: readonly TapeLine[], aliveAt: number | null, legs: UnfinishedCall['legs'] = []) {
  const run = createRun({ first: destination('http://app.test/start'), defaults: { language: 'en-US' } });
  return readCutCall({ row, lines, legs }, run, { aliveAt, clock: { wall: () => 1_003_000 } });
}

describe('a call that a killed process left', () => {
  it('stood still when the process was last known to live, and was down from then on', () => {
    const cut = read(tape(incoming), 1_000_700);
    expect([cut.sinceMs, cut.downMs]).toEqual([700, 2300]);
    expect(cut.outstanding.requests.map(({ request }) => request)).toEqual(['request-1']);
  });

  it('is as old as its tape when no beat came behind it, or the clock was set back', () => {
    expect(read(tape(incoming), null)).toMatchObject({ sinceMs: 0, downMs: 3000 });
    expect(read(tape(incoming), 5000)).toMatchObject({ sinceMs: 0, downMs: 3000 });
  });

  it('knows whom its signalling came from', () => {
    const { caller } = read(tape(incoming), null);
    expect(caller).toEqual({ login: 'anna', source: { transport: 'udp', address: '192.0.2.7', port: 5061 } });
  });

  it('has the session of a leg only when all of it was kept', () => {
    const part = (name: string) => ({ leg: 'caller', part: name, state: { version: 1 } });
    expect(read(tape(incoming), null, [part('sip'), part('media')]).saved('caller')).toBeNull();
    expect(read(tape(incoming), null, [part('sip'), part('media'), part('audio')]).saved('caller')).not.toBeNull();
  });

  it('is refused when its tape is not whole, or another run wrote it', () => {
    const [first, second] = tape(incoming, failed);
    expect(() => read([], null)).toThrow('not whole');
    expect(() => read([second!], null)).toThrow('not whole');
    expect(() => read([first!, { ...second!, seq: 3 }], null)).toThrow('not whole');
    const other: CallEvent = { type: 'verb.started', path: 'Play[0]', verb: 'Play', line: 1 };
    expect(() => read(tape(incoming, other), null)).toThrow('the run says nothing');
    expect(() => read(tape(incoming, failed, { type: 'timer.fired', timer: 'timer-1' }), null)).toThrow('came before');
  });
});

describe('a call that a killed process placed', () => {
  const plan = { flow: flow([play('Hello.')]), last: null, ringMs: 30_000 };
  const order = { kind: 'number', account: 'u-1', priority: 2, headers: [{ name: 'X-A', value: '1' }] } as const;
  const placed = { type: 'call.placed', call: 'c1', app: 'a1', from: row.from, to: row.to, plan, order } as const;
  const invited = { type: 'leg.invited', leg: 'caller', sipCallId: 'x' } as const;
  const answered = { type: 'leg.answered', leg: 'caller' } as const;
  const sip = [
    { leg: 'caller', part: 'sip', state: {} },
    { leg: 'caller', part: 'media', state: {} },
  ];
  const legs = [...sip, { leg: 'caller', part: 'audio', state: {} }];

  it('knows how it was asked for', () => {
    const cut = read(tape(placed), null);
    const to = { kind: 'number', address: row.to };
    expect(cut.placed?.order).toMatchObject({ id: 'c1', account: 'u-1', priority: 2, from: row.from, to, plan });
    expect(cut.placed?.order.headers).toEqual(order.headers);
    expect(read(tape(incoming), null).placed).toBeNull();
  });

  it('waits for its turn as before when it had not come', () => {
    const { outstanding } = read(tape(placed), null);
    expect(outstanding).toMatchObject({ caller: 'queued', events: [], lostLegs: [], timers: [] });
  });

  it('ends when it rang, and whoever it rang at is let go', () => {
    const cut = read(tape(placed, invited, { type: 'leg.ringing', leg: 'caller', sipStatus: 180 }), null, legs);
    expect(cut.outstanding).toMatchObject({ caller: 'called', lostLegs: ['caller'] });
    expect(cut.outstanding.events).toMatchObject([{ type: 'leg.ended', leg: 'caller', by: 'fault', q850Cause: 41 }]);
    expect(cut.callerMedia()).toBeNull();
  });

  it('ends as it was being ended when it rang', () => {
    const hangup = { type: 'command.received', command: { kind: 'hangup', reason: 'enough' } } as const;
    const { events } = read(tape(placed, invited, hangup), null, legs).outstanding;
    expect(events).toMatchObject([{ type: 'leg.ended', by: 'us', q850Cause: 16, reason: 'enough' }]);
  });

  it('goes on when it was talked to', () => {
    const flowStarted: CallEvent = { type: 'flow.started', source: plan.flow.source };
    const verb: CallEvent = { type: 'verb.started', path: '', verb: 'play', line: 1 };
    const cut = read(tape(placed, invited, answered, flowStarted, verb), null, legs);
    expect(cut.outstanding).toMatchObject({ caller: 'live', lostLegs: [], events: [] });
    expect(cut.outstanding.prompts).toHaveLength(1);
    expect(cut.callerMedia()).not.toBeNull();
  });
});
