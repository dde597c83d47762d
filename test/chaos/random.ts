// Owns: chance that can be had again: the same seed makes the same callers, codes and kills.
export interface Chance {
  /** 0 or more, below 1. */
  next(): number;
  between(first: number, last: number): number;
  digits(count: number): string;
}

/** mulberry32 */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  return {
    next,
    between: (first, last) => first + Math.floor(next() * (last - first + 1)),
    digits: (count) => Array.from({ length: count }, () => Math.floor(next() * 10)).join(''),
  };
}
