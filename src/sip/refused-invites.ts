// Owns: the memory of INVITEs that were refused without a transaction (RFC 3261 8.2.7): their retransmissions get the same
// answer, though there may be room by now, and their ACKs are nobody's. No timer: two tables that take turns.
// Does not: repeat an answer by itself. Whoever lost it asks again.
import type { Clock } from '../base/clock.ts';

/** 64*T1: for so long the peer retransmits. */
const TURN_MS = 32_000;

export interface RefusedInvites {
  remember(key: string, repeat: () => void): void;
  /** What sends the answer again; undefined: not refused, or long ago. */
  find(key: string): (() => void) | undefined;
  clear(): void;
}

/** Beyond `max` in one turn the older half is forgotten early. */
export function createRefusedInvites(clock: Clock, max = 16_384): RefusedInvites {
  let young = new Map<string, () => void>();
  let old = new Map<string, () => void>();
  let turnedAt = Number.NEGATIVE_INFINITY;

  function turn(): void {
    const now = clock.now();
    const sinceMs = now - turnedAt;
    const full = young.size >= max;
    if (!full && sinceMs < TURN_MS) return;
    old = sinceMs < 2 * TURN_MS ? young : new Map();
    young = new Map();
    turnedAt = full || sinceMs >= 2 * TURN_MS ? now : turnedAt + TURN_MS;
  }

  return {
    remember(key, repeat) {
      turn();
      young.set(key, repeat);
    },
    find(key) {
      if (young.size === 0 && old.size === 0) return undefined;
      turn();
      return young.get(key) ?? old.get(key);
    },
    clear() {
      young.clear();
      old.clear();
    },
  };
}
