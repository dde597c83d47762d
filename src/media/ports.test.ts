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

  it('keeps what is reserved for who names it', () => {
    const pool = new PortPool([10_000, 10_009], unshuffled);
    pool.reserve([10_000, 10_004, 10_004, 9000]);
    expect([pool.take(), pool.free]).toEqual([10_002, 2]);
    expect([pool.claim(10_000), pool.claim(10_000), pool.claim(10_002)]).toEqual([true, false, false]);
    // Free and named is as good as reserved.
    expect(pool.claim(10_008)).toBe(true);
    expect([pool.take(), pool.take()]).toEqual([10_006, null]);
    pool.release([10_004, 10_000]);
    expect([pool.take(), pool.take()]).toEqual([10_004, null]);
  });

  it('gives a port that is not of its range to who names it, and to nobody else afterwards', () => {
    const pool = new PortPool([10_000, 10_003], unshuffled);
    expect(pool.claim(20_000)).toBe(true);
    pool.giveBack(20_000);
    expect([pool.take(), pool.take(), pool.take()]).toEqual([10_000, 10_002, null]);
  });

  it('does not begin at the low end every time', () => {
    const firsts = new Set(Array.from({ length: 20 }, () => new PortPool([10_000, 19_999]).take()));
    expect(firsts.size).toBeGreaterThan(10);
  });
});
