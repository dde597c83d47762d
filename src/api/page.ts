// Owns: the list of calls, newest first, in pages: the query, and one list made of what is stored and what is live.
import { z } from 'zod';
import { CodedError } from '../base/errors.ts';
import type { CallFacts } from '../flow/report.ts';
import type { Page } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { type CallView, viewCall } from './views.ts';

const maxLimit = 200;
const limitRange = `must be a whole number from 1 to ${maxLimit}`;

export const pageQuery = z.strictObject({
  limit: z
    .string({ error: limitRange })
    .regex(/^\d{1,4}$/, { error: limitRange })
    .transform(Number)
    .pipe(z.number().min(1, { error: limitRange }).max(maxLimit, { error: limitRange }))
    .default(50),
  before: z
    .string({ error: 'must be the id of one call' })
    .min(1, { error: 'must be the id of one call' })
    .max(100, { error: 'is longer than any id' })
    .optional(),
});

export function parsePageQuery(query: unknown): Page {
  const { data, error } = pageQuery.safeParse(query);
  if (data !== undefined)
    return data.before === undefined ? { limit: data.limit } : { limit: data.limit, before: data.before };
  const issue = error.issues[0];
  throw pageFault(issue, 'The keys are limit and before.');
}

/** What is wrong with a query. */
export function pageFault(issue: z.core.$ZodIssue | undefined, hint: string): CodedError {
  return issue?.code === 'unrecognized_keys'
    ? new CodedError('http-bad-request', `The query has an unknown key "${issue.keys[0]}"`, {
        hint,
      })
    : new CodedError('http-bad-request', `${issue?.path.join('.')} ${issue?.message}`);
}

export interface CallPage {
  readonly calls: readonly CallView[];
  /** What `before` has to be for the next page; null on the last. */
  readonly next: string | null;
}

export async function readPage(
  { limit, before }: Page,
  store: Pick<Store, 'calls' | 'call'>,
  live: () => readonly CallFacts[],
  account?: string,
): Promise<CallPage> {
  const rows = await store.calls({
    limit: limit + 1,
    ...(before !== undefined && { before }),
    ...(account !== undefined && { account }),
  });
  if (rows.length === 0 && before !== undefined && !(await isCallOf(store, before, account)))
    throw new CodedError('http-bad-request', 'before names no call', { hint: 'Use `next` of the page before.' });
  const facts = new Map(live().map((call) => [call.id, call]));
  const stored = new Set(rows.map((row) => row.id));
  const calls = rows.map((row) => viewCall(row, facts.get(row.id))!);
  // Calls of a store that cannot write for the moment. Those that are stored, but on a later page, sort behind this one.
  if (before === undefined) for (const [id, call] of facts) if (!stored.has(id)) calls.push(viewCall(null, call)!);
  calls.sort((a, b) => compare(b.startedAt, a.startedAt) || compare(b.id, a.id));
  const page = calls.slice(0, limit);
  const next = calls.length > limit ? page.findLast((call) => stored.has(call.id)) : undefined;
  return { calls: page, next: next?.id ?? null };
}

/** Of any account when none is named. */
async function isCallOf(store: Pick<Store, 'call'>, id: string, account: string | undefined): Promise<boolean> {
  const row = await store.call(id);
  return row !== null && (account === undefined || row.account === account);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
