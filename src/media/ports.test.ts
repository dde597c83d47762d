import { describe, expect, it } from 'vitest';
import { PortPool } from './ports.ts';

const unshuffled = (below: number) => below - 1;

describe('the port pool', () => {
  it('hands out each even port whose odd neighbour is in the range, once', () => {
    const pool = new PortPool([10_001, 10_008], unshuffled);
    expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([10_002, 10_004, 10_006, null]);
  });

  it('uses the pair again last that was given back last', () => {
    const pool = new PortPool([10_000, 10_007], unshuffled);
    expect([pool.take(), pool.take()]).toEqual([10_000, 10_002]);
    pool.giveBack(10_002);
    pool.giveBack(10_000);
    expect([pool.take(), pool.take(), pool.take(), pool.take(), pool.take()]).toEqual([
      10_004,
      10_006,
      10_002,
      10_000,
      null,
    ]);
  });

  it('does not begin at the low end every time', () => {
    const firsts = new Set(Array.from({ length: 20 }, () => new PortPool([10_000, 19_999]).take()));
    expect(firsts.size).toBeGreaterThan(10);
  });
});
