import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createTimers } from './timers.ts';

function start() {
  const clock = createVirtualClock();
  const fired: string[] = [];
  const timers = createTimers(clock, (name) => fired.push(`${name} at ${clock.now()}`));
  return { clock, fired, timers };
}

describe('the timers of a call', () => {
  it('fire once, by name, at their time', () => {
    const { clock, fired, timers } = start();
    timers.arm('b', 200);
    timers.arm('a', 100);
    clock.advance(1000);
    expect(fired).toEqual(['a at 100', 'b at 200']);
  });

  it('of the same name: the newer one counts', () => {
    const { clock, fired, timers } = start();
    timers.arm('a', 100);
    clock.advance(50);
    timers.arm('a', 100);
    clock.advance(1000);
    expect(fired).toEqual(['a at 150']);
  });

  it('are cancelled by name, and it does no harm afterwards or for one that never was', () => {
    const { clock, fired, timers } = start();
    timers.arm('a', 100);
    timers.cancel('a');
    timers.cancel('never');
    timers.arm('b', 100);
    clock.advance(100);
    timers.cancel('b');
    expect(fired).toEqual(['b at 100']);
    expect(clock.pending).toBe(0);
  });

  it('may be armed again by what they fire', () => {
    const clock = createVirtualClock();
    let rounds = 0;
    const timers = createTimers(clock, (name) => {
      rounds += 1;
      if (rounds < 3) timers.arm(name, 10);
    });
    timers.arm('a', 10);
    clock.advance(1000);
    expect(rounds).toBe(3);
  });

  it('without a name run beside each other and are told to nobody', () => {
    const { clock, fired, timers } = start();
    const ran: number[] = [];
    timers.after(10, () => ran.push(1));
    timers.after(10, () => ran.push(2));
    clock.advance(10);
    expect([ran, fired]).toEqual([[1, 2], []]);
  });

  it('are gone when the call is', () => {
    const { clock, fired, timers } = start();
    timers.arm('a', 10);
    timers.after(10, () => fired.push('nameless'));
    timers.close();
    expect(clock.pending).toBe(0);
    clock.advance(100);
    expect(fired).toEqual([]);
  });
});
