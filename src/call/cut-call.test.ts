import { describe, expect, it } from 'vitest';
import { destination } from '../flow/build.ts';
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
