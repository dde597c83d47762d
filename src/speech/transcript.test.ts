import { describe, expect, it } from 'vitest';
import { transcribeSound } from './transcript.ts';
import type { TranscriptionEngine } from './transcription-engine.ts';

const perSecond = 8000;
const never = new AbortController().signal;

/** One part for each piece, which says how long it is; and all that was sent. */
function createEngine() {
  const sent: Int16Array[] = [];
  const engine: TranscriptionEngine = {
    name: 'test',
    async transcribe(samples) {
      sent.push(samples);
      const endMs = samples.length / 8;
      return { language: 'english', parts: [{ startMs: 0, endMs, text: `${sent.length}`, confidence: null }] };
    },
    async close() {},
  };
  return { engine, sent };
}

const soundOf = (channels: number, samples: Int16Array) => ({
  channels,
  frames: samples.length / channels,
  read: async (from: number, to: number) => samples.slice(from * channels, to * channels),
});

describe('a whole recording', () => {
  it('is cut where it is quiet, and nothing of it is lost', async () => {
    const samples = new Int16Array(250 * perSecond).fill(5000);
    // A pause of half a second before the first piece is full.
    samples.fill(0, 110 * perSecond, 110.5 * perSecond);
    const { engine, sent } = createEngine();
    const { parts } = await transcribeSound(soundOf(1, samples), engine, null, never);
    expect(sent.reduce((sum, piece) => sum + piece.length, 0)).toBe(samples.length);
    const cuts = parts.map(({ startMs }) => startMs);
    expect(cuts[0]).toBe(0);
    expect(cuts[1]).toBeGreaterThan(110_000);
    expect(cuts[1]).toBeLessThan(110_500);
    for (const [n, part] of parts.entries()) expect(part.startMs).toBe(n === 0 ? 0 : parts[n - 1]!.endMs);
    expect(parts.at(-1)!.endMs).toBe(250_000);
    expect(Math.max(...sent.map((piece) => piece.length))).toBeLessThanOrEqual(120 * perSecond);
  });

  it('has a speaker on each channel, and silence is not sent', async () => {
    const samples = new Int16Array(2 * perSecond * 2);
    for (let frame = 0; frame < 2 * perSecond; frame++) samples[frame * 2 + 1] = 3000 + (frame % 7);
    const { engine, sent } = createEngine();
    const said = await transcribeSound(soundOf(2, samples), engine, null, never);
    expect(said).toMatchObject({ channels: 2, language: 'english', parts: [{ channel: 1, startMs: 0, endMs: 2000 }] });
    expect(sent).toHaveLength(1);
    expect([...sent[0]!.subarray(0, 9)]).toEqual([3000, 3001, 3002, 3003, 3004, 3005, 3006, 3000, 3001]);
  });

  it('of nothing at all is told without anybody being asked', async () => {
    const { engine, sent } = createEngine();
    expect(await transcribeSound(soundOf(1, new Int16Array(0)), engine, null, never)).toMatchObject({ parts: [] });
    expect(sent).toEqual([]);
  });
});
