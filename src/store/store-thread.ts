// Owns: the thread of the store as seen from the others: its start, its questions and answers, and another in its place when
// it ends by itself. Does not: know what is written or who waits for it.
import { Worker } from 'node:worker_threads';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { workerUrl } from '../base/worker-url.ts';
import type { Answers, FromWorker, Query, ToWorker, UnfinishedText, WorkerOptions } from './rows.ts';

export interface StoreThread {
  post(message: ToWorker): void;
  /** `onCalls` takes what comes in parts before the answer. */
  ask<Kind extends Query['kind']>(
    query: Extract<Query, { kind: Kind }>,
    onCalls?: (calls: readonly UnfinishedText[]) => void,
  ): Promise<Answers[Kind]>;
  /** Resolves when it has ended; it is ended by force when it has not done so after `closeMs`. */
  close(closeMs: number): Promise<void>;
}

export interface StoreThreadOptions {
  readonly start: WorkerOptions;
  readonly log: Log;
  readonly onWritten: (batch: number) => void;
  /** The database takes nothing for the moment. */
  readonly onDelayed: (reason: string) => void;
  /** Another thread is there. What the one before was given may not be written. */
  readonly onReplaced: () => void;
}

interface Request {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onCalls: ((calls: readonly UnfinishedText[]) => void) | undefined;
}

/** Rejects with a CodedError when the database cannot be used. */
export async function startStoreThread(options: StoreThreadOptions): Promise<StoreThread> {
  const { start, log, onWritten, onDelayed, onReplaced } = options;
  const requests = new Map<number, Request>();
  let nextRequest = 1;
  let closing = false;
  /** Between two threads there is none to ask. */
  let answers = true;
  let worker = await open();

  async function open(): Promise<Worker> {
    const next = new Worker(workerUrl(import.meta.url, './worker'), {
      workerData: start,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    await new Promise<void>((resolve, reject) => {
      const fail = (message: string): void =>
        reject(new CodedError('store-unusable', `The database ${start.file} cannot be used: ${message}`));
      next.once('error', (error: Error) => fail(error.message));
      next.once('message', (message: FromWorker) =>
        message.type === 'opened'
          ? resolve()
          : fail(message.type === 'failed-to-open' ? message.message : message.type),
      );
    });
    next.removeAllListeners('error');
    next.on('error', (error) => log.error({ err: error }, 'The thread of the store failed'));
    next.on('message', onMessage);
    next.on('exit', () => void replace());
    return next;
  }

  async function replace(): Promise<void> {
    answers = false;
    for (const { reject } of requests.values()) reject(ended());
    requests.clear();
    if (closing) return;
    try {
      worker = await open();
    } catch (error) {
      log.error({ err: error }, 'The store cannot be opened again; it is tried until it can');
      setTimeout(() => void replace(), start.retryMs).unref();
      return;
    }
    answers = true;
    onReplaced();
  }

  function onMessage(message: FromWorker): void {
    switch (message.type) {
      case 'written':
        onWritten(message.batch);
        break;
      case 'delayed':
        onDelayed(message.message);
        break;
      case 'refused':
        log.error({ what: message.what, reason: message.message }, 'The database refused a write; it is left out');
        break;
      case 'unfinished':
        requests.get(message.request)?.onCalls?.(message.calls);
        break;
      case 'answer':
        requests.get(message.request)?.resolve(message.result);
        requests.delete(message.request);
        break;
      case 'query-failed':
        requests
          .get(message.request)
          ?.reject(new CodedError('store-unusable', `The database could not be read: ${message.message}`));
        requests.delete(message.request);
        break;
    }
  }

  return {
    post: (message) => worker.postMessage(message),
    ask(query, onCalls) {
      if (!answers) return Promise.reject(ended());
      return new Promise((resolve, reject) => {
        const request = nextRequest;
        nextRequest += 1;
        requests.set(request, { resolve: resolve as (result: unknown) => void, reject, onCalls });
        worker.postMessage({ type: 'query', request, query } satisfies ToWorker);
      });
    },
    async close(closeMs) {
      closing = true;
      const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.postMessage({ type: 'close' } satisfies ToWorker);
      const late = setTimeout(() => void worker.terminate(), closeMs);
      await exited;
      clearTimeout(late);
    },
  };
}

const ended = (): CodedError => new CodedError('store-unusable', 'The thread of the store ended');
