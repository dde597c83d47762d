// Owns: looking at a file once for all calls that need it in the same moment. A change is seen a blink later; a thousand
// calls do not ask the disk a thousand times. Does not: keep failures.
import type { Clock } from '../base/clock.ts';

/** Long enough to matter under load, shorter than saving a file and dialling. */
const keepMs = 200;

export interface BriefMemo<T> {
  get(key: string, make: () => Promise<T>): Promise<T>;
}

export function createBriefMemo<T>(clock: Clock): BriefMemo<T> {
  const made = new Map<string, { readonly at: number; readonly value: Promise<T> }>();

  function sweep(now: number): void {
    for (const [key, { at }] of made) {
      if (now - at < keepMs) return;
      made.delete(key);
    }
  }

  return {
    get(key, make) {
      const now = clock.now();
      sweep(now);
      const known = made.get(key);
      if (known !== undefined) return known.value;
      const value = make();
      const entry = { at: now, value };
      made.set(key, entry);
      value.catch(() => {
        if (made.get(key) === entry) made.delete(key);
      });
      return value;
    },
  };
}
