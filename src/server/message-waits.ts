// Owns: scripts that wait for a text message: the oldest that fits takes it. Does not: keep messages that nobody waits for.
import type { Clock } from '../base/clock.ts';
import type { MessageWait, ReceivedMessage } from '../dialects/ozml/rest/command.ts';

export interface MessageWaits {
  next(wait: MessageWait): Promise<ReceivedMessage | null>;
  /** Whether somebody waited for it. */
  deliver(account: string, from: string, text: string): boolean;
  close(): void;
}

export function createMessageWaits(clock: Clock): MessageWaits {
  interface Waiting extends MessageWait {
    readonly end: (message: ReceivedMessage | null) => void;
  }
  const waiting = new Set<Waiting>();
  const plain = (number: string): string => number.replace(/^\+/, '');

  return {
    next: (wait) =>
      new Promise((resolve) => {
        const timer = clock.after(wait.timeoutMs, () => one.end(null));
        const one: Waiting = {
          ...wait,
          end(message) {
            waiting.delete(one);
            timer.cancel();
            resolve(message);
          },
        };
        waiting.add(one);
      }),
    deliver(account, from, text) {
      for (const one of waiting) {
        if (one.account !== account || (one.from !== null && plain(one.from) !== plain(from))) continue;
        one.end({ from, text });
        return true;
      }
      return false;
    },
    close() {
      for (const one of [...waiting]) one.end(null);
    },
  };
}
