// Owns: the keys that one leg is to be sent: which way they go, their order where they go by SIP INFO, and that each request
// is told as done or failed exactly once. Telephone-events and tones are timed by the media session; INFO is timed here.
// Does not: know requests to several legs (key-requests.ts).
import type { Clock } from '../base/clock.ts';
import { parseKeys, shortestKeyMs } from '../media/key-script.ts';
import type { KeyPath, MediaSession } from '../media/plane.ts';

export type KeyWay = KeyPath;
export interface KeyFailure {
  /** Of base/codes.ts. */
  readonly code: string;
  readonly message: string;
}

export interface KeySenderOptions {
  readonly clock: Clock;
  /** null: as the peer's description says. */
  readonly way: KeyWay | null;
  readonly session: () => Pick<MediaSession, 'sendDigits' | 'cancelDigits'> | null;
  /** Whether telephone-events were agreed on; null before there is an agreement. */
  readonly takesEvents: () => boolean | null;
  /** Resolves with the final status. */
  readonly info: (contentType: string, body: string) => Promise<number>;
  readonly onDone: (id: string, failure: KeyFailure | null) => void;
}

export interface KeySender {
  send(id: string, digits: string, toneMs: number, gapMs: number): void;
  /** Harmless when it is over. */
  cancel(id: string): void;
  /** One key of a bridged leg, by INFO. */
  relay(digit: string): void;
  /** What the session says of a request. */
  onSent(id: string, ok: boolean): void;
  /** Fails what is not sent. */
  close(): void;
}

interface InfoJob {
  readonly id: string | null;
  readonly digits: string;
  readonly toneMs: number;
  readonly gapMs: number;
}

const relayedMs = 100;
const invalid = 'Keys are 0-9, *, #, A-D, and the pauses `,`, `w` and `W`.';

export function createKeySender(options: KeySenderOptions): KeySender {
  const { clock, way, onDone } = options;
  /** Requests that are not done, and whether they were cancelled. */
  const open = new Map<string, { cancelled: boolean }>();
  const queue: InfoJob[] = [];
  let busy = false;
  let closed = false;
  let wake: (() => void) | null = null;

  function done(id: string, failure: KeyFailure | null): void {
    if (!open.delete(id)) return;
    onDone(id, failure);
  }

  function fail(id: string, code: string, message: string): void {
    done(id, { code, message });
  }

  const isOver = ({ id }: InfoJob): boolean => closed || (id !== null && !open.has(id));

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        wake = null;
        resolve();
      };
      const timer = clock.after(Math.max(0, ms), end);
      wake = end;
    });
  }

  async function sendByInfo(job: InfoJob): Promise<void> {
    const steps = parseKeys(job.digits) ?? [];
    for (const [index, step] of steps.entries()) {
      if (isOver(job)) return;
      if ('pauseMs' in step) {
        await wait(step.pauseMs);
        continue;
      }
      const startedAt = clock.now();
      const status = await options.info(
        'application/dtmf-relay',
        `Signal=${step.digit}\r\nDuration=${Math.round(job.toneMs)}\r\n`,
      );
      if (isOver(job)) return;
      if (status >= 300) {
        if (job.id !== null) fail(job.id, 'digits-refused', `The other side answered key ${index + 1} with ${status}.`);
        return;
      }
      const next = steps[index + 1];
      const gapMs = next !== undefined && 'pauseMs' in next ? 0 : job.gapMs;
      await wait(startedAt + job.toneMs + gapMs - clock.now());
    }
    if (job.id !== null) done(job.id, null);
  }

  async function runQueue(): Promise<void> {
    if (busy) return;
    busy = true;
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await sendByInfo(job);
    busy = false;
  }

  return {
    send(id, digits, toneMs, gapMs) {
      open.set(id, { cancelled: false });
      const session = options.session();
      const takesEvents = options.takesEvents();
      if (parseKeys(digits) === null) fail(id, 'digits-invalid', invalid);
      else if (closed || session === null || takesEvents === null)
        fail(id, 'digits-nobody', 'The leg that keys should go to is not answered.');
      else if (way === 'info') {
        queue.push({ id, digits, toneMs: Math.max(shortestKeyMs, toneMs), gapMs: Math.max(shortestKeyMs, gapMs) });
        void runQueue();
      } else if (way === 'rfc4733' && !takesEvents)
        fail(
          id,
          'digits-not-negotiated',
          'The other side takes no telephone-events, and `digits` allows nothing else.',
        );
      else session.sendDigits(id, digits, toneMs, gapMs);
    },
    cancel(id) {
      const request = open.get(id);
      if (request === undefined) return;
      request.cancelled = true;
      if (way === 'info') {
        fail(id, 'digits-cancelled', 'Ended before all keys were sent.');
        wake?.();
      } else options.session()?.cancelDigits(id);
    },
    relay(digit) {
      queue.push({ id: null, digits: digit, toneMs: relayedMs, gapMs: shortestKeyMs });
      void runQueue();
    },
    onSent(id, ok) {
      const request = open.get(id);
      if (ok) done(id, null);
      else if (request?.cancelled === true) fail(id, 'digits-cancelled', 'Ended before all keys were sent.');
      else fail(id, 'digits-failed', 'The audio ended or changed before all keys were sent.');
    },
    close() {
      closed = true;
      queue.length = 0;
      wake?.();
      for (const id of [...open.keys()]) fail(id, 'digits-failed', 'The leg ended before all keys were sent.');
    },
  };
}
