// Owns: the delivery of events to applications: at least once, in the order of each call, every application by itself.
// What is to be sent, when, and what came of it stands in the store, so that nothing is lost with the process.
// docs/events.md
// Does not: choose or word events (message.ts), know what an attempt is (endpoint.ts).
import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { HttpClient } from '../http-client.ts';
import { createEndpoint, type Endpoint, type EndpointOptions } from './endpoint.ts';
import { delayAfter } from './schedule.ts';

/** An event that waits for its delivery, or was given up. */
export interface Undelivered {
  readonly id: string;
  readonly app: string;
  readonly callId: string;
  readonly body: string;
  readonly state: 'waiting' | 'dead';
  readonly attempts: number;
}

/** Where events wait; the store has it. */
export interface OutboxRows {
  due(
    app: string,
    at: number,
    limit: number,
  ): Promise<{ readonly rows: readonly Undelivered[]; readonly nextAt: number | null }>;
  /** Resolves when it is written, and not before. */
  settle(
    id: string,
    settlement:
      | { readonly state: 'delivered'; readonly at: number }
      | {
          readonly state: 'waiting' | 'dead';
          readonly at: number;
          readonly attempts: number;
          readonly dueAt: number | null;
          readonly httpStatus: number | null;
          readonly fault: string | null;
        },
  ): Promise<void>;
  event(id: string): Promise<Undelivered | null>;
  redeliver(id: string, at: number): void;
  counts(): Promise<{ readonly waiting: number; readonly dead: number; readonly apps: readonly string[] }>;
}

export interface ReceiverOptions extends EndpointOptions {
  readonly concurrency: number;
}

export interface OutboxOptions {
  readonly receivers: readonly ReceiverOptions[];
  readonly rows: OutboxRows;
  readonly http: HttpClient;
  readonly log: Log;
  readonly clock: Clock;
  /** 0..1; for the jitter. */
  readonly random?: () => number;
}

export interface Outbox {
  /** Goes on with what the process before this one left. */
  start(): Promise<void>;
  /** An event of this application was given to the store. */
  added(app: string): void;
  /** Sends a dead one again, from its first attempt on; false when it is not dead. */
  redeliver(id: string): Promise<boolean>;
  /** What is on its way may arrive, for a moment; the rest waits in the store for the next start. */
  close(): Promise<void>;
  readonly counters: { readonly waiting: number; readonly delivered: number; readonly dead: number };
}

interface Lane {
  readonly options: ReceiverOptions;
  readonly endpoint: Endpoint;
  /** Calls of which an event is under way; the next one of each has to wait for it. */
  readonly calls: Set<string>;
  /** Answered, and not yet written so. */
  settling: number;
  busy: number;
  looking: boolean;
  again: boolean;
  pausedUntil: number;
  refusing: boolean;
  timer: Timer | null;
  timerAt: number;
}

/** Events that come together are looked for together. */
const lookAfterMs = 10;
/** While something waits and no time is known for it, because the disk fails: looked for again. */
const lookAgainMs = 5000;
const longestPauseMs = 60 * 60 * 1000;
const closeMs = 2000;

export function createOutbox({ receivers, rows, http, log, clock, random = Math.random }: OutboxOptions): Outbox {
  const lanes = new Map<string, Lane>(
    receivers.map((options) => [
      options.app,
      {
        ...{ options, endpoint: createEndpoint(options, { http, log, clock }), calls: new Set<string>(), settling: 0 },
        ...{ busy: 0, looking: false, again: false, pausedUntil: 0, refusing: false, timer: null, timerAt: 0 },
      },
    ]),
  );
  const giveUp = new AbortController();
  const underWay = new Set<Promise<void>>();
  let closed = false;
  let waiting = 0;
  let delivered = 0;
  let dead = 0;

  function lookAt(lane: Lane, at: number): void {
    if (closed || lane.endpoint.gone) return;
    if (lane.timer !== null && lane.timerAt <= at) return;
    lane.timer?.cancel();
    lane.timerAt = at;
    lane.timer = clock.after(Math.max(0, at - clock.wall()), () => {
      lane.timer = null;
      void look(lane);
    });
  }

  async function look(lane: Lane): Promise<void> {
    if (lane.looking) {
      lane.again = true;
      return;
    }
    const { app, concurrency } = lane.options;
    const now = clock.wall();
    if (closed || lane.endpoint.gone || lane.busy >= concurrency) return;
    if (lane.pausedUntil > now) return lookAt(lane, lane.pausedUntil);
    lane.looking = true;
    lane.again = false;
    try {
      const { rows: found, nextAt } = await rows.due(app, now, 2 * concurrency + lane.busy + lane.settling);
      for (const row of found) {
        if (closed || lane.busy >= concurrency) break;
        if (!lane.calls.has(row.callId)) start(lane, row);
      }
      if (nextAt !== null) lookAt(lane, nextAt);
      else if (waiting > 0 && lane.busy === 0) lookAt(lane, now + lookAgainMs);
    } catch (error) {
      log.warn({ app, reason: (error as Error).message }, 'Events that wait cannot be read; they are looked for again');
      lookAt(lane, now + lookAgainMs);
    } finally {
      lane.looking = false;
    }
    if (lane.again) void look(lane);
  }

  function start(lane: Lane, row: Undelivered): void {
    lane.busy += 1;
    lane.calls.add(row.callId);
    const done = deliver(lane, row).finally(() => {
      underWay.delete(done);
      lane.calls.delete(row.callId);
      void look(lane);
    });
    underWay.add(done);
  }

  async function deliver(lane: Lane, row: Undelivered): Promise<void> {
    const { app, url } = lane.options;
    const outcome = await lane.endpoint.attempt(row, giveUp.signal);
    lane.busy -= 1;
    // Unanswered because we stop: as if it had not been tried.
    if (!outcome.ok && (giveUp.signal.aborted || lane.endpoint.gone)) return;
    const at = clock.wall();
    if (outcome.ok) {
      if (lane.refusing) log.info({ app }, 'The receiver takes events again');
      lane.refusing = false;
      delivered += 1;
      waiting -= 1;
      return settle(lane, () => rows.settle(row.id, { state: 'delivered', at }));
    }
    const { httpStatus, fault, retryAfterMs } = outcome;
    if (retryAfterMs !== null)
      lane.pausedUntil = Math.max(lane.pausedUntil, at + Math.min(retryAfterMs, longestPauseMs));
    if (!lane.refusing) log.warn({ app, reason: fault }, 'The receiver does not take events; they are tried again');
    lane.refusing = true;
    const attempts = row.attempts + 1;
    const delayMs = delayAfter(attempts, random());
    const common = { at, attempts, httpStatus, fault };
    if (delayMs === null) {
      waiting -= 1;
      dead += 1;
      log.error({ app, event: row.id, call: row.callId, reason: fault }, 'An event was not delivered and is given up');
      return settle(lane, () => rows.settle(row.id, { ...common, state: 'dead', dueAt: null }));
    }
    const dueAt = at + Math.max(delayMs, retryAfterMs ?? 0);
    log.debug({ app, event: row.id, attempts, dueAt, url: new URL(url).origin }, 'event not taken');
    return settle(lane, () => rows.settle(row.id, { ...common, state: 'waiting', dueAt }));
  }

  /** Until it is written the store would give out the same event again. */
  async function settle(lane: Lane, write: () => Promise<void>): Promise<void> {
    lane.settling += 1;
    void look(lane);
    await write();
    lane.settling -= 1;
  }

  return {
    async start() {
      const counts = await rows.counts();
      waiting += counts.waiting;
      dead += counts.dead;
      const lost = counts.apps.filter((app) => !lanes.has(app));
      if (lost.length > 0)
        log.warn({ apps: lost }, 'Events wait for applications that have no `events` in the configuration any more');
      for (const lane of lanes.values()) lookAt(lane, clock.wall());
    },
    added(app) {
      waiting += 1;
      const lane = lanes.get(app);
      if (lane !== undefined) lookAt(lane, clock.wall() + lookAfterMs);
    },
    async redeliver(id) {
      const row = await rows.event(id);
      if (row === null || row.state !== 'dead') return false;
      rows.redeliver(id, clock.wall());
      dead -= 1;
      waiting += 1;
      const lane = lanes.get(row.app);
      if (lane !== undefined) lookAt(lane, clock.wall());
      return true;
    },
    async close() {
      closed = true;
      for (const lane of lanes.values()) lane.timer?.cancel();
      const late = Promise.withResolvers<void>();
      const timer = clock.after(closeMs, () => {
        giveUp.abort();
        late.resolve();
      });
      await Promise.race([Promise.all(underWay), late.promise]);
      timer.cancel();
    },
    get counters() {
      return { waiting, delivered, dead };
    },
  };
}
