// Owns: messages gathered during one turn of the event loop and posted as one. Order is kept.
import type { Transferable } from 'node:worker_threads';

export class Outbox<Message> {
  readonly #post: (messages: readonly Message[], transfer: readonly Transferable[]) => void;
  #waiting: Message[] = [];
  #transfer: Transferable[] = [];

  constructor(post: (messages: readonly Message[], transfer: readonly Transferable[]) => void) {
    this.#post = post;
  }

  send(message: Message, transfer?: Transferable): void {
    if (transfer !== undefined) this.#transfer.push(transfer);
    if (this.#waiting.push(message) === 1) queueMicrotask(this.#flush);
  }

  readonly #flush = (): void => {
    const messages = this.#waiting;
    const transfer = this.#transfer;
    this.#waiting = [];
    this.#transfer = [];
    this.#post(messages, transfer);
  };
}
