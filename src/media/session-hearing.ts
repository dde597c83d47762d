// hot path
// Owns: whether a session listens for keys in the audio, and whose they are. It listens only as long as tones may count
// (key-machine.ts); before and after, no detector exists. A key that we sent as a tone, or that a bridged partner's audio
// carried, comes back from a line that echoes: the same key, begun while ours sounded or shortly behind it, is no press.
// Does not: take packets that the latch refused, tell presses.
import { eventOfDigit } from './telephone-event-payload.ts';
import { ToneEar } from './tone-ear.ts';

export interface SessionHearingHost {
  now(): number;
  /** A tone that began `sinceMs` ago. */
  tone(digit: string, sinceMs: number): void;
  toneOver(durationMs: number, levelDbm0: number | null): void;
}

/** There and back over a satellite, with the buffers on the way. */
const echoMs = 600;
/** A tone counts as begun when its first packet could have been begun to be spoken: a packet's time before it was sent. */
const earliestMs = 70;
/** A partner's tone is known only after it began to be passed on, or soon will be. */
const partnerLeadMs = 100;

export class SessionHearing {
  readonly #host: SessionHearingHost;
  #ear: ToneEar | null = null;
  #isEcho = false;
  /** Index: event. When the last tone of ours began and when it was sent last, of the session's clock. */
  readonly #sentFrom = new Float64Array(16).fill(Number.NEGATIVE_INFINITY);
  readonly #sentUntil = new Float64Array(16).fill(Number.NEGATIVE_INFINITY);

  constructor(host: SessionHearingHost) {
    this.#host = host;
  }

  /** An audio packet of the peer's, while tones count. */
  hear(ssrc: number, sequence: number, timestamp: number, samples: Int16Array, count: number, nowMs: number): void {
    this.#ear ??= this.#createEar();
    this.#ear.hear(ssrc, sequence, timestamp, samples, count, nowMs);
  }

  /** A packet of the peer's without audio. */
  pass(ssrc: number, sequence: number): void {
    this.#ear?.pass(ssrc, sequence);
  }

  tick(nowMs: number): void {
    this.#ear?.tick(nowMs);
  }

  /** Tones do not count any more, or what comes now is another stream. */
  close(): void {
    this.#ear?.close();
    this.#ear = null;
  }

  /** This key sounds in what we send now. */
  sending(digit: string, nowMs: number): void {
    const event = eventOfDigit(digit);
    if (event < 0 || event > 15) return;
    if (nowMs - this.#sentUntil[event]! > echoMs) this.#sentFrom[event] = nowMs;
    this.#sentUntil[event] = nowMs;
  }

  /** The bridged partner's audio, which we pass on, holds this key. */
  passingOn(digit: string, nowMs: number): void {
    this.sending(digit, nowMs - partnerLeadMs);
    this.sending(digit, nowMs);
  }

  #createEar(): ToneEar {
    const host = this.#host;
    return new ToneEar({
      tone: (digit, sinceMs) => {
        const event = eventOfDigit(digit);
        const begunMs = host.now() - sinceMs;
        this.#isEcho = begunMs >= this.#sentFrom[event]! - earliestMs && begunMs <= this.#sentUntil[event]! + echoMs;
        if (!this.#isEcho) host.tone(digit, sinceMs);
      },
      toneOver: (durationMs, levelDbm0) => {
        if (!this.#isEcho) host.toneOver(durationMs, levelDbm0);
      },
    });
  }
}
