// Owns: one call of a phone: where the SIP leg and the audio of it meet, and what a test or a person can do with it.
import type { Clock, Timer } from '../base/clock.ts';
import { beep } from '../media/tone.ts';
import type { LegHandlers, SipLeg } from '../sip/endpoint.ts';
import type { PhoneAudio } from './phone-audio.ts';
import { type KeyWay, type PhoneCallEnd, type PhoneEvent, type PhoneEventOf, PhoneEvents } from './phone-event.ts';
import { parseInfoDigit } from './phone-info.ts';
import { type Keypad, pressKeys } from './phone-keys.ts';
import { liveSteps, type PressOutcome, playSteps, type ScriptedLine } from './phone-script.ts';
import { createSoundMeter } from './phone-sound.ts';
import type { CallerStep } from './scenario.ts';

export interface PhoneCall {
  readonly state: 'ringing' | 'answered' | 'ended';
  /** The other side, as in From or To. */
  readonly remote: { readonly uri: string; readonly displayName: string };
  readonly callId: string;
  /** False when the call ended without an answer. */
  readonly answered: Promise<boolean>;
  /** When all is over, the recording written too. */
  readonly ended: Promise<PhoneCallEnd>;
  /** All that happened so far. */
  readonly events: readonly PhoneEvent[];
  /** Told of every event, past ones first. */
  watch(watcher: (event: PhoneEvent) => void): void;
  /** The first such event, past or to come. Fails with phone-call-over when the call ends without it. */
  until<T extends PhoneEvent['type']>(type: T, fits?: (event: PhoneEventOf<T>) => boolean): Promise<PhoneEventOf<T>>;
  /** All that is heard, 8 kHz, packet by packet; the samples are good during the call only. */
  listen(listener: (samples: Int16Array) => void): void;
  /**
   * Plays a script once the call is answered: keys with `w` and `W`, or steps (script.ts). Resolves when it is done, or
   * cannot be done any more. Throws script-invalid and script-not-live.
   */
  press(script: string | readonly CallerStep[]): Promise<PressOutcome>;
  /** Plays 8 kHz samples; false when they were cut short. */
  play(samples: Int16Array): Promise<boolean>;
  /** Ends the call in the way its state demands. Harmless afterwards. */
  hangUp(options?: { readonly status?: number; readonly q850Cause?: number; readonly text?: string }): void;
}

export interface LiveCallOptions {
  readonly clock: Clock;
  readonly silenceMs: number;
  readonly digits: KeyWay;
  readonly onOver: () => void;
}

type LegEnd = Parameters<LegHandlers['onEnded']>[0];
type HangUpOptions = Parameters<PhoneCall['hangUp']>[0];

const speechHz = 300;
const speechDbm0 = -15;
const unusableDescription = 488;
/** Q.850: bearer capability not implemented. */
const unusableCause = 65;

export class LiveCall implements PhoneCall {
  state: PhoneCall['state'] = 'ringing';
  digits: KeyWay;
  readonly answered: Promise<boolean>;
  readonly ended: Promise<PhoneCallEnd>;
  readonly log: PhoneEvents;
  readonly #options: LiveCallOptions;
  readonly #answered = Promise.withResolvers<boolean>();
  readonly #over = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<PhoneCallEnd>();
  readonly #listeners: ((samples: Int16Array) => void)[] = [];
  readonly #timers = new Set<Timer>();
  readonly #meter: ReturnType<typeof createSoundMeter>;
  readonly #startedAt: number;
  #answeredAt = 0;
  #sounds = 0;
  #leg: SipLeg | null = null;
  #audio: PhoneAudio | null = null;
  /** Answered by us, but its ACK is still to come: until then no BYE may go out. */
  #awaitsAck = false;
  #hangUpLater: { readonly options: HangUpOptions } | null = null;

  constructor(options: LiveCallOptions) {
    const { clock } = options;
    this.#options = options;
    this.digits = options.digits;
    this.answered = this.#answered.promise;
    this.ended = this.#ended.promise;
    this.#startedAt = clock.now();
    this.log = new PhoneEvents(() => this.#now());
    this.#meter = createSoundMeter({
      silenceMs: options.silenceMs,
      started: (agoMs) => {
        if (this.state === 'answered') this.#sounds += 1;
        this.log.add({ type: 'sound-started', atMs: Math.max(0, this.#now() - agoMs), sound: this.#sounds });
      },
      ended: (agoMs, durationMs) =>
        this.log.add({ type: 'sound-ended', atMs: this.#now() - agoMs, sound: this.#sounds, durationMs }),
    });
  }

  get remote(): PhoneCall['remote'] {
    return this.#leg?.remote ?? { uri: '', displayName: '' };
  }

  get callId(): string {
    return this.#leg?.callId ?? '';
  }

  get events(): readonly PhoneEvent[] {
    return this.log.all;
  }

  watch(watcher: (event: PhoneEvent) => void): void {
    this.log.watch(watcher);
  }

  until<T extends PhoneEvent['type']>(type: T, fits?: (event: PhoneEventOf<T>) => boolean): Promise<PhoneEventOf<T>> {
    return this.log.until(type, fits);
  }

  listen(listener: (samples: Int16Array) => void): void {
    this.#listeners.push(listener);
  }

  async press(script: string | readonly CallerStep[]): Promise<PressOutcome> {
    const steps = liveSteps(script);
    if (!(await this.answered)) return { done: false, why: 'ended', left: steps };
    return playSteps(steps, this.#line());
  }

  async play(samples: Int16Array): Promise<boolean> {
    if (this.#audio === null || this.state === 'ended') return false;
    return this.#audio.play(samples);
  }

  hangUp(options?: HangUpOptions): void {
    if (this.#awaitsAck && this.state === 'ringing') this.#hangUpLater ??= { options };
    else this.#leg?.hangup(options);
  }

  /** Without waiting for an ACK that does not come. */
  drop(): void {
    this.#leg?.hangup();
  }

  attach(leg: SipLeg): void {
    this.#leg = leg;
  }

  /** The 200 has left. */
  awaitAck(): void {
    this.#awaitsAck = true;
  }

  takeAudio(audio: PhoneAudio): void {
    this.#audio = audio;
  }

  hear(samples: Int16Array): void {
    if (this.state === 'ended') return;
    this.#meter.take(samples);
    for (const listener of this.#listeners) listener(samples);
  }

  readonly handlers: Required<Omit<LegHandlers, 'onRefer' | 'onSaved'>> = {
    onProgress: (status, sdp) => {
      this.log.add({ type: 'ringing', status });
      if (sdp !== null) this.#accept(sdp);
    },
    onConfirmed: (sdp) => {
      if (sdp !== null && !this.#accept(sdp)) return;
      this.#meter.reset();
      this.state = 'answered';
      this.#answeredAt = this.#now();
      this.log.add({ type: 'answered' });
      this.#answered.resolve(true);
      if (this.#hangUpLater !== null) this.#leg?.hangup(this.#hangUpLater.options);
    },
    onOffer: (sdp) => {
      if (this.#audio === null) return { status: unusableDescription };
      if (sdp === null) return { sdp: this.#audio.offer() };
      const answered = this.#audio.answer(sdp);
      return answered.ok ? { sdp: answered.sdp } : { status: answered.status };
    },
    onAnswer: (sdp) => void this.#accept(sdp),
    onInfo: (contentType, body) => {
      const digit = parseInfoDigit(contentType, body);
      if (digit === null) return 415;
      this.log.add({ type: 'digit', digit, via: 'info' });
      return 200;
    },
    onEnded: (end) => void this.#finish(end),
  };

  get #isOver(): boolean {
    return this.state === 'ended';
  }

  #now(): number {
    return this.#options.clock.now() - this.#startedAt;
  }

  #accept(sdp: string): boolean {
    const problem = this.#audio?.accept(sdp) ?? null;
    if (problem === null) return true;
    this.log.add({ type: 'fault', message: `The other side's answer cannot be used. ${problem}` });
    this.#leg?.hangup({ status: unusableDescription, q850Cause: unusableCause, text: problem });
    return false;
  }

  async #finish(end: LegEnd): Promise<void> {
    const wasAnswered = this.state === 'answered';
    const atMs = this.#now();
    this.#meter.reset();
    this.state = 'ended';
    this.#answered.resolve(false);
    for (const timer of this.#timers) timer.cancel();
    this.#over.resolve();
    await this.#audio?.close();
    const talkMs = wasAnswered ? Math.round(atMs - this.#answeredAt) : 0;
    const told: PhoneCallEnd = { ...end, answered: wasAnswered, talkMs };
    this.#options.onOver();
    this.log.add({ type: 'ended', atMs, ...told });
    this.#ended.resolve(told);
  }

  #line(): ScriptedLine {
    const call = this;
    return {
      get isOver() {
        return call.#isOver;
      },
      over: this.#over.promise,
      answered: this.answered,
      press: (step, lastKeyDown) => pressKeys(step, this.#keypad(), lastKeyDown),
      wait: (ms) => this.#wait(ms),
      speak: (ms) => this.play(beep(speechHz, ms, speechDbm0)),
      sound: (number, edge) => this.until(`sound-${edge}`, ({ sound }) => sound >= number),
      hangUp: () => this.hangUp(),
    };
  }

  #keypad(): Keypad {
    return {
      way: this.digits,
      audio: this.#audio,
      info: (contentType, body) => this.#leg?.info(contentType, body) ?? Promise.resolve(481),
      now: () => this.#now(),
      wait: (ms) => this.#wait(ms),
      pressing: (keys, via) => this.log.add({ type: 'pressing', keys, via }),
      unsent: (keys) => {
        if (!this.#isOver) this.log.add({ type: 'fault', message: `The keys ${keys} were not all sent.` });
      },
    };
  }

  #wait(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(ms, () => {
        this.#timers.delete(timer);
        resolve();
      });
      this.#timers.add(timer);
    });
  }
}
