// Measures: how long after asking a sentence is ready to be played (eSpeak NG, resampling and levelling included), how
// loud it is, and how long decoding takes. Prints a table; fails when a five second sentence takes longer than 150 ms.
//   node bench/speech.ts
import { silentLog } from '../src/base/log.ts';
import { createAudioDecoder } from '../src/media/decode-audio.ts';
import { createEspeak } from '../src/speech/espeak.ts';
import { measureLevelDb } from '../src/speech/level.ts';
import { createSpeech } from '../src/speech/speech.ts';

const targetMs = 150;
const rounds = 15;

const sentences: readonly (readonly [language: string, gender: 'female' | 'male' | null, text: string])[] = [
  ['en-US', null, 'Please enter NUMBER.'],
  ['en-US', 'female', 'Welcome. Press one for sales, two for support, or NUMBER to hear the opening hours again.'],
  ['en-GB', 'male', 'Welcome. Press one for sales, two for support, or NUMBER to hear the opening hours again.'],
  ['ru-RU', null, 'Здравствуйте. Нажмите один для отдела продаж, два для поддержки или NUMBER для оператора.'],
  ['es', null, 'Bienvenido. Pulse uno para ventas, dos para soporte, o NUMBER para hablar con un agente.'],
];

const decoder = createAudioDecoder();
const bootedAt = performance.now();
const engine = createEspeak({ log: silentLog, resample: decoder.resample });
const speech = createSpeech({ engine, log: silentLog });

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const cell = (value: string | number, width: number) => String(value).padStart(width);

async function speak(language: string, gender: 'female' | 'male' | null, text: string) {
  const startedAt = performance.now();
  const { samples } = await speech.speak({ kind: 'speech', text, language, voice: null, gender });
  return { ms: performance.now() - startedAt, samples };
}

await speak('en-US', null, 'ready');
console.log(`engine ready ${Math.round(performance.now() - bootedAt)} ms after its start\n`);
console.log('language gender  seconds  first ms  median ms  worst ms  level dBFS  peak');

let slowest = 0;
for (const [language, gender, text] of sentences) {
  const times: number[] = [];
  let last = new Int16Array(0);
  for (let round = 0; round < rounds; round++) {
    // Another number each time, so that nothing comes out of the cache.
    const { ms, samples } = await speak(language, gender, text.replace('NUMBER', String(round + 3)));
    times.push(ms);
    last = Int16Array.from(samples);
  }
  const peak = last.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const seconds = last.length / 8000;
  if (seconds > 4) slowest = Math.max(slowest, median(times));
  console.log(
    `${language.padEnd(8)} ${String(gender ?? '-').padEnd(6)} ${cell(seconds.toFixed(2), 8)} ${cell(times[0]!.toFixed(0), 9)} ${cell(median(times).toFixed(0), 10)} ${cell(Math.max(...times).toFixed(0), 9)} ${cell((measureLevelDb(last) ?? 0).toFixed(1), 11)} ${cell((peak / 32768).toFixed(2), 5)}`,
  );
}

const cached = await speak('en-US', null, 'ready');
console.log(`\nfrom the cache: ${cached.ms.toFixed(2)} ms`);

const burst = performance.now();
await Promise.all(Array.from({ length: 50 }, (_, n) => speak('en-US', null, `Caller ${n}, please enter your code.`)));
console.log(`50 different short texts at once: ${Math.round(performance.now() - burst)} ms until the last`);

const minute = new Int16Array(44_100 * 60).map((_, n) => 8000 * Math.sin(n / 7));
const resampledAt = performance.now();
await decoder.resample(minute, 44_100);
console.log(`a minute of 44.1 kHz to 8 kHz: ${Math.round(performance.now() - resampledAt)} ms in the worker`);

await speech.close();
await decoder.close();
console.log(
  `\n${slowest <= targetMs ? 'ok' : 'TOO SLOW'}: sentences of about five seconds take ${slowest.toFixed(0)} ms (target ${targetMs})`,
);
process.exitCode = slowest <= targetMs ? 0 : 1;
