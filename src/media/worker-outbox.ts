// Owns: messages gathered during one turn of the event loop and posted as one, since each post wakes a thread. Order is kept.
import type { Transferable } from 'node:worker_threads';

/** How long what is not urgent waits for something that is. */
const companyMs = 20;

export class Outbox<Message> {
  readonly #post: (messages: readonly Message[], transfer: readonly Transferable[]) => void;
  #waiting: Message[] = [];
  #transfer: Transferable[] = [];
  #last: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(post: (messages: readonly Message[], transfer: readonly Transferable[]) => void) {
    this.#post = post;
  }

  send(message: Message, transfer?: Transferable): void {
    if (transfer !== undefined) this.#transfer.push(transfer);
    if (this.#waiting.push(message) === 1) queueMicrotask(this.#flush);
  }

  /** Runs `last`, which may send, behind what else is sent: before the next post, whichever way that comes about. */
  beforePost(last: () => void): void {
    this.#last.push(last);
    if (this.#waiting.length === 0) this.#timer ??= setTimeout(this.#flush, companyMs);
  }

  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const runs = this.#last;
    this.#last = [];
    for (const run of runs) run();
    // Everything of this turn has gone already.
    if (this.#waiting.length === 0) return;
    const messages = this.#waiting;
    const transfer = this.#transfer;
    this.#waiting = [];
    this.#transfer = [];
    this.#post(messages, transfer);
  };
}
