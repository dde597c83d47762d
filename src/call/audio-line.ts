// Owns: what one leg and its peer agreed on about their audio: our description and its version, the answer to each offer, our
// own offers (RFC 3264). Does not: send anything; leg.ts puts the descriptions into SIP and the agreement into the session.
import {
  type AudioCodec,
  acceptAnswer,
  answerOffer,
  createOffer,
  type Direction,
  type LocalAudio,
  type NegotiatedAudio,
  reviseLocal,
} from '../media/sdp.ts';

export interface AudioLineOptions {
  /** The address that the peer can send to. */
  readonly address: string;
  readonly port: number;
  readonly codecs: readonly AudioCodec[];
  /** Decimal digits; the same for the whole dialog. */
  readonly sessionId: string;
  /** Told every new agreement. */
  readonly onAgreed: (audio: NegotiatedAudio) => void;
  /** Told whatever a restart needs, whenever it has changed. */
  readonly onSaved?: (saved: SavedAudio) => void;
}

/** Plain JSON. */
export interface SavedAudio {
  readonly version: 1;
  readonly local: LocalAudio;
  /** Our last description. */
  readonly sent: string | null;
  readonly agreed: NegotiatedAudio | null;
}

export type Described =
  | { readonly ok: true; readonly sdp: string }
  | { readonly ok: false; readonly status: number; readonly reason: string };

export interface AudioLine {
  readonly agreed: NegotiatedAudio | null;
  /** Our answer to the peer's offer. */
  answer(offer: string): Described;
  /** Our offer; the agreement stays what it was until its answer is accepted. */
  offer(direction?: Direction): string;
  /** Takes the answer to our last offer; null when it is good, or what is wrong with it. */
  accept(answer: string): string | null;
}

export function createAudioLine(options: AudioLineOptions): AudioLine {
  const { address, port, codecs, sessionId } = options;
  return openAudioLine(
    { version: 1, local: { address, port, codecs, sessionId, version: 1 }, sent: null, agreed: null },
    options,
  );
}

/** A line as it was; nobody is told of its agreement again. */
export function openAudioLine(
  saved: SavedAudio,
  { onAgreed, onSaved }: Pick<AudioLineOptions, 'onAgreed' | 'onSaved'>,
): AudioLine {
  let { local, sent, agreed } = saved;

  function save(): void {
    onSaved?.({ version: 1, local, sent, agreed });
  }

  function agree(audio: NegotiatedAudio): void {
    agreed = audio;
    onAgreed(audio);
    save();
  }

  /** The version rises with what is said, and only then (RFC 3264 8): a session refresh repeats the last description. */
  function describe<T>(make: (side: LocalAudio) => T, textOf: (made: T) => string | null): T {
    const same = make(local);
    if (sent === null || textOf(same) === sent) return same;
    local = reviseLocal(local);
    return make(local);
  }

  return {
    get agreed() {
      return agreed;
    },
    answer(offer) {
      const answered = describe(
        (side) => answerOffer(offer, side),
        (made) => (made.ok ? made.sdp : sent),
      );
      if (!answered.ok) return answered;
      sent = answered.sdp;
      agree(answered.audio);
      return { ok: true, sdp: answered.sdp };
    },
    offer(direction = local.direction ?? 'sendrecv') {
      local = { ...local, direction };
      sent = describe(
        (side) => createOffer(side, sent ?? undefined),
        (made) => made,
      );
      save();
      return sent;
    },
    accept(answer) {
      const accepted = acceptAnswer(answer, local, sent ?? undefined);
      if (!accepted.ok) return accepted.reason;
      agree(accepted.audio);
      return null;
    },
  };
}
