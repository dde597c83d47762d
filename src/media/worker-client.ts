// Owns: one media worker as the main thread sees it: starting it, speaking to it, and its end. A thread is never ended from
// here: it ends by itself when its sockets are closed, as Node may crash the whole process when a thread is torn away from
// sockets that receive, or from what is still on its way to being closed.
import { Worker } from 'node:worker_threads';
import type { Log } from '../base/log.ts';
import { workerUrl } from '../base/worker-url.ts';
import { Outbox } from './worker-outbox.ts';
import { gauge, gaugeCount, type WorkerCommand, type WorkerReport, type WorkerStart } from './worker-protocol.ts';

export interface WorkerListener {
  report(report: WorkerReport): void;
  /** The thread is gone although nobody closed it. */
  lost(why: string): void;
}

export class MediaWorkerClient {
  /** Sessions that live there. */
  sessions = 0;
  readonly #worker: Worker;
  readonly #outbox: Outbox<WorkerCommand>;
  readonly #gauges: Float64Array;
  readonly #listener: WorkerListener;
  readonly #log: Log;
  #closed: (() => void) | null = null;
  #gone = false;
  #why = 'the media worker ended';

  constructor(listener: WorkerListener, log: Log) {
    this.#listener = listener;
    this.#log = log;
    const gauges = new SharedArrayBuffer(gaugeCount * Float64Array.BYTES_PER_ELEMENT);
    this.#gauges = new Float64Array(gauges);
    const start: WorkerStart = { gauges };
    this.#worker = new Worker(workerUrl(import.meta.url, './media-worker'), { workerData: start, name: 'media' });
    this.#worker.on('message', (reports: readonly WorkerReport[]) => {
      for (const report of reports) this.#take(report);
    });
    this.#worker.on('error', (error: unknown) => {
      this.#why = `the media worker failed: ${error instanceof Error ? error.message : String(error)}`;
      this.#log.error({ error }, 'media worker failed');
    });
    this.#worker.on('exit', () => {
      this.#gone = true;
      if (this.#closed === null) this.#listener.lost(this.#why);
      this.#closed?.();
    });
    this.#outbox = new Outbox((commands, transfer) => {
      if (!this.#gone) this.#worker.postMessage(commands, transfer);
    });
  }

  /** Share of the thread's time in use, 0..1, smoothed. */
  get load(): number {
    return this.#gauges[gauge.load]!;
  }

  get packetsSent(): number {
    return this.#gauges[gauge.packetsSent]!;
  }

  get packetsLate(): number {
    return this.#gauges[gauge.packetsLate]! + this.#gauges[gauge.packetsSkipped]!;
  }

  send(command: WorkerCommand, transfer?: Parameters<Outbox<WorkerCommand>['send']>[1]): void {
    this.#outbox.send(command, transfer);
  }

  /** Closes every session there, and waits until the thread has ended. */
  async close(): Promise<void> {
    if (this.#gone) return;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      this.send({ type: 'shutdown' });
    });
  }

  #take(report: WorkerReport): void {
    if (report.type === 'fault') {
      this.#log.error({ session: report.session, stack: report.stack }, `media fault: ${report.message}`);
    }
    this.#listener.report(report);
  }
}
