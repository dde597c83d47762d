// Owns: what must be true of a run, whatever was killed when: from what callers pressed and heard, what the server holds,
// and what the application was sent. Differences are sentences; none is what is hoped for.
import type { CallView } from '../../src/api/views.ts';
import type { CallEvent, TapeLine } from '../../src/call/event.ts';
import type { Caller, Press } from './caller.ts';
import type { ChaosRun } from './chaos.ts';
import { blockMs } from './marked-sound.ts';

export interface Verdict {
  readonly faults: readonly string[];
  readonly figures: Figures;
}

export interface Figures {
  /** Of processes; calls are counted once for each restart. */
  readonly kills: number;
  readonly callKills: number;
  readonly calls: number;
  /** By a server with too much to do. */
  readonly refused: number;
  readonly presses: number;
  /** Pressed while the server was dying or dead. */
  readonly inDoubt: number;
  /** Of these, those that nobody heard. */
  readonly lost: number;
  /** From the last packet before a kill to the first one after it, each caller. */
  readonly gapMs: Quantiles;
  readonly readyMs: Quantiles;
  readonly repeatedRequests: number;
  /** How often the disk was too slow to be waited for. */
  readonly impatient: number;
  /** Calls that were up when a process died whose disk had not caught up: what was not written of them is not promised. */
  readonly unpromised: number;
  /** Calls that were given up as each INVITE, repeated for 32 s, was sent while there was no process that could take it. */
  readonly unheard: number;
  readonly events: number;
  readonly repeatedEvents: number;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

type EventOf<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>;

/**
 * What was pressed so long before a kill is on the disk: an event needs its packets, the server its turn and a commit. That
 * takes some 50 ms on a machine that has time; this is for one that has none. An INFO that was answered needs no such rule.
 */
const heardMs = 1000;
/** A request that came so shortly before a kill was read by nobody who lived to tell. */
const readMs = 20;
/** Of all calls: a server that is away every few seconds is missed by so many at most. */
const mostUnheard = 0.01;
/** A machine that has no time plays a prompt later than it says. */
const slackMs = 4 * blockMs;
/** A run in which more than that was not promised says nothing. */
const mostUnpromised = 0.3;
/** Who hears nothing for so long, and as long again for a second kill, hangs up. */
const lostMs = 5000;
/** The process was last known to live so long before its end; the prompt is heard again from there. */
const heartbeatMs = 250;

export async function judge(run: ChaosRun): Promise<Verdict> {
  const { callers, application, server, restarts, liveAtKill } = run;
  const faults: string[] = [];
  let inDoubt = 0;
  let lost = 0;
  let refused = 0;
  let unpromised = 0;
  let unheard = 0;
  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${server.httpUrl}${path}`)).json()) as T;
  const views = new Map<string, CallView[]>();
  let page = '';
  for (;;) {
    const { calls } = await get<{ calls: CallView[] }>(`/v1/calls?limit=200${page}`);
    for (const call of calls) {
      const id = call.sipCallId ?? '';
      views.set(id, [...(views.get(id) ?? []), call]);
    }
    const last = calls.at(-1);
    if (last === undefined) break;
    page = `&before=${last.id}`;
  }

  // A disk that stands still is not waited for (docs/durability.md): then an answer to an INFO says no more than an event.
  const impatient = server.said().split('The database takes no writes for the moment').length - 1;
  const nearKill = (at: number): boolean =>
    restarts.some(({ killedAt, readyAt }) => at > killedAt - heardMs && at < readyAt);
  const nobodyHears = (at: number): boolean =>
    restarts.some(({ killedAt, readyAt }) => at > killedAt - readMs && at < readyAt);
  const isDoubtful = ({ at, way, answeredAt }: Press): boolean =>
    way === 'rfc4733' ? nearKill(at) : impatient > 0 && nearKill(answeredAt ?? at);

  for (const caller of callers) {
    const tell = (what: string): void => void faults.push(`${caller.callId}: ${what}`);
    const own = views.get(caller.callId) ?? [];
    if (restarts.some(({ behind, killedAt }) => behind && wasUp(caller, killedAt))) {
      unpromised += 1;
      if (caller.state !== 'ended') tell(`the call was never over: ${caller.state}`);
      continue;
    }
    if (caller.state === 'failed' && caller.why === 'refused with 503') {
      refused += 1;
      continue;
    }
    if (caller.state === 'failed' && caller.invitedAt.every(nobodyHears)) {
      unheard += 1;
      continue;
    }
    if (caller.state === 'failed') {
      tell(`the call failed: ${caller.why}`);
      continue;
    }
    if (caller.state !== 'ended') tell(`the call was never over: ${caller.state}`);
    if (own.length !== 1) {
      tell(`the server holds ${own.length} calls of it`);
      continue;
    }
    const view = own[0]!;
    const { lines } = await get<{ lines: TapeLine[] }>(`/v1/calls/${view.id}/tape`);
    if (view.state !== 'ended') tell(`the server holds it as ${view.state}`);
    const all = <Type extends CallEvent['type']>(type: Type) =>
      lines.map(({ event }) => event).filter((event): event is EventOf<Type> => event.type === type);
    if (lines.some(({ seq }, index) => seq !== index + 1)) tell('its tape has a gap');
    if (all('call.ended').length !== 1) tell(`its end is told ${all('call.ended').length} times`);
    const faulty = all('leg.ended').find(({ by }) => by === 'fault');
    if (faulty !== undefined || all('call.ended')[0]?.reason === 'the server was killed')
      tell(`it was lost: ${faulty?.reason ?? 'the server was killed'}`);

    const keyed = all('digit').map(({ digit }) => digit);
    const matched = align(caller.presses, keyed, isDoubtful);
    inDoubt += caller.presses.filter(isDoubtful).length;
    if (matched === null) {
      const pressed = caller.presses.map((press) => press.digit + (isDoubtful(press) ? '?' : '')).join('');
      const when = caller.presses.map(({ at }) => new Date(at).toISOString().slice(17, 23)).join(' ');
      tell(`pressed ${pressed}, on the tape ${keyed.join('')} (${view.id}, keys at ${when})`);
    } else lost += matched.lost;

    const gathers = all('gather.finished');
    const gathered = gathers.map(({ digits }) => digits).join('');
    if (!keyed.join('').startsWith(gathered)) tell(`gathers got ${gathered} of ${keyed.join('')}`);
    const reported = gathers.filter(({ reason }) => reason !== 'hung-up' && reason !== 'cancelled');
    const codes = application.codesOf(caller.user);
    const wanted = reported.map(({ digits }) => digits).join(' ');
    const got = codes.map(({ code }) => code).join(' ');
    if (wanted !== got) tell(`gathers ended with ${wanted}, the application was told ${got}`);
    for (const { id, code } of application.told)
      if (codes.some((one) => one.id === id && one.code !== code)) tell(`${id} was told with different keys`);
    judgePrompts(caller, run, tell);
    judgeEvents(view.id, lines, application.events, tell);
    // The last key may end the call before its INFO, whose answer died with the server, is repeated.
    const overAt = lines.find(({ event }) => event.type === 'leg.ended' && event.leg === 'caller')?.at ?? null;
    for (const { way, status, digit, answeredAt } of caller.presses) {
      const isBehindEnd = status === 481 && overAt !== null && answeredAt !== null && answeredAt >= overAt;
      if (way === 'info' && status !== 200 && status !== null && !isBehindEnd)
        tell(`its INFO for ${digit} was answered with ${status}`);
    }
    // What a 200 says waits for the disk, but not for a disk that stands still.
    if (!restarts.some(({ killedAt }) => Math.abs(killedAt - caller.answeredAt) < heardMs))
      for (const [source, at] of caller.sources)
        if (at > caller.answeredAt + 1000)
          tell(`heard another source (${source}) ${at - caller.answeredAt} ms behind the answer`);
  }
  if (unheard > callers.length * mostUnheard) faults.push(`${unheard} of ${callers.length} calls were never taken`);
  if (unpromised > callers.length * mostUnpromised)
    faults.push(
      `${unpromised} of ${callers.length} calls cannot be judged: the disk did not keep up when they were killed`,
    );
  const ids = new Set([...views.values()].flat().map(({ id }) => id));
  for (const { id, call } of application.events)
    if (!ids.has(call)) faults.push(`event ${id} tells of an unknown call`);
  const users = new Set(callers.map(({ user }) => user));
  for (const { user, id } of application.told) if (!users.has(user)) faults.push(`${id} tells of a call nobody made`);

  const gaps = restarts.flatMap(({ killedAt, readyAt, kills }) =>
    callers.flatMap(({ callId, gaps: own, answeredAt }) =>
      own
        .filter(({ from, to }) => from < readyAt && to > killedAt && answeredAt < killedAt)
        .map(({ from, to }) => {
          if (to - from > lostMs * kills) faults.push(`${callId}: nothing was heard for ${to - from} ms`);
          return to - from;
        }),
    ),
  );
  return {
    faults,
    figures: {
      kills: restarts.reduce((sum, { kills }) => sum + kills, 0),
      callKills: liveAtKill.reduce((sum, one) => sum + one, 0),
      calls: callers.length,
      refused,
      presses: callers.reduce((sum, { presses }) => sum + presses.length, 0),
      inDoubt,
      lost,
      gapMs: quantiles(gaps),
      readyMs: quantiles(restarts.map(({ killedAt, readyAt }) => readyAt - killedAt)),
      repeatedRequests: application.told.length - new Set(application.told.map(({ id }) => id)).size,
      impatient,
      unheard,
      unpromised,
      events: new Set(application.events.map(({ id }) => id)).size,
      repeatedEvents: application.events.length - new Set(application.events.map(({ id }) => id)).size,
    },
  };
}

/** Or was about to be, or had just ended. */
function wasUp({ placedAt, overAt }: Caller, at: number): boolean {
  return placedAt - heardMs < at && (overAt ?? Number.POSITIVE_INFINITY) + heardMs > at;
}

/** Every key that is not in doubt, in order, none twice; null when that is not so. */
export function align(
  presses: readonly Press[],
  keyed: readonly string[],
  isDoubtful: (press: Press) => boolean,
): { readonly lost: number } | null {
  // By how many of `keyed` are used: the fewest lost.
  let ways = new Map<number, number>([[0, 0]]);
  for (const press of presses) {
    const optional = isDoubtful(press) || (press.way === 'info' && press.status !== 200);
    const next = new Map<number, number>();
    const put = (used: number, lost: number): void =>
      void next.set(used, Math.min(lost, next.get(used) ?? Number.POSITIVE_INFINITY));
    for (const [used, lost] of ways) {
      if (keyed[used] === press.digit) put(used + 1, lost);
      if (optional) put(used, lost + 1);
    }
    ways = next;
  }
  const lost = ways.get(keyed.length);
  return lost === undefined ? null : { lost };
}

/** Each event that was promised came, under one id, at first in order; the end once. */
function judgeEvents(
  call: string,
  lines: readonly TapeLine[],
  events: ChaosRun['application']['events'],
  tell: (what: string) => void,
): void {
  const own = new Map<string, { readonly type: string; readonly sequence: number }>();
  for (const event of events) if (event.call === call && !own.has(event.id)) own.set(event.id, event);
  const got = [...own.values()].map(({ type, sequence }) => `${sequence} ${type}`);
  const promised = new Set([
    'call.incoming',
    'call.recovered',
    'call.ended',
    'leg.answered',
    'leg.ended',
    'gather.finished',
  ]);
  const wanted = lines.flatMap(({ seq, event }) => (promised.has(event.type) ? [`${seq} ${event.type}`] : []));
  const missing = wanted.filter((one) => !got.includes(one));
  if (missing.length > 0) tell(`no event came of ${missing.join(', ')}`);
  const sequences = [...own.values()].map(({ sequence }) => sequence);
  if (sequences.some((sequence, index) => sequence <= (sequences[index - 1] ?? 0)))
    tell(`events came out of order or under two ids: ${got.join(', ')}`);
}

/** A prompt that was cut off is heard on from where it was. */
function judgePrompts({ places, presses }: Caller, { restarts, lateMs }: ChaosRun, tell: (what: string) => void): void {
  for (const { killedAt, readyAt } of restarts) {
    const before = places.findLast(({ at }) => at <= killedAt);
    const next = places.find(({ at }) => at > killedAt);
    if (before === undefined || next === undefined || killedAt - before.at > blockMs + 40) continue;
    // A key, or the answer to a code, may have come between.
    if (presses.some(({ at }) => at > before.at - 200 && at < next.at)) continue;
    if (next.at > readyAt + 1500) continue;
    const backMs = (before.place - next.place) * blockMs;
    if (next.place === 0 && before.place > 2) continue;
    if (backMs > heartbeatMs + slackMs + lateMs || backMs < -slackMs - lateMs)
      tell(`the prompt was at ${before.place * blockMs} ms, and goes on at ${next.place * blockMs} ms`);
  }
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}
