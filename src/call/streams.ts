// Owns: the streams of one call: each the caller's tapped audio on its way to a websocket, and what comes back on its way to
// the caller. Told to the tape once each: begun or failed, then over. Does not: know the words on the socket (a dialect does)
// or how it is opened (hooks/).
import type { CallFacts } from '../flow/report.ts';
import { ulawSample } from '../media/g711.ts';
import type { MediaEvent, MediaSession } from '../media/plane.ts';
import { createResampler, type Resampler, telephoneRateHz } from '../media/resample.ts';
import type { Effect } from './effect.ts';
import type { WorldEvent } from './event.ts';

export type StreamStart = Extract<Effect, { type: 'stream.start' }>;

/** Audio of the other end. 16-bit samples are little-endian; channels follow one another. */
export interface SpokenAudio {
  readonly encoding: 'pcmu' | 'pcm16';
  readonly rateHz: number;
  readonly channels: number;
  readonly bytes: Uint8Array;
}

export interface StreamHandlers {
  onOpen(): void;
  onSpoken(audio: SpokenAudio): void;
  /** What was said and is not heard yet is to be forgotten. */
  onHush(): void;
  /** Once; nothing follows. */
  onEnd(cause: 'closed' | 'connection-error' | 'error', message: string): void;
}

export interface StreamSocket {
  send(track: 'inbound' | 'outbound', audio: Uint8Array): void;
  /** → onEnd, when the other end knows. */
  close(): void;
}

export type OpenStream = (stream: StreamStart, call: CallFacts, handlers: StreamHandlers) => StreamSocket;

export interface Streams {
  start(session: MediaSession | null, effect: StreamStart): void;
  /** One of a killed process: opened anew, under the same name. */
  resume(session: MediaSession | null, effect: StreamStart): void;
  stop(stream: string): void;
  onAudio(event: Extract<MediaEvent, { type: 'tapped' }>): void;
  close(): void;
}

export interface StreamsOptions {
  readonly open: OpenStream;
  readonly facts: () => CallFacts;
  readonly put: (event: WorldEvent) => void;
}

export function createStreams({ open, facts, put }: StreamsOptions): Streams {
  const sockets = new Map<string, StreamSocket>();

  function begin(session: MediaSession | null, effect: StreamStart, begun: boolean): void {
    const { stream, tracks, mode } = effect;
    let told = begun;
    const over = (cause: 'closed' | 'connection-error' | 'error', message: string): void => {
      if (!sockets.delete(stream)) return;
      session?.untap(stream);
      if (mode === 'both-ways') session?.hush();
      if (told) put({ type: 'stream.ended', stream, cause, message });
      else put({ type: 'stream.failed', stream, message });
    };
    const voice = createVoice((samples) => session?.say(samples));
    const socket = open(effect, facts(), {
      onOpen() {
        session?.tap(stream, tracks);
        if (!told) put({ type: 'stream.started', stream });
        told = true;
      },
      onSpoken(audio) {
        if (mode === 'both-ways') voice.hear(audio);
      },
      onHush() {
        if (mode === 'both-ways') session?.hush();
      },
      onEnd: over,
    });
    sockets.set(stream, socket);
  }

  return {
    start: (session, effect) => begin(session, effect, false),
    resume: (session, effect) => begin(session, effect, true),
    stop: (stream) => sockets.get(stream)?.close(),
    onAudio: ({ id, track, audio }) => sockets.get(id)?.send(track, audio),
    close() {
      for (const socket of [...sockets.values()]) socket.close();
    },
  };
}

/** Whatever comes, as samples of a telephone. Pieces of one rate follow one another without a seam. */
function createVoice(say: (samples: Int16Array) => void): { hear(audio: SpokenAudio): void } {
  let resampler: Resampler | null = null;
  let rate = 0;
  return {
    hear(audio) {
      const samples = samplesOf(audio);
      if (audio.rateHz === telephoneRateHz) {
        say(Int16Array.from(samples));
        return;
      }
      if (resampler === null || rate !== audio.rateHz) resampler = createResampler(audio.rateHz);
      rate = audio.rateHz;
      say(resampler.push(Float32Array.from(samples, (sample) => sample / 32768)));
    },
  };
}

/** The channels mixed into one. */
function samplesOf({ encoding, channels, bytes }: SpokenAudio): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = encoding === 'pcmu' ? 1 : 2;
  const frames = Math.floor(bytes.length / (width * channels));
  const mixed = new Float32Array(frames);
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      const at = (frame * channels + channel) * width;
      sum += encoding === 'pcmu' ? ulawSample(bytes[at]!) : view.getInt16(at, true);
    }
    mixed[frame] = sum / channels;
  }
  return mixed;
}
