// Owns: the keys that the caller pressed and nobody has used yet (type-ahead). It lives as long as the call, so a key
// pressed while the application is being asked waits for the next gather. Bounded: the oldest key is given up first,
// and every key given up is told, with the reason, to the next gather's decision record.

export interface Key {
  readonly press: number;
  readonly digit: string;
  /** `since` of the tape's line. */
  readonly at: number;
}

export interface Dropped {
  readonly key: Key;
  readonly why: string;
}

export interface KeyBuffer {
  push(key: Key): void;
  /** The oldest key, which is the caller's no longer. */
  shift(): Key | undefined;
  /** Takes one certain press out; false when it is not there. */
  take(press: number): boolean;
  /** Gives up every key. */
  flush(why: string): void;
  /** The caller often finishes a full entry with the terminator; the very next key until then is dropped if it is one. */
  expectTrailing(terminators: string, until: number): void;
  /** The keys that would be dropped so if one of them came now: no sound may be stopped by them. */
  trailingAt(now: number): string;
  /** What was given up since the last time this was asked. */
  takeDropped(): readonly Dropped[];
  readonly waiting: readonly Key[];
}

export const mostKeysWaiting = 32;

export function createKeyBuffer(): KeyBuffer {
  let waiting: Key[] = [];
  let dropped: Dropped[] = [];
  let trailing: { terminators: string; until: number } | null = null;

  function isTrailing(key: Key): boolean {
    const expected = trailing;
    trailing = null;
    return expected !== null && key.at <= expected.until && expected.terminators.includes(key.digit);
  }
  const late = 'it ends an entry that was already full';

  return {
    push(key) {
      if (isTrailing(key)) {
        dropped.push({ key, why: late });
        return;
      }
      waiting.push(key);
      if (waiting.length <= mostKeysWaiting) return;
      const oldest = waiting.shift();
      if (oldest !== undefined) dropped.push({ key: oldest, why: `more than ${mostKeysWaiting} keys were waiting` });
    },
    shift: () => waiting.shift(),
    take(press) {
      const before = waiting.length;
      waiting = waiting.filter((key) => key.press !== press);
      return waiting.length < before;
    },
    flush(why) {
      dropped.push(...waiting.map((key) => ({ key, why })));
      waiting = [];
    },
    expectTrailing(terminators, until) {
      trailing = { terminators, until };
      const [head] = waiting;
      if (head === undefined || !isTrailing(head)) return;
      waiting.shift();
      dropped.push({ key: head, why: late });
    },
    trailingAt: (now) => (trailing !== null && now <= trailing.until ? trailing.terminators : ''),
    takeDropped() {
      const taken = dropped;
      dropped = [];
      return taken;
    },
    get waiting() {
      return waiting;
    },
  };
}
