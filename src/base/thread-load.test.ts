import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createThreadLoad } from './thread-load.ts';

/** A thread that computes for `share` of the time and whose timers fire `lateMs` late. */
function measure(share: number, lateMs: number): number {
  const clock = createVirtualClock();
  const load = createThreadLoad({
    clock: { ...clock, after: (delayMs, fn) => clock.after(delayMs + lateMs, fn) },
    bearableMs: 20,
    computedUs: () => clock.now() * 1000 * share,
  });
  while (clock.now() < 8000) clock.next();
  load.close();
  return load.value;
}

describe('the load of a thread', () => {
  it('is nothing while it sleeps in time', () => {
    expect(measure(0, 0)).toBe(0);
  });

  it('is the share of a processor that it uses', () => {
    expect(measure(0.4, 1)).toBeCloseTo(0.4, 2);
  });

  it('is its lateness when it waits for a processor that others use', () => {
    expect(measure(0.4, 16)).toBeCloseTo(0.8, 2);
  });

  it('takes more than one busy moment to be high, and a second to be low again', () => {
    const clock = createVirtualClock();
    let computed = 0;
    let share = 1;
    const load = createThreadLoad({
      clock: {
        ...clock,
        after: (delayMs, fn) =>
          clock.after(delayMs, () => {
            computed += delayMs * 1000 * share;
            fn();
          }),
      },
      bearableMs: 20,
      computedUs: () => computed,
    });
    clock.advance(500);
    expect(load.value).toBeLessThan(0.9);
    clock.advance(1000);
    expect(load.value).toBeGreaterThan(0.9);
    share = 0;
    clock.advance(1250);
    expect(load.value).toBeLessThan(0.1);
    load.close();
  });

  it('stops its clock when closed', () => {
    const clock = createVirtualClock();
    createThreadLoad({ clock, bearableMs: 20 }).close();
    expect(clock.pending).toBe(0);
  });
});
