import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createPlaceQueue, type Turn } from './place-queue.ts';

function start(rate: number) {
  const clock = createVirtualClock();
  let rateNow = rate;
  const queue = createPlaceQueue({ clock, rateOf: () => rateNow });
  const begun: string[] = [];
  return {
    ...{ clock, queue, begun },
    setRate: (next: number) => (rateNow = next),
    join(name: string, priority = 3, account = 'a'): Turn {
      const turn = queue.join(account, priority)!;
      turn.take(() => begun.push(`${name} at ${clock.now()}`));
      return turn;
    },
  };
}

describe('the calls that an account places', () => {
  it('begin at once when there is no limit', () => {
    const { join, begun, queue } = start(0);
    for (let i = 0; i < 50; i += 1) expect(join(`${i}`).waits).toBe(false);
    expect(begun).toHaveLength(50);
    expect(queue.of('a')).toEqual({ size: 0, most: Number.MAX_SAFE_INTEGER });
  });

  it('are never more within any second than the rate, and none waits without need', () => {
    const { join, begun, clock, queue } = start(2);
    expect(['1', '2', '3', '4', '5'].map((name) => join(name).waits)).toEqual([false, false, true, true, true]);
    expect(queue.of('a')).toEqual({ size: 3, most: 600 });
    clock.advance(999);
    expect(begun).toEqual(['1 at 0', '2 at 0']);
    clock.advance(701);
    expect(begun.slice(2)).toEqual(['3 at 1000', '4 at 1000']);
    clock.advance(1000);
    expect(begun.slice(4)).toEqual(['5 at 2000']);
    // One second after 5, and one begins at most, for 5 did at 2000.
    expect(join('6').waits).toBe(false);
    expect(join('7').waits).toBe(true);
    clock.advance(10_000);
    expect(begun.slice(5)).toEqual(['6 at 2700', '7 at 3000']);
    expect(clock.pending).toBe(0);
  });

  it('wait by their priority, then as they came; a new one does not pass those that wait', () => {
    const { join, begun, clock } = start(1);
    join('now');
    join('c', 5);
    join('a', 1);
    join('b');
    join('a2', 1);
    clock.advance(5000);
    expect(begun.map((one) => one.split(' ')[0])).toEqual(['now', 'a', 'a2', 'b', 'c']);
  });

  it('do not wait for those of another account', () => {
    const { join, queue } = start(1);
    join('1');
    expect(join('2').waits).toBe(true);
    expect(join('3', 3, 'other').waits).toBe(false);
    expect([queue.of('a').size, queue.of('other').size]).toEqual([1, 0]);
  });

  it('give up their place when they are no longer wanted', () => {
    const { join, begun, clock, queue } = start(1);
    join('1');
    const second = join('2');
    join('3');
    second.leave();
    expect(queue.of('a').size).toBe(1);
    clock.advance(5000);
    second.leave();
    expect(begun).toEqual(['1 at 0', '3 at 1000']);
    const fourth = join('4');
    const fifth = join('5');
    fifth.leave();
    fourth.leave();
    expect(clock.pending).toBe(0);
  });

  it('are as many as 300 s bear; one that was promised a place before a restart has it all the same', () => {
    const { queue } = start(1);
    for (let i = 0; i <= 300; i += 1) expect(queue.join('a', 3)).not.toBeNull();
    expect(queue.of('a')).toEqual({ size: 300, most: 300 });
    expect(queue.join('a', 1)).toBeNull();
    expect(queue.join('a', 3, { promised: true })).not.toBeNull();
    expect(queue.of('a').size).toBe(301);
  });

  it('begin when they are taken up, if their turn came before that', () => {
    const { queue, clock, begun } = start(1);
    queue.join('a', 3);
    const late = queue.join('a', 3)!;
    clock.advance(3000);
    expect(begun).toEqual([]);
    late.take(() => begun.push('late'));
    expect(begun).toEqual(['late']);
  });

  it('go on when the limit is taken away meanwhile', () => {
    const { join, begun, clock, setRate } = start(1);
    join('1');
    join('2');
    join('3');
    setRate(0);
    clock.advance(1000);
    expect(begun).toEqual(['1 at 0', '2 at 1000', '3 at 1000']);
  });
});
