// Owns: how writes come together into batches: each is one message to the thread of the store and one transaction. A message
// wakes a thread, which costs more than the write, so what nobody waits for gathers for a moment; of the state of a part of a
// leg only the newest goes. What somebody waits for leaves with this turn of the event loop, and so does a hang-up.
// Does not: know the thread, or how long anybody waits for it.
import type { Write } from './rows.ts';

export interface Batch {
  readonly batch: number;
  readonly writes: readonly Write[];
}

export interface Batches {
  /** False when too much is waiting already, and this was dropped. */
  add(write: Write): boolean;
  /** Somebody waits for what was given. */
  hasten(): void;
  /** What was given leaves now, however much is on its way. */
  send(): void;
  /** This batch and those before it are in the database. */
  written(batch: number): void;
  /** The batch that what was given last is in, or will be. */
  readonly last: number;
  /** On their way and not known to be written, oldest first. */
  readonly sent: readonly Batch[];
  readonly counters: { readonly waiting: number; readonly written: number; readonly dropped: number };
  /** Nothing is sent any more. */
  close(): void;
}

export interface BatchesOptions {
  readonly post: (batch: Batch) => void;
  /** Writes held while the database cannot take them; more are dropped and counted. */
  readonly maxWaiting: number;
  /** How long what nobody waits for may wait for more. */
  readonly gatherMs: number;
}

/** One that is being committed and one that lines up behind it; what comes then is gathered into the next. */
const batchesAtOnce = 2;

export function createBatches({ post, maxWaiting, gatherMs }: BatchesOptions): Batches {
  let gathered: Write[] = [];
  /** Where in `gathered` the state of a part is that a newer one may replace. */
  const places = new Map<string, number>();
  let sent: Batch[] = [];
  let nextBatch = 1;
  let waiting = 0;
  let written = 0;
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  /** It has gathered for long enough. */
  let due = false;
  let closed = false;

  function add(write: Write): boolean {
    if (write.kind === 'part') {
      const part = `${write.callId}/${write.leg}/${write.part}`;
      const place = places.get(part);
      if (place !== undefined) {
        gathered[place] = write;
        return true;
      }
      if (waiting < maxWaiting) places.set(part, gathered.length);
    }
    // What is saved of a leg behind this must not go before it.
    if (write.kind === 'drop') places.clear();
    if (waiting >= maxWaiting) {
      dropped += 1;
      return false;
    }
    waiting += 1;
    gathered.push(write);
    timer ??= setTimeout(onTime, gatherMs);
    if (isFarewell(write)) hasten();
    return true;
  }

  function onTime(): void {
    timer = undefined;
    due = gathered.length > 0;
    sendIfDue();
  }

  function hasten(): void {
    if (gathered.length === 0) return;
    due = true;
    // More of this turn may come.
    turn ??= setImmediate(onTurn);
  }

  function onTurn(): void {
    turn = undefined;
    sendIfDue();
  }

  function sendIfDue(): void {
    if (due && turn === undefined && sent.length < batchesAtOnce) send();
  }

  function send(): void {
    due = false;
    if (gathered.length === 0 || closed) return;
    const batch = { batch: nextBatch, writes: gathered };
    nextBatch += 1;
    gathered = [];
    places.clear();
    sent.push(batch);
    post(batch);
  }

  return {
    add,
    hasten,
    send,
    written(batch) {
      const still = sent.findIndex((one) => one.batch > batch);
      const done = still < 0 ? sent : sent.slice(0, still);
      sent = still < 0 ? [] : sent.slice(still);
      for (const { writes } of done) {
        waiting -= writes.length;
        written += writes.length;
      }
      sendIfDue();
    },
    get last() {
      return gathered.length > 0 ? nextBatch : nextBatch - 1;
    },
    get sent() {
      return sent;
    },
    get counters() {
      return { waiting, written, dropped };
    },
    close() {
      closed = true;
      clearTimeout(timer);
      clearImmediate(turn);
    },
  };
}

/** Who hung up was told that we know, and never says so again: whoever forgot it would hold a leg that nobody is at. */
function isFarewell(write: Write): boolean {
  return write.kind === 'line' && write.type === 'leg.ended';
}
