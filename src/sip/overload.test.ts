import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createOverload } from './overload.ts';

describe('overload', () => {
  const limits = { newPerSecond: 20, earlyLegs: 2, legs: 4 };

  it('lets a rate in, answers as much again, and is silent beyond', () => {
    const clock = createVirtualClock();
    const overload = createOverload(clock, limits);
    const verdicts = Array.from({ length: 6 }, () => overload.admit(false, 0, 0));
    expect(verdicts).toEqual([true, true, false, false, 'drop', 'drop']);
    clock.advance(100);
    expect(overload.admit(false, 0, 0)).toBe(true);
  });

  it('refuses calls, and only calls, above the numbers of legs', () => {
    const clock = createVirtualClock();
    const overload = createOverload(clock, limits);
    expect(overload.admit(true, 2, 2)).toBe(false);
    clock.advance(100);
    expect(overload.admit(true, 1, 4)).toBe(false);
    expect(overload.admit(false, 2, 4)).toBe(true);
    clock.advance(100);
    expect(overload.admit(true, 1, 3)).toBe(true);
  });
});
