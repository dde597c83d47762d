import { describe, expect, it } from 'vitest';
import type { Clock } from '../base/clock.ts';
import type { Run } from '../run/run.ts';
import type { Effect } from './effect.ts';
import type { WorldEvent } from './event.ts';
import { type CallLoop, createCallLoop } from './loop.ts';
import { createTape } from './tape.ts';

let now = 1000.4;
const clock: Clock = { now: () => now, wall: () => 5000 + now, after: () => ({ cancel() {} }) };
const fired = (timer: string): WorldEvent => ({ type: 'timer.fired', timer });
const gone: WorldEvent = { type: 'leg.ended', leg: 'caller', by: 'peer', q850Cause: 16, reason: 'hung up' };

function start(step: Run['step'], perform: (effect: Effect, loop: CallLoop) => void = () => {}) {
  const tape = createTape({ clock, onLine() {} });
  const done: Effect[] = [];
  const faults: unknown[] = [];
  const loop: CallLoop = createCallLoop({
    tape,
    run: { step, over: false },
    perform(effect) {
      done.push(effect);
      perform(effect, loop);
    },
    onFault: (error) => faults.push(error),
  });
  return { tape, done, faults, loop, types: () => tape.lines.map(({ event }) => event.type) };
}

describe('a tape', () => {
  it('numbers its lines from 1 and tells the time since the first', () => {
    const seen: number[] = [];
    const tape = createTape({ clock, onLine: ({ seq }) => seen.push(seq) });
    now = 1000.4;
    tape.append(fired('timer-1'));
    now = 1250.4;
    const line = tape.append(fired('timer-2'));
    expect(line).toEqual({ seq: 2, at: 6250, since: 250, event: fired('timer-2') });
    expect(seen).toEqual([1, 2]);
  });
});

describe('a turn', () => {
  it('writes the event, then its notes where they were said, and does the rest in order', () => {
    const { loop, done, types } = start(() => [
      { type: 'timer.cancel', timer: 'timer-1' },
      { type: 'note', event: { type: 'flow.started', source: 'x' } },
      { type: 'hold.start' },
    ]);
    loop.put(fired('timer-1'));
    expect(types()).toEqual(['timer.fired', 'flow.started']);
    expect(done.map(({ type }) => type)).toEqual(['timer.cancel', 'hold.start']);
  });

  it('is finished before an event that it caused has its own', () => {
    const order: string[] = [];
    const { loop } = start(
      ({ event }) => {
        order.push(event.type);
        return event.type === 'timer.fired' ? [{ type: 'prompt.stop', prompt: 'p' }, { type: 'hold.stop' }] : [];
      },
      (effect, own) => {
        order.push(effect.type);
        if (effect.type === 'prompt.stop')
          own.put({ type: 'prompt.finished', prompt: 'p', why: 'stopped', playedMs: 0 });
      },
    );
    loop.put(fired('timer-1'));
    expect(order).toEqual(['timer.fired', 'prompt.stop', 'hold.stop', 'prompt.finished']);
  });
});

describe('a fault', () => {
  it('of the run hangs the call up once; the tape goes on and ends', () => {
    const { loop, done, faults, types } = start(() => {
      throw new Error('boom');
    });
    loop.put(fired('timer-1'));
    loop.put(fired('timer-2'));
    loop.put(gone);
    loop.put(gone);
    expect(faults).toHaveLength(1);
    expect(done).toEqual([{ type: 'call.hangup', reason: 'fault' }]);
    expect(types()).toEqual(['timer.fired', 'timer.fired', 'leg.ended', 'call.ended', 'leg.ended']);
    expect(loop.over).toBe(true);
  });

  it('of an effect ends the call in the same way', () => {
    const { loop, faults, done } = start(
      () => [{ type: 'hold.start' }, { type: 'hold.stop' }],
      ({ type }) => {
        if (type === 'hold.start') throw new Error('no such leg');
      },
    );
    loop.put(fired('timer-1'));
    expect(faults).toHaveLength(1);
    expect(done.map(({ type }) => type)).toEqual(['hold.start', 'call.hangup']);
  });

  it('while hanging up is told and leaves the loop usable', () => {
    const { loop, faults, types } = start(
      () => [{ type: 'hold.start' }],
      () => {
        throw new Error('nothing works');
      },
    );
    loop.put(fired('timer-1'));
    loop.put(gone);
    expect(faults).toHaveLength(2);
    expect(types().at(-1)).toBe('call.ended');
  });
});
