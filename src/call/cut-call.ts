// Owns: a call as its killed process left it, read: what the store kept of it, where it stood, what it had begun.
// Does not: take it up (live-call.ts), know the store (which says the same in its own words).
import type { Clock } from '../base/clock.ts';
import type { Peer, Transport } from '../sip/message.ts';
import type { LegName, TapeLine } from './event.ts';
import type { SavedParts } from './leg.ts';
import type { Interpreter } from './loop.ts';
import { type Outstanding, readOutstanding } from './outstanding.ts';
import { orderOf, type PlaceOrder } from './place-order.ts';

/** What is kept of a call that is not over. */
export interface UnfinishedCall {
  readonly row: {
    readonly id: string;
    readonly app: string;
    readonly from: string;
    readonly to: string;
    readonly startedAt: number;
  };
  readonly lines: readonly TapeLine[];
  readonly legs: readonly { readonly leg: string; readonly part: string; readonly state: unknown }[];
}

export interface CutCall {
  readonly id: string;
  readonly app: string;
  readonly from: string;
  readonly to: string;
  readonly startedAt: string;
  readonly answeredAt: string | null;
  /** Of one that we placed: how it was asked for. */
  readonly placed: { readonly order: PlaceOrder; readonly enqueuedAt: string | null } | null;
  readonly lines: readonly TapeLine[];
  /** The tape's time stood still here, */
  readonly sinceMs: number;
  /** for so long. */
  readonly downMs: number;
  /** Has been fed the tape. */
  readonly run: Interpreter;
  readonly outstanding: Outstanding;
  /** Whom the caller's signalling came from. */
  readonly caller: { readonly login: string | null; readonly source: Peer };
  savedSip(leg: LegName): SavedParts['sip'] | null;
  /** null unless every part of the leg was kept. */
  saved(leg: LegName): SavedParts | null;
  /** What its session goes on with; null when there was none, or the caller is gone. */
  callerMedia(): Pick<SavedParts, 'media' | 'audio'> | null;
}

/**
 * `aliveAt`: when the process was last known to live. Throws when the tape is not whole, or another program wrote it than
 * the one that would go on with it.
 */
export function readCutCall(
  { row, lines, legs }: UnfinishedCall,
  run: Interpreter,
  { aliveAt, clock }: { readonly aliveAt: number | null; readonly clock: Pick<Clock, 'wall'> },
): CutCall {
  const [first] = lines;
  const last = lines.at(-1);
  const begin = first?.event;
  const isFirst = begin?.type === 'call.incoming' || begin?.type === 'call.placed';
  if (!isFirst || last === undefined || last.seq !== lines.length) throw new Error('the tape is not whole');
  const signalling = begin.type === 'call.incoming' ? begin.signalling : {};
  // Both are wall clocks; one that was set back must not make the call older than its tape.
  const silentMs = Math.max(0, (aliveAt ?? last.at) - last.at);
  const sinceMs = last.since + silentMs;
  const answered = lines.find(({ event }) => event.type === 'leg.answered' && event.leg === 'caller');
  const outstanding = readOutstanding(lines, run, sinceMs);
  const part = (leg: LegName, name: keyof SavedParts): unknown =>
    legs.find((one) => one.leg === leg && one.part === name)?.state ?? null;

  return {
    id: row.id,
    app: row.app,
    from: row.from,
    to: row.to,
    startedAt: new Date(row.startedAt).toISOString(),
    answeredAt: answered === undefined ? null : new Date(answered.at).toISOString(),
    placed: begin.type === 'call.placed' ? { order: orderOf(begin), enqueuedAt: begin.order.enqueuedAt ?? null } : null,
    lines,
    sinceMs,
    downMs: Math.max(0, Math.round(clock.wall() - last.at - silentMs)),
    run,
    outstanding,
    caller: { login: signalling['login'] ?? null, source: sourceOf(signalling['source'] ?? '') },
    savedSip: (leg) => part(leg, 'sip') as SavedParts['sip'] | null,
    saved,
    callerMedia() {
      return isTalkable(outstanding.caller) ? saved('caller') : null;
    },
  };

  function saved(leg: LegName): SavedParts | null {
    const [sip, media, audio] = [part(leg, 'sip'), part(leg, 'media'), part(leg, 'audio')];
    return sip === null || media === null || audio === null ? null : ({ sip, media, audio } as SavedParts);
  }
}

function isTalkable(caller: Outstanding['caller']): boolean {
  return caller === 'ringing' || caller === 'answering' || caller === 'live';
}

/** As signalling.ts writes it. */
function sourceOf(text: string): Peer {
  const [transport = 'udp', address = '', port = '0'] = text.split(' ');
  return { transport: transport as Transport, address, port: Number(port) };
}
