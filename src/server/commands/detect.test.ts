import { describe, expect, it } from 'vitest';
import { Random } from '../../media/dtmf/random-rig.ts';
import { pressKeys, throughLine } from '../../media/dtmf/signal-rig.ts';
import { detect } from './detect.ts';

const digits = '0123456789*#ABCD';
const { wave, presses } = pressKeys(new Random('detect'), { digits, toneMs: 60, pauseMs: 60 });
const samples = throughLine(wave, 'ulaw');
const bytes = new Uint8Array(samples.buffer);

async function* inChunks(sizes: readonly number[]) {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    // a copy, so that a chunk may lie at any address
    yield bytes.slice(at, at + size);
    at += size;
  }
}

async function run(sizes: readonly number[], environment: Record<string, string> = {}, detailed = false) {
  const said: string[] = [];
  const out = (text: string) => said.push(text);
  const exitCode = await detect(
    inChunks(sizes),
    { rateHz: 8000, detailed },
    { environment, workingDir: '.', out, err: out },
  );
  expect(exitCode).toBe(0);
  return said.join('\n');
}

describe('keytone detect', () => {
  it('says of each key where it began and when that was known', async () => {
    const lines = (await run([4096])).split('\n').map((line) => line.split(' '));
    expect(lines.map(([digit]) => digit).join('')).toBe(digits);
    for (const [index, [, start, emit]] of lines.entries()) {
      const { startSample } = presses[index]!;
      expect(Math.abs(Number(start) - startSample)).toBeLessThan(32);
      expect(Number(emit) - startSample).toBeLessThanOrEqual(320);
    }
  });

  it('takes chunks that end inside a sample', async () => {
    expect(await run([1, 333, 1, 1, 4097])).toBe(await run([bytes.length]));
  });

  it('knows from its environment which samples were lost', async () => {
    const { startSample, endSample } = presses[3]!;
    const lost = await run([4096], { DTMF_BENCH_GAPS: `${startSample - 50}-${endSample + 50}` });
    expect(lost.split('\n')).toHaveLength(15);
    expect(lost).not.toMatch(/^3/m);
    // a loss inside a key does not hide it
    const bridged = await run([333], {
      DTMF_BENCH_GAPS: `${startSample + 160}-${startSample + 320},99999999-100000000`,
    });
    expect(bridged.split('\n')).toHaveLength(16);
  });

  it('says length and level when asked for details', async () => {
    expect((await run([4096], {}, true)).split('\n')[0]).toMatch(/^0 \d+ \d+ (5[89]|6[01]) ms -1?\d\.\d dBm0$/);
  });

  it('says nothing of silence', async () => {
    const said: string[] = [];
    const terminal = { environment: {}, workingDir: '.', out: (text: string) => said.push(text), err: () => {} };
    const silence = async function* () {
      yield new Uint8Array(32_000);
    };
    await detect(silence(), { rateHz: 16_000, detailed: false }, terminal);
    expect(said).toEqual([]);
  });
});
