// Owns: which decoder a sound needs, found by looking at it first and at its type or name second, and the message when
// there is none.
import { CodedError } from '../base/errors.ts';
import { createDecodeSink, type DecodeSink } from './decode-sink.ts';
import { alawSample, ulawSample } from './g711.ts';
import { decodeMp3, findMp3 } from './mp3.ts';
import { telephoneRateHz } from './resample.ts';
import { isWav, parseWav } from './wav-reader.ts';

/** What the source says about the sound. G.711 without a header has nothing but this. */
export interface SoundHint {
  readonly contentType: string | null;
  /** URL or file name. */
  readonly name: string | null;
}

const pieceFrames = 64 * 1024;

const rawTypes: Readonly<Record<string, 'ulaw' | 'alaw'>> = {
  'audio/basic': 'ulaw',
  'audio/pcmu': 'ulaw',
  'audio/ulaw': 'ulaw',
  'audio/x-ulaw': 'ulaw',
  'audio/mulaw': 'ulaw',
  'audio/x-mulaw': 'ulaw',
  'audio/pcma': 'alaw',
  'audio/alaw': 'alaw',
  'audio/x-alaw': 'alaw',
};
const rawExtensions: Readonly<Record<string, 'ulaw' | 'alaw'>> = {
  ulaw: 'ulaw',
  ul: 'ulaw',
  mulaw: 'ulaw',
  pcmu: 'ulaw',
  raw: 'ulaw',
  alaw: 'alaw',
  al: 'alaw',
  pcma: 'alaw',
};

/** Long enough that G.711 does not start so by chance. */
const sureSignatures: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^OggS/, 'Ogg (Vorbis or Opus)'],
  [/^fLaC/, 'FLAC'],
  [/^.{4}ftyp/s, 'MP4 or M4A (AAC)'],
  [/^FORM.{4}AIF/s, 'AIFF'],
  [/^.E\xdf\xa3/s, 'WebM or Matroska'],
  [/^\.snd/, 'Sun AU'],
  [/^#!AMR/, 'AMR'],
  [/^0&\xb2u/, 'Windows Media'],
  [/^caff/, 'Core Audio'],
  [/^\s*<(!doctype html|html|head|body)/i, 'an HTML page'],
  [/^\s*<\?xml/i, 'an XML document'],
  [/^\s*\{\s*"/, 'a JSON document'],
];
const signatures: typeof sureSignatures = [
  ...sureSignatures,
  [/^\xff[\xf0\xf1\xf8\xf9]/, 'AAC (ADTS)'],
  [/^\s*<[!a-z]/i, 'an XML document'],
  [/^\s*[{[]/, 'a JSON document'],
];

function rawKind(hint: SoundHint): 'ulaw' | 'alaw' | undefined {
  const type = (hint.contentType ?? '').split(';')[0]!.trim().toLowerCase();
  if (rawTypes[type] !== undefined) return rawTypes[type];
  const path = (hint.name ?? '').split(/[?#]/)[0]!;
  return rawExtensions[/\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''];
}

function unknown(bytes: Uint8Array, hint: SoundHint): CodedError {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  const found = signatures.find(([pattern]) => pattern.test(start))?.[1] ?? hint.contentType?.split(';')[0];
  return new CodedError(
    'media-format-unknown',
    `The sound is ${found ?? 'in a format that is not known'}; WAV, MP3 and raw G.711 (.ulaw, .alaw) can be played.`,
  );
}

/** 8 kHz mono samples. Rejects with CodedError media-*. `breathe` is awaited often. */
export async function decodeSound(
  bytes: Uint8Array,
  hint: SoundHint,
  breathe: () => Promise<void> = async () => {},
): Promise<Int16Array<ArrayBuffer>> {
  if (bytes.length === 0) throw new CodedError('media-format-broken', 'The sound is empty: 0 bytes.');
  const sink = createDecodeSink();
  if (isWav(bytes)) {
    const wav = parseWav(bytes);
    if (wav.rateHz > 0) sink.announce((wav.frames * 1000) / wav.rateHz);
    for (let at = 0; at < wav.frames; at += pieceFrames) {
      sink.push(wav.rateHz, wav.read(at, at + pieceFrames));
      await breathe();
    }
    return sink.end();
  }
  const raw = rawKind(hint);
  // Any bytes are G.711, an error page too; what announces itself as something else is not taken for it.
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (raw !== undefined && !sureSignatures.some(([pattern]) => pattern.test(start))) {
    await decodeRaw(bytes, raw, sink, breathe);
    return sink.end();
  }
  if (raw === undefined && findMp3(bytes) >= 0) {
    await decodeMp3(bytes, sink, breathe);
    return sink.end();
  }
  throw unknown(bytes, hint);
}

async function decodeRaw(bytes: Uint8Array, kind: 'ulaw' | 'alaw', sink: DecodeSink, breathe: () => Promise<void>) {
  const sample = kind === 'ulaw' ? ulawSample : alawSample;
  for (let at = 0; at < bytes.length; at += pieceFrames) {
    sink.push(
      telephoneRateHz,
      Float32Array.from(bytes.subarray(at, at + pieceFrames), (code) => sample(code) / 32768),
    );
    await breathe();
  }
}
