// Owns: the repetition of what the transaction layer does not repeat: 2xx to INVITE (RFC 3261 section 13.3.1.4) and reliable
// 1xx (RFC 3262 section 3).
import type { Timer } from '../base/clock.ts';
import type { AgentContext } from './invite-usage.ts';

/** Sends now and again after T1, doubling up to `capMs`; gives up after 64*T1. */
export function repeatUntil(
  context: AgentContext,
  send: () => void,
  gaveUp: () => void,
  capMs = 4000,
): { stop(): void } {
  const { clock } = context.options;
  const t1Ms = 500;
  let timer: Timer;
  const end = clock.after(64 * t1Ms, () => {
    timer.cancel();
    gaveUp();
  });
  const arm = (delayMs: number) => {
    timer = clock.after(delayMs, () => {
      send();
      arm(Math.min(delayMs * 2, capMs));
    });
  };
  send();
  arm(t1Ms);
  return {
    stop() {
      timer.cancel();
      end.cancel();
    },
  };
}
