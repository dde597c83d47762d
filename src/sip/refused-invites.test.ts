import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createRefusedInvites } from './refused-invites.ts';

describe('the memory of refused INVITEs', () => {
  it('keeps each for 64*T1 at least and twice that at most', () => {
    const clock = createVirtualClock();
    const refused = createRefusedInvites(clock);
    const repeat = () => {};
    refused.remember('a', repeat);
    clock.advance(31_000);
    refused.remember('b', repeat);
    clock.advance(31_900);
    expect([refused.find('a'), refused.find('b')]).toEqual([repeat, repeat]);
    clock.advance(2_000);
    expect(refused.find('a')).toBeUndefined();
    refused.remember('c', repeat);
    clock.advance(31_000);
    expect([refused.find('b'), refused.find('c')]).toEqual([undefined, repeat]);
  });

  it('forgets all after a long silence', () => {
    const clock = createVirtualClock();
    const refused = createRefusedInvites(clock);
    refused.remember('a', () => {});
    clock.advance(100_000);
    expect(refused.find('a')).toBeUndefined();
  });

  it('is bounded: the older half goes first', () => {
    const refused = createRefusedInvites(createVirtualClock(), 2);
    for (const key of ['a', 'b', 'c', 'd', 'e']) refused.remember(key, () => {});
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => refused.find(key) !== undefined)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});
