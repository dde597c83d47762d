// Owns: the eSpeak NG engine as seen from the server: its process (started ahead, replaced when it dies or hangs, ended
// on close) and the queue before it. The process is espeak-child.ts; docs/speech.md says why it is one.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Clock, systemClock, type Timer } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { workerUrl } from '../base/worker-url.ts';
import type { SpeechEngine } from './engine.ts';
import { chooseVoice, type EspeakVoice, espeakText } from './espeak-voice.ts';

export interface EspeakQuestion {
  readonly id: number;
  readonly text: string;
  readonly voice: string;
  readonly wordsPerMinute: number;
}
export type EspeakReply =
  | { readonly voices: readonly EspeakVoice[] }
  | { readonly id: number; readonly rateHz: number; readonly samples: Int16Array }
  | { readonly id: number; readonly fault: string };

export interface EspeakOptions {
  readonly log: Log;
  /** 16-bit mono of any rate to 8 kHz. */
  readonly resample: (samples: Int16Array, rateHz: number) => Promise<Int16Array>;
  readonly clock?: Clock;
  readonly defaultLanguage?: string;
  readonly wordsPerMinute?: number;
  /** For one piece of text, and for the process to start. */
  readonly timeoutMs?: number;
}

interface Job {
  readonly speech: Parameters<SpeechEngine['speak']>[0];
  resolve(spoken: { samples: Int16Array; rateHz: number }): void;
  reject(error: CodedError): void;
}

/** More than this are refused at once instead of being spoken long after their callers have gone. */
const maxWaiting = 200;

/** `pid` and `ready` are for tests and for the health page. */
export interface Espeak extends SpeechEngine {
  readonly pid: number | undefined;
  readonly ready: boolean;
}

export function createEspeak(options: EspeakOptions): Espeak {
  const { log, resample } = options;
  const clock = options.clock ?? systemClock;
  const defaultLanguage = options.defaultLanguage ?? 'en-US';
  const wordsPerMinute = options.wordsPerMinute ?? 165;
  const timeoutMs = options.timeoutMs ?? 10_000;

  const queue: Job[] = [];
  const warned = new Set<string>();
  let child: ChildProcess | null = null;
  let voices: readonly EspeakVoice[] = [];
  /** `ending`: killed for hanging, its exit not seen yet. */
  let state: 'starting' | 'ready' | 'ending' = 'starting';
  let running: Job | null = null;
  let timer: Timer | null = null;
  let lastId = 0;
  let closed = false;

  function start(): void {
    const made = fork(fileURLToPath(workerUrl(import.meta.url, './espeak-child')), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // Nothing of the server's: its environment may hold keys.
      env: {},
      execArgv: [],
    });
    child = made;
    state = 'starting';
    watch('did not start');
    made.on('message', (message: EspeakReply) => {
      if (child === made) take(message);
    });
    made.on('error', (error) => log.warn({ error }, 'speech process not started'));
    made.once('exit', (exitCode, signal) => {
      if (child !== made) return;
      const was = state;
      child = null;
      timer?.cancel();
      if (closed) return;
      log.warn({ exitCode, signal }, 'speech process ended');
      lose(new CodedError('speech-failed', 'The speech process ended while it spoke.'), was === 'starting');
      // One that dies before it is ready is started again by the next text only.
      if (was !== 'starting') start();
    });
    // Waiting for work does not keep a finished program alive.
    if (queue.length > 0) return;
    made.unref();
    made.channel?.unref();
  }

  function watch(what: string): void {
    timer?.cancel();
    timer = clock.after(timeoutMs, () => {
      log.warn({ timeoutMs }, `the speech process ${what} in time; it is replaced`);
      lose(
        new CodedError('speech-timeout', `The speech process ${what} within ${timeoutMs} ms.`),
        state === 'starting',
      );
      if (state === 'ready') state = 'ending';
      child?.kill('SIGKILL');
    });
  }

  /** What it speaks is lost with it; what waits too, when it never came up. */
  function lose(error: CodedError, andQueue: boolean): void {
    const lost = [...(running === null ? [] : [running]), ...(andQueue ? queue.splice(0) : [])];
    running = null;
    for (const job of lost) job.reject(error);
  }

  function take(message: EspeakReply): void {
    if (state === 'ending') return;
    timer?.cancel();
    if ('voices' in message) {
      voices = message.voices;
      state = 'ready';
    } else if (running !== null && message.id === lastId) {
      const job = running;
      running = null;
      if ('samples' in message) job.resolve(message);
      else job.reject(new CodedError('speech-failed', `The speech process could not speak (${message.fault}).`));
    }
    next();
  }

  function next(): void {
    if (child === null && queue.length > 0) start();
    if (child === null || state !== 'ready' || running !== null) return;
    const job = queue.shift();
    if (job === undefined) {
      child.unref();
      child.channel?.unref();
      return;
    }
    running = job;
    const { voice, exact } = chooseVoice(voices, job.speech, defaultLanguage);
    const { language } = job.speech;
    if (!exact && !warned.has(language) && warned.size < 100) {
      warned.add(language);
      log.warn({ language, voice }, 'no voice speaks this language; the default is used');
    }
    lastId += 1;
    watch('did not speak');
    child.ref();
    child.channel?.ref();
    child.send(
      { id: lastId, text: espeakText(job.speech.text), voice, wordsPerMinute } satisfies EspeakQuestion,
      () => {},
    );
  }

  start();

  return {
    name: 'espeak',
    settings: JSON.stringify({ wordsPerMinute, defaultLanguage }),
    get pid() {
      return child?.pid;
    },
    get ready() {
      return child !== null && state === 'ready';
    },
    async speak(speech, signal) {
      if (closed) throw new CodedError('speech-closed', 'The speech engine is closed.');
      if (queue.length >= maxWaiting)
        throw new CodedError('speech-failed', `${maxWaiting} texts wait to be spoken already.`);
      const { samples, rateHz } = await new Promise<{ samples: Int16Array; rateHz: number }>((resolve, reject) => {
        const job: Job = { speech, resolve, reject };
        queue.push(job);
        signal.addEventListener(
          'abort',
          () => {
            const at = queue.indexOf(job);
            if (at >= 0) queue.splice(at, 1);
            reject(new CodedError('speech-failed', 'The speech was given up.'));
          },
          { once: true },
        );
        child?.ref();
        child?.channel?.ref();
        next();
      });
      return resample(samples, rateHz);
    },
    async close() {
      if (closed) return;
      closed = true;
      timer?.cancel();
      for (const job of [...queue.splice(0), ...(running === null ? [] : [running])])
        job.reject(new CodedError('speech-closed', 'The speech engine is closed.'));
      const ending = child;
      if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
      await new Promise<void>((resolve) => {
        ending.once('exit', () => resolve());
        ending.kill('SIGKILL');
      });
    },
  };
}
