// hot path
// Owns: when each session's next packet is due. One pacer for a worker thread: a wheel of 1 ms slots; a session sits in the
// slot of its next packet and moves `everyMs` on when it was visited, so packet n is due at t0 + n * everyMs for ever.
// New sessions take the emptiest of the 20 phases: sending spread over the tick keeps every packet near its time.
// A late visit is caught up on the session's own grid. What is later than `giveUpMs` is not for sending in a burst: the session
// is told so, and skips it unless it is in the middle of something that may have no hole.
// Does not: own a timer or a clock. The worker calls `advance` with the time.

/** Something with a packet due every `everyMs`. The fields below `pacer` are the pacer's own. */
export interface Paced {
  /** 10 to 60; a change takes effect after the packet that is due next. */
  everyMs: number;
  /** A packet is due, `behindMs` ago. */
  onDue(behindMs: number): void;
  /** A packet was due so long ago that it should not be sent any more. */
  onSkipped(behindMs: number): void;
  pacer: { next: Paced | null; phase: number; state: 'idle' | 'paced' | 'leaving' };
}

const wheelSlots = 64;
const phases = 20;
export const shortestPacketMs = 10;
export const longestPacketMs = 60;

export interface PacerOptions {
  /** A packet this much behind its time is skipped. */
  readonly giveUpMs?: number;
  /** After standing still for this long (a suspended machine) time goes on from here. */
  readonly standstillMs?: number;
}

export class Pacer {
  readonly #heads: (Paced | null)[] = new Array<Paced | null>(wheelSlots).fill(null);
  readonly #inPhase = new Int32Array(phases);
  readonly #giveUpMs: number;
  readonly #standstillMs: number;
  #epochMs: number;
  /** The first slot that was not visited yet, in ms after the epoch. */
  #cursor = 0;
  #count = 0;

  constructor(nowMs: number, options: PacerOptions = {}) {
    this.#epochMs = nowMs;
    this.#giveUpMs = options.giveUpMs ?? 60;
    this.#standstillMs = options.standstillMs ?? 1000;
  }

  /** How many sit in the wheel, those that are leaving included. */
  get count(): number {
    return this.#count;
  }

  add(entry: Paced, nowMs: number): void {
    const link = entry.pacer;
    if (link.state === 'paced') return;
    if (link.state === 'leaving') {
      link.state = 'paced';
      this.#inPhase[link.phase]!++;
      return;
    }
    if (this.#count === 0) this.#cursor = Math.floor(nowMs - this.#epochMs) + 1;
    let best = this.#cursor;
    for (let slot = this.#cursor; slot < this.#cursor + phases; slot++) {
      if (this.#inPhase[slot % phases]! < this.#inPhase[best % phases]!) best = slot;
    }
    link.phase = best % phases;
    link.state = 'paced';
    this.#inPhase[link.phase]!++;
    this.#count++;
    this.#put(entry, best);
  }

  /** No visit comes any more. */
  remove(entry: Paced): void {
    if (entry.pacer.state !== 'paced') return;
    entry.pacer.state = 'leaving';
    this.#inPhase[entry.pacer.phase]!--;
  }

  /** Visits everything that is due by `nowMs`. */
  advance(nowMs: number): void {
    const until = Math.floor(nowMs - this.#epochMs);
    if (until - this.#cursor > this.#standstillMs) this.#epochMs += until - this.#cursor;
    const last = Math.floor(nowMs - this.#epochMs);
    while (this.#cursor <= last) {
      const slot = this.#cursor % wheelSlots;
      let entry = this.#heads[slot] ?? null;
      this.#heads[slot] = null;
      const behindMs = last - this.#cursor;
      while (entry !== null) {
        const next: Paced | null = entry.pacer.next;
        this.#visit(entry, behindMs);
        entry = next;
      }
      this.#cursor++;
    }
  }

  /** Milliseconds from `nowMs` to the next due packet, 0 when one is late, -1 when nothing is paced. */
  nextDelayMs(nowMs: number): number {
    if (this.#count === 0) return -1;
    for (let ahead = 0; ahead < wheelSlots; ahead++) {
      if (this.#heads[(this.#cursor + ahead) % wheelSlots] !== null) {
        return Math.max(0, this.#epochMs + this.#cursor + ahead - nowMs);
      }
    }
    return -1;
  }

  #visit(entry: Paced, behindMs: number): void {
    entry.pacer.next = null;
    if (entry.pacer.state === 'leaving') {
      entry.pacer.state = 'idle';
      this.#count--;
      return;
    }
    // back into the wheel first: whatever the visit does, the session keeps its grid
    this.#put(entry, this.#cursor + Math.min(longestPacketMs, Math.max(shortestPacketMs, entry.everyMs)));
    if (behindMs > this.#giveUpMs) entry.onSkipped(behindMs);
    else entry.onDue(behindMs);
  }

  #put(entry: Paced, at: number): void {
    const slot = at % wheelSlots;
    entry.pacer.next = this.#heads[slot] ?? null;
    this.#heads[slot] = entry;
  }
}
