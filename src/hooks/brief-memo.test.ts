import { expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createBriefMemo } from './brief-memo.ts';

it('asks once in a moment, again after it, and never keeps a failure', async () => {
  const clock = createVirtualClock();
  const memo = createBriefMemo<number>(clock);
  let asked = 0;
  const ask = () => memo.get('a', async () => ++asked);
  expect([await ask(), await ask()]).toEqual([1, 1]);
  clock.advance(199);
  expect(await ask()).toBe(1);
  clock.advance(1);
  expect(await ask()).toBe(2);
  await expect(memo.get('b', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(await memo.get('b', async () => 7)).toBe(7);
});
