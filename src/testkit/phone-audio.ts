// Owns: the audio of one call of a phone: its session, its side of offer and answer (RFC 3264), keys and sounds that it
// sends, what it hears. A phone that sends its keys as tones says that it knows no telephone-events; the media plane then
// makes the tones, and whoever is called knows to listen for them.
import { randomInt } from 'node:crypto';
import { newId } from '../base/ids.ts';
import type { KeyPath, MediaEvent, MediaPlane, MediaSession } from '../media/plane.ts';
import {
  type AudioCodec,
  acceptAnswer,
  answerOffer,
  createOffer,
  type LocalAudio,
  type NegotiatedAudio,
  type OfferAnswered,
  reviseLocal,
} from '../media/sdp.ts';
import { openEar, type PhoneEar } from './phone-ear.ts';

export interface PhoneAudioOptions {
  readonly plane: MediaPlane;
  readonly host: string;
  readonly codecs: readonly AudioCodec[];
  /** False: telephone-events are neither offered nor taken. */
  readonly telephoneEvents: boolean;
  readonly record: string | null;
  readonly onAudio: (samples: Int16Array) => void;
  readonly onDigit: (digit: string, via: KeyPath) => void;
  readonly onRecorded: (durationMs: number, problem: string | null) => void;
  readonly onFault: (message: string) => void;
}

export class PhoneAudio {
  readonly #options: PhoneAudioOptions;
  readonly #session: MediaSession;
  readonly #ear: PhoneEar;
  /** By id: what waits for keys to be sent or sounds to be over. */
  readonly #pending: Map<string, (ok: boolean) => void>;
  #local: LocalAudio;
  #sent: string | undefined;
  #audio: NegotiatedAudio | null = null;

  static async open(options: PhoneAudioOptions): Promise<PhoneAudio> {
    const pending = new Map<string, (ok: boolean) => void>();
    const settle = (id: string, ok: boolean): void => {
      pending.get(id)?.(ok);
      pending.delete(id);
    };
    const onEvent = (event: MediaEvent): void => {
      if (event.type === 'sent') settle(event.id, event.ok);
      else if (event.type === 'play-finished') settle(event.id, event.why === 'end');
      else if (event.type === 'digit') options.onDigit(event.digit, event.heard[0]!.via);
      else if (event.type === 'fault') options.onFault(event.message);
    };
    const session = await options.plane.open({ onEvent });
    try {
      const ear = await openEar({
        ...options,
        onRecorded: ({ durationMs, why, message }) =>
          options.onRecorded(durationMs, why === 'failed' ? (message ?? 'it could not be written') : null),
      });
      return new PhoneAudio(options, session, ear, pending);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  private constructor(
    options: PhoneAudioOptions,
    session: MediaSession,
    ear: PhoneEar,
    pending: Map<string, (ok: boolean) => void>,
  ) {
    this.#options = options;
    this.#session = session;
    this.#ear = ear;
    this.#pending = pending;
    const { host, codecs } = options;
    this.#local = { address: host, port: session.port, codecs, sessionId: String(randomInt(2 ** 40)), version: 1 };
  }

  /** True when keys can go as telephone-events. */
  get takesEvents(): boolean {
    return this.#audio !== null && this.#audio.telephoneEvent !== null;
  }

  offer(): string {
    this.#sent = this.#shape(createOffer(this.#local, this.#sent));
    this.#local = reviseLocal(this.#local);
    return this.#sent;
  }

  /** The peer's answer to the last offer; says what is wrong with it, or null. */
  accept(answer: string): string | null {
    const accepted = acceptAnswer(answer, this.#local, this.#sent);
    if (!accepted.ok) return accepted.reason;
    this.#configure(accepted.audio);
    return null;
  }

  answer(offer: string): OfferAnswered {
    const answered = answerOffer(this.#shape(offer), this.#local);
    if (answered.ok) {
      this.#sent = answered.sdp;
      this.#local = reviseLocal(this.#local);
      this.#configure(answered.audio);
    }
    return answered;
  }

  /** Keys with `w` and `W`. Resolves when the last one is over; false when they did not all go. */
  sendDigits(keys: string, toneMs: number, gapMs: number): Promise<boolean> {
    return this.#tracked((id) => this.#session.sendDigits(id, keys, toneMs, gapMs));
  }

  /** Behind what plays already. Resolves when it is over; false when it was cut short. */
  async play(samples: Int16Array): Promise<boolean> {
    const { plane } = this.#options;
    const clip = newId();
    plane.addClip(clip, samples);
    const ok = await this.#tracked((id) => this.#session.play(id, { clip, times: 1, stopKeys: '' }));
    plane.dropClip(clip);
    return ok;
  }

  /** Resolves when the recording is written and the ports are free. */
  async close(): Promise<void> {
    await Promise.all([this.#session.close(), this.#ear.close()]);
    for (const settle of this.#pending.values()) settle(false);
    this.#pending.clear();
  }

  #tracked(start: (id: string) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const id = newId();
      this.#pending.set(id, resolve);
      start(id);
    });
  }

  #configure(audio: NegotiatedAudio): void {
    const first = this.#audio === null;
    this.#audio = audio;
    this.#session.configure(audio);
    if (!first) return;
    this.#ear.listen(this.#session);
    if (this.#options.record !== null) this.#ear.record(this.#options.record);
  }

  #shape(sdp: string): string {
    return this.#options.telephoneEvents ? sdp : withoutTelephoneEvents(sdp);
  }
}

/** The same description without the telephone-event formats of its lines. */
export function withoutTelephoneEvents(sdp: string): string {
  const types = new Set<string>();
  for (const [, type = ''] of sdp.matchAll(/^a=rtpmap:(\d+) telephone-event\//gim)) types.add(type);
  const lines = sdp.split(/\r?\n/).flatMap((line) => {
    const described = /^a=(?:rtpmap|fmtp):(\d+) /.exec(line)?.[1];
    if (described !== undefined && types.has(described)) return [];
    const [media, port, protocol, ...formats] = line.split(' ');
    if (media === undefined || !media.startsWith('m=audio')) return [line];
    const kept = formats.filter((type) => !types.has(type));
    return [[media, port, protocol, ...kept].join(' ')];
  });
  return lines.join('\r\n');
}
