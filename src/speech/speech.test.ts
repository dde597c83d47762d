import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import type { Speech } from '../flow/node.ts';
import type { SpeechEngine } from './engine.ts';
import { createSpeech, type SpeechOptions } from './speech.ts';
import { createSpeechFolder } from './speech-folder.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const path of folders.splice(0)) await rm(path, { recursive: true });
});

/** Speaks a tenth of a second for each word, when told to. */
function wordEngine(settings = '') {
  const spoken: string[] = [];
  const signals: AbortSignal[] = [];
  const gate: { open: Promise<void> } = { open: Promise.resolve() };
  const engine: SpeechEngine = {
    name: 'words',
    settings,
    async speak({ text }, signal) {
      spoken.push(text);
      signals.push(signal);
      await gate.open;
      if (text.includes('fail')) throw new Error('broken');
      if (text.includes('busy')) throw new CodedError('speech-timeout', 'Too slow.');
      return new Int16Array(800 * text.split(' ').length).map((_, n) => 3000 * Math.sin(n / 4));
    },
    async close() {},
  };
  return { engine, spoken, signals, gate };
}

function speech(text: string, more: Partial<Speech> = {}): Speech {
  return { kind: 'speech', text, language: 'en-US', voice: null, gender: null, ...more };
}

function source(options: Partial<SpeechOptions> & { engine: SpeechEngine }) {
  return createSpeech({ log: silentLog, ...options });
}

describe('speech', () => {
  it('is spoken once and kept', async () => {
    const { engine, spoken } = wordEngine();
    const { speak } = source({ engine });
    const first = await speak(speech('one two'));
    expect(first.samples).toHaveLength(1600);
    expect((await speak(speech(' one\ntwo '))).samples).toBe(first.samples);
    expect(spoken).toEqual(['one two']);
  });

  it('is another clip when anything that is heard differs', async () => {
    const { engine } = wordEngine();
    const asked = [
      speech('one'),
      speech('one.'),
      speech('one', { language: 'ru-RU' }),
      speech('one', { voice: 'f2' }),
      speech('one', { gender: 'male' }),
    ];
    const keys = [];
    for (const one of asked) keys.push((await source({ engine }).speak(one)).key);
    keys.push((await source({ engine: wordEngine('faster').engine }).speak(speech('one'))).key);
    expect(new Set(keys).size).toBe(6);
    expect((await source({ engine }).speak(speech('one'))).key).toBe(keys[0]);
    expect(keys.join()).not.toContain('one');
  });

  it('is spoken once for all who ask meanwhile, and given up when all have gone', async () => {
    const { engine, spoken, signals, gate } = wordEngine();
    let open = () => {};
    gate.open = new Promise((resolve) => {
      open = resolve;
    });
    const { speak } = source({ engine });
    const [a, b] = [new AbortController(), new AbortController()];
    const both = [speak(speech('one'), a.signal), speak(speech('one'), b.signal)].map((wait) =>
      wait.catch((error) => error.code),
    );
    a.abort();
    expect(await both[0]).toBe('speech-failed');
    expect(signals[0]!.aborted).toBe(false);
    b.abort();
    await both[1];
    expect(signals[0]!.aborted).toBe(true);
    const again = speak(speech('one'));
    open();
    expect((await again).samples).toHaveLength(800);
    expect(spoken).toHaveLength(2);
  });

  it('has no samples for an empty text and asks no engine', async () => {
    const { engine, spoken } = wordEngine();
    expect((await source({ engine }).speak(speech(' \u0000\n'))).samples).toHaveLength(0);
    expect(spoken).toEqual([]);
  });

  it('is spoken in pieces when long, and refused when far too long', async () => {
    const { engine, spoken } = wordEngine();
    const { speak } = source({ engine });
    const { samples } = await speak(speech('This is a sentence of eight words all told. '.repeat(50)));
    expect(samples).toHaveLength(800 * 9 * 50);
    expect(spoken.length).toBeGreaterThan(4);
    await expect(speak(speech('word '.repeat(3000)))).rejects.toMatchObject({ code: 'speech-too-long' });
  });

  it('fails with a code, is not kept, and is tried again', async () => {
    const { engine, spoken } = wordEngine();
    const { speak } = source({ engine });
    await expect(speak(speech('fail'))).rejects.toMatchObject({ code: 'speech-failed' });
    await expect(speak(speech('busy'))).rejects.toMatchObject({ code: 'speech-timeout' });
    await expect(speak(speech('fail'))).rejects.toMatchObject({ code: 'speech-failed' });
    expect(spoken).toHaveLength(3);
  });

  it('stays within its bytes, dropping what was used longest ago', async () => {
    const { engine, spoken } = wordEngine();
    const made = source({ engine, cacheBytes: 4000 });
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) {
      await made.speak(speech(text));
      expect(made.cachedBytes).toBeLessThanOrEqual(4000);
    }
    expect(spoken).toEqual(['a', 'b', 'c', 'b']);
  });
});

describe('the speech folder', () => {
  async function folder(maxBytes: number) {
    const path = await mkdtemp(join(tmpdir(), 'keytone-'));
    folders.push(path);
    return { path, folder: createSpeechFolder(path, maxBytes, silentLog) };
  }

  it('outlives the memory', async () => {
    const { engine, spoken } = wordEngine();
    const { folder: kept } = await folder(1_000_000);
    const first = await source({ engine, folder: kept }).speak(speech('one two'));
    const second = await source({ engine, folder: kept }).speak(speech('one two'));
    expect(second.samples).toEqual(first.samples);
    expect(spoken).toHaveLength(1);
  });

  it('stays within its bytes', async () => {
    const { path, folder: kept } = await folder(5000);
    for (let n = 0; n < 8; n++) await kept.write(`k${n}`, new Int16Array(800));
    expect((await readdir(path)).length).toBeLessThanOrEqual(3);
    expect(await kept.read('k7')).toHaveLength(800);
    expect(await kept.read('k0')).toBeNull();
  });

  it('is no loss when it cannot be used', async () => {
    const { path } = await folder(1);
    await writeFile(join(path, 'file'), '');
    const { engine } = wordEngine();
    const broken = createSpeechFolder(join(path, 'file'), 1000, silentLog);
    expect((await source({ engine, folder: broken }).speak(speech('one'))).samples).toHaveLength(800);
  });
});
