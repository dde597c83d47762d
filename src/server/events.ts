// Owns: which lines of a tape become events for the application of the call, and the outbox that delivers them.
// Does not: deliver (hooks/outbox), mask (history.ts hands in lines as every reader may see them).
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { TapeLine } from '../call/event.ts';
import type { CallFacts } from '../flow/report.ts';
import type { HttpClient } from '../hooks/http-client.ts';
import { formatMessage } from '../hooks/outbox/message.ts';
import { createOutbox, type Outbox } from '../hooks/outbox/outbox.ts';
import type { OutboxEvent } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { AppConfig } from './config.ts';

export interface Events extends Pick<Outbox, 'start' | 'close' | 'redeliver' | 'counters'> {
  /** What the application is to be told of a line; to be stored with it. */
  tell(call: CallFacts, line: TapeLine): readonly OutboxEvent[];
}

export interface EventsOptions {
  readonly apps: readonly AppConfig[];
  readonly store: Pick<Store, 'outbox'>;
  readonly http: HttpClient;
  readonly log: Log;
  readonly clock: Clock;
}

export function createEvents({ apps, store, http, log, clock }: EventsOptions): Events {
  const types = new Map(
    apps.flatMap(({ name, events }) => (events === undefined ? [] : [[name, events.types] as const])),
  );
  const outbox = createOutbox({
    receivers: apps.flatMap(({ name, events }) => (events === undefined ? [] : [{ app: name, ...events }])),
    rows: store.outbox,
    http,
    log,
    clock,
  });
  return {
    tell(call, line) {
      if (types.get(call.app)?.has(line.event.type) !== true) return [];
      outbox.added(call.app);
      return [formatMessage(call, line)];
    },
    start: outbox.start,
    close: outbox.close,
    redeliver: outbox.redeliver,
    get counters() {
      return outbox.counters;
    },
  };
}
