import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { Speech } from '../flow/node.ts';
import { createEspeak, type Espeak, type EspeakOptions } from './espeak.ts';
import { chooseVoice, espeakText } from './espeak-voice.ts';

const warnings: string[] = [];
const log: Log = {
  ...silentLog,
  warn: (fields, message) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
};
/** Every third sample is rough, but the length is right; the real one stands in media/. */
const thin: EspeakOptions['resample'] = async (samples, rateHz) =>
  Int16Array.from(
    { length: Math.floor((samples.length * 8000) / rateHz) },
    (_, n) => samples[Math.floor((n * rateHz) / 8000)]!,
  );
const never = new AbortController().signal;

function speech(text: string, more: Partial<Speech> = {}): Speech {
  return { kind: 'speech', text, language: 'en-US', voice: null, gender: null, ...more };
}
const seconds = (samples: Int16Array) => samples.length / 8000;

/** Where the sound repeats itself best, between 70 and 400 Hz. */
function pitchHz(samples: Int16Array): number {
  let best = { lag: 0, sum: 0 };
  for (let lag = 20; lag <= 114; lag++) {
    let sum = 0;
    for (let n = lag; n < samples.length; n++) sum += samples[n]! * samples[n - lag]!;
    if (sum > best.sum) best = { lag, sum };
  }
  return 8000 / best.lag;
}

describe('eSpeak NG in its own process', () => {
  let espeak: Espeak;
  beforeAll(() => {
    espeak = createEspeak({ log, resample: thin });
  });
  afterAll(() => espeak.close());
  const say = (text: string, more: Partial<Speech> = {}) => espeak.speak(speech(text, more), never);

  it('speaks', async () => {
    const samples = await say('Please enter your five digit code, then press hash.');
    expect(seconds(samples)).toBeGreaterThan(2);
    expect(seconds(samples)).toBeLessThan(5);
    expect(Math.max(...samples)).toBeGreaterThan(5000);
  });

  it('speaks the language that is asked for', async () => {
    const word = 'привет';
    const [spoken, spelt] = [seconds(await say(word, { language: 'ru-RU' })), seconds(await say(word))];
    expect(spelt).toBeGreaterThan(1.5 * spoken);
  });

  it('speaks higher as a woman than as a man', async () => {
    const words = 'hello how are you';
    const [woman, man] = [
      pitchHz(await say(words, { gender: 'female' })),
      pitchHz(await say(words, { gender: 'male' })),
    ];
    expect(woman).toBeGreaterThan(1.25 * man);
  });

  it('speaks a language that it lacks with the default voice and says so once', async () => {
    const [plain, other] = [seconds(await say('hello')), seconds(await say('hello', { language: 'xx-YY' }))];
    expect(Math.abs(other - plain)).toBeLessThan(0.1);
    await say('hello again', { language: 'xx-YY' });
    expect(warnings.filter((line) => line.includes('xx-YY'))).toHaveLength(1);
  });

  it('reads markup aloud instead of obeying it', async () => {
    const pause = seconds(await say('a <break time="20s"/> b'));
    expect(pause).toBeGreaterThan(2);
    expect(pause).toBeLessThan(10);
    const plain = seconds(await say('hello'));
    expect(seconds(await say('<voice name="ru"><prosody rate="x-slow">hello</prosody></voice>'))).toBeGreaterThan(
      3 * plain,
    );
    expect(seconds(await say('[[h@loU]]'))).toBeGreaterThan(1.5 * plain);
  });

  it('answers many at once, each with its own', async () => {
    const words = Array.from({ length: 20 }, (_, n) => 'word '.repeat(n + 1));
    const lengths = (await Promise.all(words.map((text) => say(text)))).map(seconds);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(new Set(lengths).size).toBe(20);
  });

  it('comes back when its process is killed, with what waited', async () => {
    const before = espeak.pid!;
    const long = say('This is going to be interrupted. '.repeat(10)).catch((error) => error.code);
    const behind = say('after');
    process.kill(before, 'SIGKILL');
    expect(await long).toBe('speech-failed');
    expect(seconds(await behind)).toBeGreaterThan(0.2);
    expect(espeak.pid).not.toBe(before);
  });
});

describe('the life of the process', () => {
  it('is replaced when it hangs', async () => {
    const timers = new Set<() => void>();
    const clock: Clock = {
      now: () => 0,
      wall: () => 0,
      after(_delayMs, fn) {
        timers.add(fn);
        return { cancel: () => timers.delete(fn) };
      },
    };
    const espeak = createEspeak({ log, resample: thin, clock });
    try {
      await espeak.speak(speech('up'), never);
      const hung = espeak.pid!;
      process.kill(hung, 'SIGSTOP');
      const stuck = espeak.speak(speech('stuck'), never).catch((error) => error.code);
      for (const fire of [...timers]) fire();
      expect(await stuck).toBe('speech-timeout');
      expect(seconds(await espeak.speak(speech('back'), never))).toBeGreaterThan(0.1);
      expect(espeak.pid).not.toBe(hung);
    } finally {
      await espeak.close();
    }
  });

  it('ends with close, and so does what waited', async () => {
    const espeak = createEspeak({ log, resample: thin });
    const pid = espeak.pid!;
    const waiting = espeak.speak(speech('never'), never).catch((error) => error.code);
    await espeak.close();
    expect(await waiting).toBe('speech-closed');
    expect(() => process.kill(pid, 0)).toThrow();
    await expect(espeak.speak(speech('late'), never)).rejects.toMatchObject({ code: 'speech-closed' });
  });

  it('is not asked for what nobody waits for any more', async () => {
    const espeak = createEspeak({ log, resample: thin });
    try {
      const controller = new AbortController();
      const gone = espeak.speak(speech('gone'), controller.signal).catch((error) => error.code);
      controller.abort();
      expect(await gone).toBe('speech-failed');
      expect(seconds(await espeak.speak(speech('next'), never))).toBeGreaterThan(0.1);
    } finally {
      await espeak.close();
    }
  });
});

describe('choosing a voice', () => {
  const voices = [
    {
      identifier: 'gmw/en',
      languages: [
        { name: 'en-gb', priority: 2 },
        { name: 'en', priority: 2 },
      ],
    },
    {
      identifier: 'gmw/en-US',
      languages: [
        { name: 'en-us', priority: 2 },
        { name: 'en', priority: 3 },
      ],
    },
    { identifier: 'roa/es', languages: [{ name: 'es', priority: 5 }] },
    {
      identifier: 'roa/es-419',
      languages: [
        { name: 'es-419', priority: 5 },
        { name: 'es-mx', priority: 6 },
      ],
    },
    { identifier: 'zle/ru', languages: [{ name: 'ru', priority: 5 }] },
    { identifier: 'sit/cmn', languages: [{ name: 'cmn', priority: 5 }] },
  ];
  it.each([
    ['en-US', null, null, 'en-US', true],
    ['en_us', null, 'female', 'en-US+f3', true],
    ['en-AU', null, null, 'en', true],
    ['ru-RU', null, 'male', 'ru+m3', true],
    ['es-MX', 'woman', null, 'es-419+f3', true],
    ['es-ES', 'Polly.Lucia', null, 'es', true],
    ['zh-CN', 'm2', 'female', 'cmn+m2', true],
    ['tlh', null, null, 'en-US', false],
    ['', null, null, 'en-US', false],
    ['../../etc/passwd', '../x', null, 'en-US', false],
  ] as const)('%s, %s, %s is %s', (language, voice, gender, want, exact) => {
    expect(chooseVoice(voices, { language, voice, gender }, 'en-US')).toEqual({ voice: want, exact });
  });

  it('writes text so that nothing in it is a command', () => {
    expect(espeakText('a < b && [[[c]] >')).toBe('a &lt; b &amp;&amp; [ [ [c]] &gt;');
  });
});
