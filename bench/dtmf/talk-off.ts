// Owns: hours of sound without keys, and how many keys are heard in it. Levels and µ-law as on a telephone line.
// Does not: say what rate is good.
import { silentLog } from '../../src/base/log.ts';
import { createAudioDecoder } from '../../src/media/decode-audio.ts';
import { listen } from '../../src/media/dtmf/listen-rig.ts';
import { Random } from '../../src/media/dtmf/random-rig.ts';
import { throughLine } from '../../src/media/dtmf/signal-rig.ts';
import { level, playChords, talk } from '../../src/media/dtmf/voice-rig.ts';
import { createEspeak } from '../../src/speech/espeak.ts';
import { createSpeech } from '../../src/speech/speech.ts';

export interface TalkOff {
  readonly hits: number;
  readonly hours: number;
}

const count = (wave: Float64Array): number => listen(throughLine(wave, 'ulaw')).length;

/** A new voice each minute. */
export function inVoices(seed: string, hours: number): TalkOff {
  return minutes(hours, (minute) => talk(`${seed} ${minute}`, 60));
}

export function inChords(seed: string, hours: number): TalkOff {
  return minutes(hours, (minute) => playChords(`${seed} ${minute}`, 60));
}

function minutes(hours: number, make: (minute: number) => Float64Array): TalkOff {
  let hits = 0;
  for (let minute = 0; minute < 60 * hours; minute++) hits += count(make(minute));
  return { hits, hours };
}

const words =
  'account balance press one two three four five six seven eight nine zero star pound hash please enter your number ' +
  'followed by the key to continue hold the line an agent will be with you shortly thank you for calling yes no maybe ' +
  'hello operator billing support sales invoice order monday saturday weather yellow mother father water river mountain ' +
  'garden evening cheese leave see moon blue soon room lose hallo danke prego amigo gracias bonjour arrivederci';
const languages = ['en-US', 'en-GB', 'de', 'fr', 'es', 'it', 'pt', 'ru', 'pl', 'nl', 'sv', 'tr', 'fi', 'el'];

/** What the server's own voice says: words by chance, in many languages, by women and men. */
export async function inSpeech(seed: string, hours: number): Promise<TalkOff> {
  const random = new Random(`speech ${seed}`);
  const vocabulary = words.split(' ');
  const { resample } = createAudioDecoder();
  const engine = createEspeak({ log: silentLog, resample });
  const speech = createSpeech({ engine, log: silentLog });
  let hits = 0;
  let heard = 0;
  while (heard < 3600 * hours) {
    const said = Array.from({ length: 60 }, () =>
      random.next() < 0.2 ? String(random.below(10 ** (1 + random.below(5)))) : random.pick(vocabulary),
    );
    const { samples } = await speech.speak({
      kind: 'speech',
      text: `${said.join(' ')}.`,
      language: random.pick(languages),
      voice: null,
      gender: random.pick(['female', 'male'] as const),
    });
    hits += count(level(Float64Array.from(samples), -15));
    heard += samples.length / 8000;
  }
  return { hits, hours: heard / 3600 };
}
