// Owns: the events that applications are still to be told of, as the outbox sees them. They come in with their lines
// (Store.appendLines). Does not: send anything, decide when.
import type { Answers, DueEvents, EventCounts, OutboxRow, Page, Query, Settlement, Write } from './rows.ts';

export interface OutboxRows {
  /** At most `limit` events that are due, the longest due first, never two of one call but redelivered ones. */
  due(app: string, at: number, limit: number): Promise<DueEvents>;
  /** What came of an attempt; resolves when it is written. After the last one of an event the next of its call is due. */
  settle(id: string, settlement: Settlement): Promise<void>;
  event(id: string): Promise<OutboxRow | null>;
  /** Newest first. */
  list(state: OutboxRow['state'], page: Page): Promise<readonly OutboxRow[]>;
  /** A dead one is due at once, with all its attempts before it. */
  redeliver(id: string, at: number): void;
  counts(): Promise<EventCounts>;
}

type Ask = <Kind extends Query['kind']>(query: Extract<Query, { kind: Kind }>) => Promise<Answers[Kind]>;

export function createOutboxRows(ask: Ask, write: (entry: Write) => void, flush: () => Promise<void>): OutboxRows {
  return {
    due: (app, at, limit) => ask<'due'>({ kind: 'due', app, at, limit }),
    settle(id, settlement) {
      write({ kind: 'settle', id, settlement });
      return flush();
    },
    event: (id) => ask<'event'>({ kind: 'event', id }),
    list: (state, page) => ask<'events'>({ kind: 'events', state, page }),
    redeliver: (id, at) => write({ kind: 'redeliver', id, at }),
    counts: () => ask<'event-counts'>({ kind: 'event-counts' }),
  };
}
