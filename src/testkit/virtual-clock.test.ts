import { expect, it } from 'vitest';
import { createVirtualClock, virtualEpochMs } from './virtual-clock.ts';

it('fires timers in the order of their time, and of their setting when that is the same', () => {
  const clock = createVirtualClock();
  const order: string[] = [];
  clock.after(20, () => order.push(`c at ${clock.now()}`));
  clock.after(10, () => {
    order.push(`a at ${clock.now()}`);
    clock.after(10, () => order.push(`d at ${clock.now()}`));
  });
  clock.after(10, () => order.push(`b at ${clock.now()}`));
  clock.after(15, () => order.push('never')).cancel();
  clock.advance(20);
  expect(order).toEqual(['a at 10', 'b at 10', 'c at 20', 'd at 20']);
  expect(clock.next()).toBe(false);
});

it('stands where it was moved to', () => {
  const clock = createVirtualClock();
  clock.advance(1500);
  expect([clock.now(), clock.wall() - virtualEpochMs]).toEqual([1500, 1500]);
});
