// Owns: the recordings and taps of a session, and the watch of whether its peer speaks: a recording is a Recorder into a WAV file, a tap tells what it hears at once. Both are fed on the session's clock with what was received
// (through a jitter buffer of its own, filled only while something records) and what was sent. While the session is
// sensitive nothing of the caller reaches them, neither what sounds now nor what the buffer still holds; and as keys may
// have been pressed before it was known that they are a secret, what was written of them is silenced again.
import { Ear } from './bridge.ts';
import type { MediaEvent } from './plane.ts';
import { Recorder } from './recorder.ts';
import { longestFrame } from './session-outbound.ts';
import { Tap, type TapTracks } from './tap.ts';
import { VoiceWatch } from './voice-watch.ts';
import { WavWriter } from './wav-writer.ts';
import type { RecordOptions } from './worker-protocol.ts';

type Recorded = Extract<MediaEvent, { type: 'recorded' }>;
type Told = Extract<MediaEvent, { type: 'recorded' | 'tapped' | 'voice' }>;

interface Running {
  readonly id: string;
  readonly recorder: Recorder;
  readonly writer: WavWriter;
  paused: boolean;
}

/** The last key of a secret still sounds when it was heard and the gather is over. */
const tailMs = 1000;
/** A key is heard, or told by the signalling, so long after it began to sound. */
const leadMs = 500;
const framesPerMs = 8;

export class SessionRecordings {
  #sensitive = false;
  #quietUntil = 0;
  readonly #now: () => number;
  readonly #running: Running[] = [];
  readonly #taps: Tap[] = [];
  #watch: VoiceWatch | null = null;
  readonly #ending = new Set<Promise<void>>();
  readonly #told: (event: Told) => void;
  readonly #heard = new Int16Array(longestFrame);
  #ear: Ear | null = null;

  constructor(told: (event: Told) => void, now: () => number) {
    this.#told = told;
    this.#now = now;
  }

  get active(): boolean {
    return this.#running.length > 0 || this.#taps.length > 0 || this.#watch !== null;
  }

  start(id: string, options: RecordOptions): void {
    const channels = options.channels === 'one-each' ? 2 : 1;
    const writer = new WavWriter(options.file, channels, options.append ? (options.gapMs ?? 0) : null);
    const recorder = new Recorder(options, writer, longestFrame);
    if (options.append) void writer.written().then(() => recorder.continueAfter(writer.framesBefore));
    this.#running.push({ id, recorder, writer, paused: false });
    this.#ear ??= new Ear();
  }

  pause(id: string, on: boolean): void {
    const running = this.#running.find((each) => each.id === id);
    if (running !== undefined) running.paused = on;
  }

  stop(id: string): void {
    const running = this.#running.find((each) => each.id === id);
    if (running !== undefined) this.#end(running, 'stopped');
  }

  watchVoice(on: boolean): void {
    if (on) this.#watch ??= new VoiceWatch((speaking) => this.#told({ type: 'voice', speaking }));
    else this.#watch = null;
    if (on) this.#ear ??= new Ear();
    else this.#rest();
  }

  tap(id: string, tracks: TapTracks): void {
    this.#taps.push(new Tap(id, tracks, (of, track, audio) => this.#told({ type: 'tapped', id: of, track, audio })));
    this.#ear ??= new Ear();
  }

  untap(id: string): void {
    const at = this.#taps.findIndex((tap) => tap.id === id);
    if (at >= 0) this.#taps.splice(at, 1);
    this.#rest();
  }

  /** `sinceMs`: how long ago the first key of the secret was heard. */
  sensitive(on: boolean, sinceMs: number): void {
    if (this.#sensitive && !on) this.#quietUntil = this.#now() + tailMs;
    this.#sensitive = on;
    if (on) for (const { writer } of this.#running) writer.silence((sinceMs + leadMs) * framesPerMs);
  }

  get #quiet(): boolean {
    return this.#sensitive || this.#now() < this.#quietUntil;
  }

  /** A packet of the caller's. */
  hear(ssrc: number, sequence: number, timestamp: number, samples: Int16Array, count: number): void {
    if (this.#quiet) this.#ear?.pass(sequence);
    else this.#ear?.put(ssrc, sequence, timestamp, samples, count);
  }

  /** A packet of the caller's without audio. */
  pass(sequence: number): void {
    this.#ear?.pass(sequence);
  }

  /** One packet time has passed. `said` is what was sent; `keying` that keys sounded in it. */
  tick(said: Int16Array, count: number, keying: boolean): void {
    const heard = this.#heard;
    this.#ear?.take(heard, count);
    if (this.#quiet) {
      heard.fill(0, 0, count);
      if (keying) said.fill(0, 0, count);
    }
    this.#watch?.take(heard, count);
    for (let i = 0; i < this.#taps.length; i++) this.#taps[i]!.take(heard, said, count);
    for (let i = this.#running.length - 1; i >= 0; i--) {
      const running = this.#running[i]!;
      if (running.paused) continue;
      const over = running.recorder.take(heard, said, count);
      if (over !== null || running.writer.fault !== null) this.#end(running, over ?? 'failed');
    }
  }

  /** The session ends: so do they. */
  async close(): Promise<void> {
    for (const running of [...this.#running]) this.#end(running, 'ended');
    await Promise.all(this.#ending);
  }

  #end(running: Running, why: Recorded['why']): void {
    this.#running.splice(this.#running.indexOf(running), 1);
    this.#rest();
    const done = this.#finish(running, why).then(() => void this.#ending.delete(done));
    this.#ending.add(done);
  }

  /** Nobody listens any more. */
  #rest(): void {
    if (!this.active) this.#ear = null;
  }

  async #finish({ id, recorder, writer }: Running, why: Recorded['why']): Promise<void> {
    const bytes = await writer.finish();
    const { durationMs } = recorder;
    if (writer.fault === null) this.#told({ type: 'recorded', id, durationMs, bytes, why });
    else this.#told({ type: 'recorded', id, durationMs, bytes, why: 'failed', message: writer.fault.message });
  }
}
