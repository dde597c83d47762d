// Owns: a conference as its killed process left it, read: who was in it, what it had begun. Does not: take it up
// (live-conference.ts); its members' calls are taken up as every call is, and take their seats again.
import type { Clock } from '../base/clock.ts';
import type { ConferenceMember } from '../flow/report.ts';
import type { UnfinishedCall } from './cut-call.ts';
import type { TapeLine, WorldEvent } from './event.ts';
import type { Interpreter } from './loop.ts';
import { type Outstanding, readOutstanding } from './outstanding.ts';

export interface CutConference {
  readonly created: Extract<WorldEvent, { type: 'conference.created' }>;
  readonly createdAt: string;
  /** False: it had ended, and was only telling so. */
  readonly isOpen: boolean;
  readonly members: readonly (ConferenceMember & { readonly joinedAt: string })[];
  readonly lines: readonly TapeLine[];
  /** The tape's time stood still here, */
  readonly sinceMs: number;
  /** for so long. */
  readonly downMs: number;
  /** Has been fed the tape. */
  readonly run: Interpreter;
  readonly outstanding: Outstanding;
}

export const isConference = ({ lines }: Pick<UnfinishedCall, 'lines'>): boolean =>
  lines[0]?.event.type === 'conference.created';

/** Throws when the tape is not whole, or another program wrote it than the one that would go on with it. */
export function readCutConference(
  { lines }: Pick<UnfinishedCall, 'lines'>,
  run: Interpreter,
  { aliveAt, clock }: { readonly aliveAt: number | null; readonly clock: Pick<Clock, 'wall'> },
): CutConference {
  const [first] = lines;
  const last = lines.at(-1);
  if (first?.event.type !== 'conference.created' || last === undefined || last.seq !== lines.length)
    throw new Error('the tape is not whole');
  const silentMs = Math.max(0, (aliveAt ?? last.at) - last.at);
  const sinceMs = last.since + silentMs;
  return {
    created: first.event,
    createdAt: new Date(first.at).toISOString(),
    isOpen: !lines.some(({ event }) => event.type === 'conference.ended'),
    members: membersOf(lines),
    lines,
    sinceMs,
    downMs: Math.max(0, Math.round(clock.wall() - last.at - silentMs)),
    run,
    outstanding: readOutstanding(lines, run, sinceMs),
  };
}

/** Who is in it behind the last line, in the order in which they joined. */
export function membersOf(lines: readonly TapeLine[]): CutConference['members'] {
  const members = new Map<string, ConferenceMember & { readonly joinedAt: string }>();
  for (const { event, at } of lines) {
    if (event.type === 'member.joined')
      members.set(event.member.call, { ...event.member, joinedAt: new Date(at).toISOString() });
    else if (event.type === 'member.left') members.delete(event.call);
    else if (event.type === 'member.changed') {
      const was = members.get(event.member.call);
      if (was !== undefined) members.set(event.member.call, { ...event.member, joinedAt: was.joinedAt });
    }
  }
  return [...members.values()];
}
