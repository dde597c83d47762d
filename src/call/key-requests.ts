// Owns: requests to send keys, to one leg or to both: each is told on the tape once, when every leg is done with it.
// Does not: send (key-sender.ts).
import type { LegName, WorldEvent } from './event.ts';
import type { KeyFailure, KeySender } from './key-sender.ts';

export interface KeyRequests {
  send(
    request: string,
    legs: readonly { readonly name: LegName; readonly keys: Pick<KeySender, 'send' | 'cancel'> }[],
    digits: string,
    toneMs: number,
    gapMs: number,
  ): void;
  /** Harmless when it is over. */
  cancel(request: string): void;
  onDone(leg: LegName, request: string, failure: KeyFailure | null): void;
}

export function createKeyRequests(put: (event: WorldEvent) => void): KeyRequests {
  interface Request {
    readonly legs: Map<LegName, Pick<KeySender, 'send' | 'cancel'>>;
    failure: KeyFailure | null;
  }
  const open = new Map<string, Request>();

  return {
    send(request, legs, digits, toneMs, gapMs) {
      if (legs.length === 0) {
        const message = 'There is no leg that the keys could go to.';
        put({ type: 'digits.failed', request, code: 'digits-nobody', message });
        return;
      }
      open.set(request, { legs: new Map(legs.map(({ name, keys }) => [name, keys])), failure: null });
      for (const { keys } of legs) keys.send(request, digits, toneMs, gapMs);
    },
    cancel(request) {
      for (const keys of [...(open.get(request)?.legs.values() ?? [])]) keys.cancel(request);
    },
    onDone(leg, request, failure) {
      const one = open.get(request);
      if (one === undefined || !one.legs.delete(leg)) return;
      one.failure ??= failure;
      if (one.legs.size > 0) return;
      open.delete(request);
      if (one.failure === null) put({ type: 'digits.sent', request });
      else put({ type: 'digits.failed', request, ...one.failure });
    },
  };
}
