// Owns: the process that eSpeak NG runs in. eSpeak NG is under the GPL, version 3, and Keytone is not: so it is never
// loaded into the server, and the two speak by messages only. Imports nothing of the server but types.
import process from 'node:process';
import type { EspeakQuestion, EspeakReply } from './espeak.ts';
import type { EspeakVoice } from './espeak-voice.ts';

interface Espeak {
  get_samplerate(): number;
  list_voices(): EspeakVoice[];
  /** 0 when the voice was found. */
  set_voice(name: string): number;
  set_rate(wordsPerMinute: number): void;
  synthesize(text: string, onAudio: (samples: Int16Array | null) => boolean): void;
}

const reply = (message: EspeakReply) => void process.send?.(message);

// The server has gone: so does this.
process.on('disconnect', () => process.exit(0));
// A ^C in a terminal reaches the whole group; the server says when to end.
process.on('SIGINT', () => {});

const name: string = '@echogarden/espeak-ng-emscripten';
const { default: load } = (await import(name)) as { default: () => Promise<{ eSpeakNGWorker: new () => Espeak }> };
const espeak = new (await load()).eSpeakNGWorker();
const rateHz = espeak.get_samplerate();

function speak(text: string, voice: string, wordsPerMinute: number): Int16Array {
  if (espeak.set_voice(voice) !== 0) espeak.set_voice('en');
  espeak.set_rate(wordsPerMinute);
  const pieces: Int16Array[] = [];
  espeak.synthesize(text, (samples) => {
    if (samples !== null && samples.length > 0) pieces.push(samples);
    return false;
  });
  const whole = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

// The first words cost four times as much, while the compiler warms up; no caller should wait for that.
for (const voice of ['en', 'en-US', 'en-US+f3'])
  speak(
    'Welcome. Please enter your five digit number, then press hash, or wait to be connected to an agent.',
    voice,
    175,
  );

process.on('message', ({ id, text, voice, wordsPerMinute }: EspeakQuestion) => {
  try {
    reply({ id, rateHz, samples: speak(text, voice, wordsPerMinute) });
  } catch (error) {
    reply({ id, fault: error instanceof Error ? error.name : 'unknown' });
  }
});
reply({ voices: espeak.list_voices() });
