// Owns: the one door of a session that keys come through, whichever way they were heard: the state of the machine that tells
// one press from its echoes (key-machine.ts), its time, and the events it makes. Does not: decide anything itself.
import {
  createKeyState,
  hearsTones,
  type KeyInput,
  type KeyOutput,
  type KeyPath,
  type KeyReport,
  stepKeys,
} from './key-machine.ts';
import { recallKeys, recallTones, saveKeys } from './key-memory.ts';
import type { MediaEvent, SavedSession } from './plane.ts';

export interface SessionKeysHost {
  now(): number;
  wall(): number;
  emit(event: MediaEvent): void;
  /** A new press: what it stops and whom it is passed on to. Flash is none. `inAudio`: the audio holds all of it. */
  pressed(digit: string, inAudio: boolean): void;
}

const flash = 'flash';
/** Nothing of a key comes later than that, dead time included. */
const lateKeysMs = 10_000;

export class SessionKeys {
  readonly #host: SessionKeysHost;
  #state = createKeyState();
  /** Keys whose tones sounded when the process was killed, until sound comes again. */
  #sounded: readonly string[] = [];
  /** This peer sounds the keys that it tells by INFO. */
  #soundsInfo = false;

  constructor(host: SessionKeysHost) {
    this.#host = host;
  }

  /** Audio comes; to be told before what is heard in it. */
  sound(): void {
    if (this.#sounded.length === 0) return;
    this.#state = recallTones(this.#state, this.#sounded, this.#host.now());
    this.#sounded = [];
  }

  /** Whether tones in the audio count as keys. */
  get hearsTones(): boolean {
    return hearsTones(this.#state);
  }

  get saved(): SavedSession['keys'] {
    return saveKeys(this.#state);
  }

  /** Before anything else: the keys told before a restart, `agoMs` ago or more. */
  recall(saved: SavedSession['keys'], agoMs: number | null): void {
    const lately = agoMs === null || agoMs < lateKeysMs;
    this.#state = recallKeys(saved, lately, this.#host.now());
    if (lately) this.#sounded = saved.presses.filter(({ sounding }) => sounding).map(({ digit }) => digit);
  }

  agreed(events: boolean, anew: boolean): void {
    if (anew) this.#soundsInfo = false;
    this.#step({ type: 'agreed', events, anew });
  }

  event(digit: string, level: number): void {
    this.#step({ type: 'down', via: 'rfc4733', digit, at: this.#host.now(), level });
  }

  eventOver(durationMs: number, lost: number): void {
    this.#step({ type: 'up', via: 'rfc4733', durationMs, lost });
  }

  flash(): void {
    this.#step({ type: 'message', via: 'rfc4733', digit: flash, durationMs: 0 });
  }

  /** A tone that began `sinceMs` ago. */
  tone(digit: string, sinceMs: number): void {
    this.#step({ type: 'down', via: 'inband', digit, at: this.#host.now() - sinceMs });
  }

  toneOver(durationMs: number, level: number | null): void {
    this.#step({ type: 'up', via: 'inband', durationMs, ...(level === null ? {} : { level }) });
  }

  info(digit: string, durationMs: number): void {
    this.#step({ type: 'message', via: 'info', digit, durationMs });
  }

  tick(now: number): void {
    if (now >= this.#state.dueAt) this.#step({ type: 'tick' });
  }

  #step(input: KeyInput): void {
    const [state, outputs] = stepKeys(this.#state, input, this.#host.now());
    this.#state = state;
    for (const output of outputs) this.#tell(output);
  }

  #tell({ type, press, digit, heard, ...more }: KeyOutput): void {
    const { emit, pressed } = this.#host;
    if (digit === flash) {
      if (type === 'pressed') emit({ type: 'flash' });
      return;
    }
    const toWall = this.#host.wall() - this.#host.now();
    const reports = heard.map((report): KeyReport => ({ ...report, at: Math.round(report.at + toWall) }));
    const hearsBy = (path: KeyPath): boolean => heard.some(({ via }) => via === path);
    const hasTone = hearsBy('inband') && !hearsBy('rfc4733');
    if (hasTone && hearsBy('info')) this.#soundsInfo = true;
    if ('durationMs' in more) {
      emit({ type: 'digit-released', press, durationMs: more.durationMs, heard: reports });
      return;
    }
    emit({ type: 'digit', press, digit, heard: reports });
    pressed(digit, hasTone || (this.#soundsInfo && !hearsBy('rfc4733')));
  }
}
