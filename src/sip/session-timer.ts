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
  const stop = () => {
    timer?.cancel();
    end?.cancel();
    timer = end = null;
  };
  return {
    get interval() {
      return interval;
    },
    restart(next) {
      stop();
      interval = next;
      if (next === null) return;
      const totalMs = next.expiresS * 1000;
      if (next.refresher === 'us') timer = clock.after(totalMs / 2, on.refresh);
      end = clock.after(totalMs - Math.min(32_000, totalMs / 3), on.expire);
    },
    close: stop,
  };
}
