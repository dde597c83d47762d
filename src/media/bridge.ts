// hot path
// Owns: what one side of a bridge hands to the other, and the mixing of linear audio. A session hears its bridged partner
// through a BridgeInput on its own clock; a partner in another worker sits behind a MessagePort and looks the same.
// Audio passes as linear samples, decoded once where it came in and encoded once where it leaves: between two of the same
// law that gives back the same bytes (but for µ-law's minus zero), and a prompt can be mixed in at any moment.
// Does not: choose partners, or mix more than two (room-mixer.ts).
import type { MessagePort } from 'node:worker_threads';
import { JitterBuffer } from './jitter-buffer.ts';

/** What a session hears on its own clock. */
export interface Heard {
  /** Writes the next `count` samples. */
  take(into: Int16Array, count: number): void;
}

export interface BridgePeer {
  /** A packet of the caller's audio; `samples` are good during the call only. */
  audio(ssrc: number, sequence: number, timestamp: number, samples: Int16Array, count: number): void;
  /** The caller pressed a key that is not in the audio. */
  key(digit: string): void;
  /** The caller's audio holds this key, about now. */
  sounds(digit: string): void;
  /** The partner left the bridge. */
  gone(): void;
}

/** Adds `voice` to `mixed`, saturating. */
export function mixInto(mixed: Int16Array, voice: Int16Array, count: number): void {
  for (let i = 0; i < count; i++) {
    mixed[i] = Math.max(-32768, Math.min(32767, mixed[i]! + voice[i]!));
  }
}

/** A sender's audio put back on a clock of ours. */
export class Ear {
  readonly #buffer = new JitterBuffer();
  #ssrc = -1;

  put(ssrc: number, sequence: number, timestamp: number, samples: Int16Array, count: number): void {
    if (ssrc !== this.#ssrc) this.#buffer.reset();
    this.#ssrc = ssrc;
    this.#buffer.put(sequence, timestamp, samples, 0, count);
  }

  /** A packet without audio has this number. */
  pass(sequence: number): void {
    this.#buffer.pass(sequence);
  }

  /** Writes the next `count` samples, silence where there are none. */
  take(into: Int16Array, count: number): void {
    this.#buffer.take(into, 0, count);
  }
}

/** The partner as this session hears it. */
export class BridgeInput implements BridgePeer, Heard {
  readonly #ear = new Ear();
  readonly #onKey: (digit: string) => void;
  readonly #onSounds: (digit: string) => void;
  readonly #onGone: () => void;

  constructor(onKey: (digit: string) => void, onSounds: (digit: string) => void, onGone: () => void) {
    this.#onKey = onKey;
    this.#onSounds = onSounds;
    this.#onGone = onGone;
  }

  audio(ssrc: number, sequence: number, timestamp: number, samples: Int16Array, count: number): void {
    this.#ear.put(ssrc, sequence, timestamp, samples, count);
  }

  take(into: Int16Array, count: number): void {
    this.#ear.take(into, count);
  }

  key(digit: string): void {
    this.#onKey(digit);
  }

  sounds(digit: string): void {
    this.#onSounds(digit);
  }

  gone(): void {
    this.#onGone();
  }
}

type PortMessage =
  | { readonly ssrc: number; readonly sequence: number; readonly timestamp: number; readonly samples: Int16Array }
  | { readonly key: string }
  | { readonly sounds: string };

/** A partner in another worker: what it says comes to `input`, what it is told goes through the port. */
export function bridgeOverPort(port: MessagePort, input: BridgePeer): BridgePeer {
  const post = (message: PortMessage) => port.postMessage(message);
  port.on('message', (message: PortMessage) => {
    if ('samples' in message) {
      const { ssrc, sequence, timestamp, samples } = message;
      input.audio(ssrc, sequence, timestamp, samples, samples.length);
    } else if ('key' in message) {
      input.key(message.key);
    } else {
      input.sounds(message.sounds);
    }
  });
  port.on('close', () => input.gone());
  return {
    audio: (ssrc, sequence, timestamp, samples, count) =>
      // a copy of this packet only, not of the scratch space it lies in
      post({ ssrc, sequence, timestamp, samples: samples.slice(0, count) }),
    key: (digit) => post({ key: digit }),
    sounds: (digit) => post({ sounds: digit }),
    gone: () => port.close(),
  };
}
