// Owns: for tests only: a line on which a hand phone speaks, packet by packet, in step with the packets that it hears, so at
// the server's own pace. It can lose packets, put events and INFO between, and echo what it hears. Does not: keep time.
import { decodeG711, encodeG711 } from '../../src/media/g711.ts';
import { dtmfTone } from '../../src/media/tone.ts';
import { eventBlock, type HandPhone } from './hand-phone.ts';

const frame = 160;
const eventType = 101;
const longestUnits = 0xffff;

export interface LineOptions {
  readonly codec?: 'PCMU' | 'PCMA';
  /** Packets that are lost, counted from the first. */
  readonly loses?: (packet: number) => boolean;
  /** How much of what is heard comes back, 0 to 1. */
  readonly echo?: number;
}

export class ToneLine {
  readonly #phone: HandPhone;
  readonly #codec: 'PCMU' | 'PCMA';
  readonly #loses: (packet: number) => boolean;
  readonly #echo: number;
  #packets = 0;
  #steppedAt = Number.NaN;
  #longestStepMs = 0;

  constructor(phone: HandPhone, { codec = 'PCMU', loses = () => false, echo = 0 }: LineOptions = {}) {
    this.#phone = phone;
    this.#codec = codec;
    this.#loses = loses;
    this.#echo = echo;
  }

  /** A line that stood still for so long once, as its machine did, has let go of a key that was held. */
  get longestStepMs(): number {
    return this.#longestStepMs;
  }

  /** Keys as tones, each with the silence behind it. */
  async press(keys: string, toneMs = 100, gapMs = 100): Promise<void> {
    await this.say(tones(keys, toneMs, gapMs));
  }

  async silence(ms: number): Promise<void> {
    await this.say(new Int16Array(ms * 8));
  }

  /** Silence for as long as it takes. */
  async silenceUntil(done: Promise<unknown>): Promise<void> {
    let over = false;
    void done.then(() => {
      over = true;
    });
    while (!over) await Promise.race([done, this.silence(20)]);
  }

  async say(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length; at += frame) {
      const heard = await this.#step();
      const said = new Int16Array(frame);
      said.set(samples.subarray(at, at + frame));
      if (this.#echo > 0 && heard.length === frame)
        for (let i = 0; i < frame; i++) said[i] = said[i]! + Math.round(this.#echo * heard[i]!);
      const payload = new Uint8Array(frame);
      encodeG711(this.#codec, said, 0, frame, payload, 0);
      const type = this.#codec === 'PCMU' ? 0 : 8;
      this.#phone.sendPacket(type, payload, { samples: frame, lost: this.#loses(this.#packets++) });
    }
  }

  /**
   * A telephone-event that began `leakMs` ago in the audio, three ends, no audio meanwhile. One too long for its clock goes
   * on in segments (RFC 4733 2.5.1.3); the timestamps are of that clock too.
   */
  async event(digit: string, durationMs: number, leakMs = 0, unitsPerMs = 8, type = eventType): Promise<void> {
    let start = this.#phone.timestamp - leakMs * 8;
    let before = 0;
    const send = (ms: number, end: boolean, marker: boolean, samples: number) => {
      let units = ms * unitsPerMs - before;
      if (units > longestUnits) {
        this.#phone.sendPacket(type, eventBlock(digit, false, longestUnits), { at: start });
        start = (start + longestUnits) >>> 0;
        before += longestUnits;
        units -= longestUnits;
      }
      this.#phone.sendPacket(type, eventBlock(digit, end, units), {
        at: start,
        marker,
        samples,
        lost: this.#loses(this.#packets++),
      });
    };
    let marker = true;
    for (let ms = leakMs + 20; ms < durationMs; ms += 20) {
      await this.#step();
      send(ms, false, marker, frame);
      marker = false;
    }
    for (let i = 0; i < 3; i++) {
      await this.#step();
      send(durationMs, true, marker, frame);
      marker = false;
    }
  }

  /** A packet time passes: what was heard in it. */
  async #step(): Promise<Int16Array> {
    const next = this.#phone.nextPacket(({ payloadType }) => payloadType !== eventType);
    // Behind the end of the call nothing is heard, and what is still to be said goes nowhere.
    const { payload } = await Promise.race([next, this.#phone.bye.then(() => ({ payload: new Uint8Array(0) }))]);
    const now = performance.now();
    if (now - this.#steppedAt > this.#longestStepMs) this.#longestStepMs = now - this.#steppedAt;
    this.#steppedAt = now;
    const heard = new Int16Array(payload.length);
    decodeG711(this.#codec, payload, 0, payload.length, heard, 0);
    return heard;
  }
}

export function tones(keys: string, toneMs: number, gapMs: number): Int16Array {
  const gap = new Int16Array(gapMs * 8);
  const parts = [...keys].flatMap((key) => [dtmfTone(key, toneMs)!, gap]);
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}
