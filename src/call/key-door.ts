// Owns: the one door that keys of a leg come through, whichever way they were heard. A phone that sends a key as RTP event
// and as SIP INFO has pressed once: the second report of a press, by another way, is taken as its echo.
// Does not: decide what a key means; doubled events inside one way are already gone (media/telephone-event-receiver.ts).
import type { Clock } from '../base/clock.ts';
import type { DigitPath } from './event.ts';

/** How long after a press was over another way may still report it. INFO waits for a round trip, RTP does not. */
const echoMs = 400;

interface Press {
  readonly press: number;
  readonly digit: string;
  readonly ways: Set<DigitPath>;
  /** null while it is held. */
  upAt: number | null;
}

export interface KeyDoor {
  /** The number of a new press, or null when it is the echo of one that was told. `key` pairs it with `up`. */
  down(way: DigitPath, digit: string, key: string): number | null;
  /** The number of the press that ends, or null when it was an echo. */
  up(key: string): number | null;
}

/** `nextPress` counts over all legs of the call. */
export function createKeyDoor(clock: Clock, nextPress: () => number): KeyDoor {
  let recent: Press[] = [];
  const held = new Map<string, Press>();

  return {
    down(way, digit, key) {
      const now = clock.now();
      recent = recent.filter(({ upAt }) => upAt === null || now - upAt <= echoMs);
      const same = recent.find((one) => one.digit === digit && !one.ways.has(way));
      if (same !== undefined) {
        same.ways.add(way);
        return null;
      }
      const press: Press = { press: nextPress(), digit, ways: new Set([way]), upAt: null };
      recent.push(press);
      held.set(key, press);
      return press.press;
    },
    up(key) {
      const press = held.get(key);
      if (press === undefined) return null;
      held.delete(key);
      press.upAt = clock.now();
      return press.press;
    },
  };
}
