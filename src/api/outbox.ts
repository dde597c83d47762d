// Owns: the events that applications were not told of, as a client of the HTTP interface sees them. Without their bodies:
// what happened stands on the tape. Does not: deliver them; whoever does hands in OutboxFace.
import { z } from 'zod';
import { CodedError } from '../base/errors.ts';
import type { OutboxRow, Page } from '../store/rows.ts';
import { pageFault, pageQuery } from './page.ts';

export interface OutboxFace {
  /** Newest first. */
  list(state: OutboxRow['state'], page: Page): Promise<readonly OutboxRow[]>;
  event(id: string): Promise<OutboxRow | null>;
  /** False when the event is not dead. */
  redeliver(id: string): Promise<boolean>;
}

export interface EventView {
  readonly id: string;
  readonly app: string;
  readonly call: string;
  readonly sequence: number;
  readonly type: string;
  readonly state: OutboxRow['state'];
  readonly createdAt: string;
  readonly attempts: number;
  /** null: it waits for the one before it of its call, or for nothing any more. */
  readonly nextAttemptAt: string | null;
  readonly httpStatus: number | null;
  readonly fault: string | null;
}

export function viewEvent(row: OutboxRow): EventView {
  return {
    ...{ id: row.id, app: row.app, call: row.callId, sequence: row.seq, type: row.type, state: row.state },
    createdAt: new Date(row.createdAt).toISOString(),
    attempts: row.attempts,
    nextAttemptAt: row.dueAt === null ? null : new Date(row.dueAt).toISOString(),
    ...{ httpStatus: row.httpStatus, fault: row.fault },
  };
}

const outboxQuery = pageQuery.extend({
  state: z.enum(['dead', 'waiting'], { error: 'must be dead or waiting' }).default('dead'),
});

export async function readOutbox(
  query: unknown,
  outbox: OutboxFace | undefined,
  whose: Pick<Page, 'apps'> = {},
): Promise<{ readonly events: readonly EventView[]; readonly next: string | null }> {
  const { data, error } = outboxQuery.safeParse(query);
  if (data === undefined) throw pageFault(error.issues[0], 'The keys are state, limit and before.');
  const { state, limit, before } = data;
  if (outbox === undefined) return { events: [], next: null };
  const rows = await outbox.list(state, { ...whose, limit: limit + 1, ...(before !== undefined && { before }) });
  const page = rows.slice(0, limit);
  return { events: page.map(viewEvent), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

export const noEvent = (): CodedError =>
  new CodedError('http-not-found', 'There is no such event, or it was delivered', {
    hint: 'GET /v1/outbox lists those that were given up.',
  });

export async function redeliver(id: string, outbox: OutboxFace | undefined): Promise<void> {
  if (outbox === undefined || (await outbox.event(id)) === null) throw noEvent();
  if (!(await outbox.redeliver(id)))
    throw new CodedError('outbox-not-dead', 'The event is still being delivered, so it cannot be delivered again');
}
