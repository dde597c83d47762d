// Owns: what the server itself says of a run: how its calls ended, what it counts. Does not: decide whether that is right.
import type { CallView } from '../../src/api/views.ts';
import type { ServerUnderTest } from './server.ts';

export interface Outcome {
  /** Calls of the run by how they ended; a live one is `still up`. */
  readonly ends: Readonly<Record<string, number>>;
  /** `null` when the server does not tell. */
  readonly latePerMillion: number | null;
  readonly health: Readonly<Record<string, unknown>>;
}

const page = 200;

/** How the calls of `number` ended that started at `since` or later (milliseconds since 1970). */
export async function readOutcome(server: ServerUnderTest, number: string, since: number): Promise<Outcome> {
  const ends: Record<string, number> = {};
  for (let before: string | null = ''; before !== null; ) {
    const query = before === '' ? '' : `&before=${before}`;
    const answer = (await server.get(`/v1/calls?limit=${page}${query}`)) as {
      readonly calls: readonly CallView[];
      readonly next: string | null;
    };
    const ours = answer.calls.filter((call) => Date.parse(call.startedAt) >= since);
    for (const call of ours) {
      if (call.to !== number) continue;
      const end = call.endedAt === null ? 'still up' : (call.reason ?? 'no reason');
      ends[end] = (ends[end] ?? 0) + 1;
    }
    before = ours.length < answer.calls.length ? null : answer.next;
  }
  const health = (await server.get('/health')) as Record<string, unknown>;
  const late = health['latePacketsPerMillion'];
  return { ends, latePerMillion: typeof late === 'number' ? late : null, health };
}
