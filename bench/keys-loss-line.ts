// Owns: one line of the loss run: a sender that types keys without end over RTP, and by INFO, and loses packets as a network
// does; and the comparison of what it typed with what was told. Does not: own a timer; it is stepped every 20 ms.
import type { Socket } from 'node:dgram';
import { encodeG711, ulawSilence } from '../src/media/g711.ts';
import type { MediaSession } from '../src/media/plane.ts';
import { encodeRtpHeader, rtpHeaderBytes } from '../src/media/rtp.ts';
import { encodeEventBlock, eventOfDigit } from '../src/media/telephone-event-payload.ts';
import { dtmfTone } from '../src/media/tone.ts';

export interface Way {
  readonly name: string;
  readonly toneMs: number;
  readonly gapMs: number;
  /** How much of a key sounds in the audio: all of it, its beginning, or nothing. */
  readonly audibleMs: number;
  readonly events: boolean;
  readonly info: boolean;
}

export interface Loss {
  readonly name: string;
  readonly share: number;
  /** Packets lost together, on average. */
  readonly burst: number;
}

export interface Outcome {
  readonly sent: number;
  readonly lost: number;
  /** Told once more than typed. */
  readonly doubled: number;
  /** Told behind a key that was typed later. */
  readonly disordered: number;
}

const frame = 160;
const keys = '0123456789*#';
/** SIP sends a request again after 500 ms, then after twice as long each time (RFC 3261 17.1.2.2). */
const firstRetryMs = 500;
const longestRetryMs = 4000;
/** Until a request and its answer have gone there and back. */
const roundTripMs = 40;

export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Gilbert's two states: a packet is lost in the bad one, which lasts `burst` packets on average. */
function createLoss({ share, burst }: Loss, random: () => number): () => boolean {
  const intoBad = burst === 1 ? share : share / (burst * (1 - share));
  let bad = false;
  return () => {
    bad = burst === 1 ? random() < share : random() < (bad ? 1 - 1 / burst : intoBad);
    return bad;
  };
}

const rendered = new Map<string, Uint8Array>();
/** G.711 of a key: `audibleMs` of tone, silence up to the end. */
function render(digit: string, audibleMs: number, totalMs: number): Uint8Array {
  const name = `${digit} ${audibleMs} ${totalMs}`;
  let bytes = rendered.get(name);
  if (bytes === undefined) {
    bytes = new Uint8Array(totalMs * 8).fill(ulawSilence);
    const tone = dtmfTone(digit, audibleMs)!;
    encodeG711('PCMU', tone, 0, tone.length, bytes, 0);
    rendered.set(name, bytes);
  }
  return bytes;
}

export class LossLine {
  readonly typed: string[] = [];
  readonly told: string[] = [];
  readonly #way: Way;
  readonly #session: MediaSession;
  readonly #socket: Socket;
  readonly #count: number;
  readonly #random: () => number;
  readonly #lost: () => boolean;
  readonly #infoLost: () => boolean;
  readonly #ssrc: number;
  #sequence = 1;
  #timestamp = 160;
  /** Packets into the key, gap included; before the first key, some silence. */
  #step = -25;
  #start = 0;
  #digit = '';
  /** INFO waits for the answer to the one before. */
  readonly #infos: string[] = [];
  #infoAtMs = Number.POSITIVE_INFINITY;
  #retryMs = firstRetryMs;

  constructor(session: MediaSession, socket: Socket, way: Way, loss: Loss, count: number, seed: number) {
    this.#session = session;
    this.#socket = socket;
    this.#way = way;
    this.#count = count;
    this.#random = createRandom(seed);
    this.#lost = createLoss(loss, this.#random);
    // Requests are further apart than a burst is long.
    this.#infoLost = createLoss({ ...loss, burst: 1 }, this.#random);
    this.#ssrc = seed;
  }

  get done(): boolean {
    return this.typed.length === this.#count && this.#step > 25 && this.#infos.length === 0;
  }

  /** One packet time. */
  step(nowMs: number): void {
    this.#sendInfo(nowMs);
    const { toneMs, gapMs, audibleMs, events } = this.#way;
    if (this.#step * 20 === toneMs && this.#way.info) {
      if (this.#infos.push(this.#digit) === 1) this.#infoAtMs = nowMs + 20 + 40 * this.#random();
    }
    if (this.#step >= 0 && this.#step * 20 >= toneMs + gapMs && this.typed.length < this.#count) this.#step = 0;
    if (this.#step === 0) {
      this.#digit = keys[Math.floor(this.#random() * keys.length)]!;
      this.typed.push(this.#digit);
      this.#start = this.#timestamp;
    }
    const atMs = this.#step * 20;
    // Four updates and three ends for 100 ms; what leaks comes before the first of them.
    const firstEventMs = Math.ceil(audibleMs / 20) * 20;
    const duringEvent = events && this.#step >= 0 && atMs >= firstEventMs && atMs < toneMs + 40;
    if (duringEvent) this.#sendEvent(atMs, atMs === firstEventMs);
    else this.#sendAudio(atMs);
    this.#timestamp = (this.#timestamp + frame) >>> 0;
    this.#step++;
  }

  #sendInfo(nowMs: number): void {
    if (nowMs < this.#infoAtMs) return;
    if (this.#infoLost()) {
      this.#infoAtMs = nowMs + this.#retryMs;
      this.#retryMs = Math.min(2 * this.#retryMs, longestRetryMs);
      return;
    }
    this.#session.key(this.#infos.shift()!, this.#way.toneMs);
    this.#retryMs = firstRetryMs;
    this.#infoAtMs = this.#infos.length > 0 ? nowMs + roundTripMs : Number.POSITIVE_INFINITY;
  }

  #sendEvent(atMs: number, marker: boolean): void {
    const { toneMs } = this.#way;
    const durationMs = Math.min(toneMs, atMs + 20);
    const packet = Buffer.alloc(rtpHeaderBytes + 4);
    encodeEventBlock(packet, rtpHeaderBytes, eventOfDigit(this.#digit), durationMs === toneMs, 10, durationMs * 8);
    this.#send(packet, 101, marker, this.#start);
  }

  #sendAudio(atMs: number): void {
    const { audibleMs, toneMs } = this.#way;
    const packet = Buffer.alloc(rtpHeaderBytes + frame, ulawSilence);
    if (atMs >= 0 && atMs < audibleMs) {
      const tone = render(this.#digit, audibleMs, Math.max(toneMs, 20 * Math.ceil(audibleMs / 20)));
      packet.set(tone.subarray(atMs * 8, atMs * 8 + frame), rtpHeaderBytes);
    }
    this.#send(packet, 0, false, this.#timestamp);
  }

  #send(packet: Buffer, payloadType: number, marker: boolean, timestamp: number): void {
    encodeRtpHeader(packet, 0, payloadType, marker, this.#sequence, timestamp, this.#ssrc);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    if (!this.#lost()) this.#socket.send(packet, this.#session.port, '127.0.0.1');
  }
}

/** The cheapest way to make one list of the other says which keys were lost, which were told once more, which too late. */
export function compare(typed: readonly string[], told: readonly string[]): Outcome {
  const width = told.length + 1;
  const cost = new Uint16Array((typed.length + 1) * width);
  for (let i = 0; i <= typed.length; i++) {
    for (let j = 0; j <= told.length; j++) {
      if (i === 0 || j === 0) cost[i * width + j] = i + j;
      else if (typed[i - 1] === told[j - 1]) cost[i * width + j] = cost[(i - 1) * width + j - 1]!;
      else cost[i * width + j] = 1 + Math.min(cost[(i - 1) * width + j]!, cost[i * width + j - 1]!);
    }
  }
  const missing: number[] = [];
  const more: { readonly at: number; readonly digit: string }[] = [];
  for (let i = typed.length, j = told.length; i > 0 || j > 0; ) {
    const here = cost[i * width + j]!;
    if (i > 0 && j > 0 && typed[i - 1] === told[j - 1]) {
      i--;
      j--;
    } else if (i > 0 && here === cost[(i - 1) * width + j]! + 1) missing.push(--i);
    else {
      j--;
      more.push({ at: i, digit: told[j]! });
    }
  }
  let disordered = 0;
  let doubled = 0;
  for (const { at, digit } of more) {
    const late = missing.findIndex((i) => typed[i] === digit && Math.abs(i - at) <= 40);
    if (late >= 0) {
      missing.splice(late, 1);
      disordered++;
    } else doubled++;
  }
  return { sent: typed.length, lost: missing.length, doubled, disordered };
}
