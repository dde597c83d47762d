// Owns: one session as the main thread sees it: its commands become messages to its worker. Commands to a closed session
// are dropped: a call that ends has nobody left to tell.
import type { MediaEvent, MediaSession, PlayOptions } from './plane.ts';
import type { NegotiatedAudio } from './sdp.ts';
import type { TapTracks } from './tap.ts';
import type { MediaWorkerClient } from './worker-client.ts';
import type { RecordOptions, SessionCommand } from './worker-protocol.ts';

export class SessionProxy implements MediaSession {
  readonly number: number;
  readonly id: string;
  readonly port: number;
  readonly worker: MediaWorkerClient;
  readonly onEvent: (event: MediaEvent) => void;
  readonly #bridge: (other: MediaSession) => void;
  readonly #whenClosed = Promise.withResolvers<void>();
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(
    number: number,
    id: string,
    port: number,
    worker: MediaWorkerClient,
    onEvent: (event: MediaEvent) => void,
    bridge: (other: MediaSession) => void,
  ) {
    this.number = number;
    this.id = id;
    this.port = port;
    this.worker = worker;
    this.onEvent = onEvent;
    this.#bridge = bridge;
  }

  configure(audio: NegotiatedAudio): void {
    this.#send({ type: 'configure', session: this.number, audio });
  }

  play(id: string, options: PlayOptions): void {
    this.#send({ type: 'play', session: this.number, id, options });
  }

  stop(id: string): void {
    this.#send({ type: 'stop', session: this.number, id });
  }

  key(digit: string, durationMs: number): void {
    this.#send({ type: 'key', session: this.number, digit, durationMs });
  }

  sendDigits(id: string, digits: string, toneMs: number, gapMs: number): void {
    this.#send({ type: 'send-digits', session: this.number, id, digits, toneMs, gapMs });
  }

  cancelDigits(id: string): void {
    this.#send({ type: 'cancel-digits', session: this.number, id });
  }

  record(id: string, options: RecordOptions): void {
    this.#send({ type: 'record', session: this.number, id, options });
  }

  tap(id: string, tracks: TapTracks): void {
    this.#send({ type: 'tap', session: this.number, id, tracks });
  }

  untap(id: string): void {
    this.#send({ type: 'untap', session: this.number, id });
  }

  watchVoice(on: boolean): void {
    this.#send({ type: 'watch-voice', session: this.number, on });
  }

  say(samples: Int16Array): void {
    this.#send({ type: 'say', session: this.number, samples });
  }

  hush(): void {
    this.#send({ type: 'hush', session: this.number });
  }

  pauseRecording(id: string, on: boolean): void {
    this.#send({ type: 'pause-recording', session: this.number, id, on });
  }

  stopRecording(id: string): void {
    this.#send({ type: 'stop-recording', session: this.number, id });
  }

  sensitive(on: boolean, sinceMs: number): void {
    this.#send({ type: 'sensitive', session: this.number, on, sinceMs });
  }

  bridge(other: MediaSession): void {
    if (this.#state === 'open') this.#bridge(other);
  }

  unbridge(): void {
    this.#send({ type: 'unbridge', session: this.number });
  }

  hold(on: boolean): void {
    this.#send({ type: 'hold', session: this.number, on });
  }

  /** Resolves when its sockets are closed. */
  close(): Promise<void> {
    this.#send({ type: 'close', session: this.number });
    if (this.#state === 'open') this.#state = 'closing';
    return this.#whenClosed.promise;
  }

  /** The plane's word that nothing of it is left in the worker. */
  closed(): void {
    this.#state = 'closed';
    this.#whenClosed.resolve();
  }

  #send(command: SessionCommand): void {
    if (this.#state === 'open') this.worker.send(command);
  }
}
