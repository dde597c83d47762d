// Owns: session timers (RFC 4028): reading and choosing the interval and the refresher, and the countdown that asks for
// a refresh or for the end. Numbers on the wire are seconds.
// Does not: send; what refreshes is the owner's.
import type { Clock, Timer } from '../base/clock.ts';
import { listTokens } from './capabilities.ts';
import { getHeader, parseUnsigned } from './header.ts';
import { paramValue, parseParams } from './header-params.ts';
import type { Header } from './message.ts';

export const minSessionS = 90;
export const defaultSessionS = 1800;
/** A refresh that the peer sent while nobody listened is repeated for 64*T1. */
const graceMs = 32_000;

export interface SessionInterval {
  readonly expiresS: number;
  readonly refresher: 'us' | 'peer';
}

interface Message {
  readonly headers: readonly Header[];
}

/** Session-Expires of a message; null when absent or unreadable, which means the same. */
export function parseSessionExpires(
  message: Message,
): { readonly expiresS: number; readonly refresher: 'uac' | 'uas' | null } | null {
  const value = getHeader(message, 'Session-Expires');
  if (value === undefined) return null;
  const digits = /^\s*\d+/.exec(value)?.[0] ?? '';
  const expiresS = parseUnsigned(digits.trim());
  const params = parseParams(value, digits.length);
  if (expiresS === null || params === null) return null;
  const refresher = paramValue(params, 'refresher')?.toLowerCase();
  return { expiresS, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : null };
}

export function parseMinSession(message: Message): number {
  const value = parseUnsigned((getHeader(message, 'Min-SE') ?? '').split(';')[0]!.trim());
  return Math.max(minSessionS, value ?? 0);
}

export type TimerAnswer =
  | { readonly kind: 'too-small'; readonly headers: readonly Header[] }
  | { readonly kind: 'agreed'; readonly interval: SessionInterval; readonly headers: readonly Header[] };

/** Section 9: what the 2xx to a request of the peer says. */
export function answerSessionTimer(request: Message): TimerAnswer {
  const asked = parseSessionExpires(request);
  const knows = listTokens(request, 'Supported').concat(listTokens(request, 'Require')).includes('timer');
  if (asked !== null && knows && asked.expiresS < minSessionS)
    return { kind: 'too-small', headers: [{ name: 'Min-SE', value: String(minSessionS) }] };
  const floorS = parseMinSession(request);
  const expiresS = Math.max(floorS, Math.min(asked?.expiresS ?? defaultSessionS, defaultSessionS));
  const peerRefreshes = knows && asked?.refresher !== 'uas';
  const headers = [{ name: 'Session-Expires', value: `${expiresS};refresher=${peerRefreshes ? 'uac' : 'uas'}` }];
  if (peerRefreshes) headers.push({ name: 'Require', value: 'timer' });
  return { kind: 'agreed', interval: { expiresS, refresher: peerRefreshes ? 'peer' : 'us' }, headers };
}

/** Section 7.2: what the 2xx to a request of ours settled. null: no timer. */
export function readSessionTimer(response: Message): SessionInterval | null {
  const said = parseSessionExpires(response);
  if (said === null) return null;
  return { expiresS: Math.max(said.expiresS, minSessionS), refresher: said.refresher === 'uas' ? 'peer' : 'us' };
}

/** Headers of a request of ours. `refresher` only inside a dialog, where roles are settled. */
export function requestSessionTimer(expiresS: number, minS: number, refresher?: 'us' | 'peer'): readonly Header[] {
  const role = refresher === undefined ? '' : `;refresher=${refresher === 'us' ? 'uac' : 'uas'}`;
  const headers = [{ name: 'Session-Expires', value: `${expiresS}${role}` }];
  if (minS > minSessionS) headers.push({ name: 'Min-SE', value: String(minS) });
  return headers;
}

export interface SessionCountdown {
  /** Starts anew; null stops: the last refresh settled that there is no timer. */
  restart(interval: SessionInterval | null): void;
  /** Goes on with one that began at wall time `since` in a process that is no more. */
  resume(interval: SessionInterval, since: number): void;
  /** Wall time of the last refresh, ms. */
  readonly since: number;
  readonly interval: SessionInterval | null;
  close(): void;
}

/** Section 10: the refresher acts at half time; the other side ends the session shortly before expiry. */
export function createSessionCountdown(
  clock: Clock,
  on: { readonly refresh: () => void; readonly expire: () => void },
): SessionCountdown {
  let timer: Timer | null = null;
  let end: Timer | null = null;
  let interval: SessionInterval | null = null;
  let since = 0;
  const stop = () => {
    timer?.cancel();
    end?.cancel();
    timer = end = null;
  };
  function arm(next: SessionInterval, passedMs: number, graceMs: number): void {
    const totalMs = next.expiresS * 1000;
    if (next.refresher === 'us') timer = clock.after(Math.max(0, totalMs / 2 - passedMs), on.refresh);
    end = clock.after(Math.max(graceMs, totalMs - Math.min(32_000, totalMs / 3) - passedMs), on.expire);
  }
  return {
    get interval() {
      return interval;
    },
    get since() {
      return since;
    },
    restart(next) {
      stop();
      interval = next;
      since = clock.wall();
      if (next !== null) arm(next, 0, 0);
    },
    resume(next, began) {
      stop();
      interval = next;
      since = began;
      // The wall clock may have been set meanwhile.
      const passedMs = Math.min(Math.max(0, clock.wall() - began), next.expiresS * 1000);
      arm(next, passedMs, graceMs);
    },
    close: stop,
  };
}
