import { describe, expect, it } from 'vitest';
import { type Paced, Pacer } from './pacer.ts';

class Stream implements Paced {
  everyMs: number;
  readonly pacer: Paced['pacer'] = { next: null, phase: 0, state: 'idle' };
  /** When each packet was due. */
  readonly due: number[] = [];
  readonly behind: number[] = [];
  readonly skippedBehind: number[] = [];
  readonly #clock: { now: number };

  constructor(clock: { now: number }, everyMs = 20) {
    this.#clock = clock;
    this.everyMs = everyMs;
  }

  onDue(behindMs: number): void {
    this.behind.push(behindMs);
    this.due.push(Math.floor(this.#clock.now) - behindMs);
  }

  onSkipped(behindMs: number): void {
    this.skippedBehind.push(behindMs);
  }
}

/** A pacer on a clock that the test moves; started at a time with a fraction, as real ones are. */
function paced(): { clock: { now: number }; pacer: Pacer; to: (ms: number) => void } {
  const clock = { now: 1000 };
  const pacer = new Pacer(clock.now);
  return {
    clock,
    pacer,
    to(ms) {
      clock.now = ms;
      pacer.advance(ms);
    },
  };
}

describe('the pacer', () => {
  for (const everyMs of [10, 20, 30, 40, 60]) {
    it(`keeps packet n of a stream at t0 + n * ${everyMs} whenever it is woken`, () => {
      const { clock, pacer, to } = paced();
      const stream = new Stream(clock, everyMs);
      pacer.add(stream, clock.now);
      for (let ms = 1000; ms < 11_000; ms += 0.7 + ((ms * 7) % 9)) to(ms);
      const first = stream.due[0]!;
      expect(stream.due).toEqual(Array.from(stream.due, (_, n) => first + n * everyMs));
      expect(stream.due.length).toBeGreaterThan(9900 / everyMs);
      expect(stream.skippedBehind).toEqual([]);
    });
  }

  it('spreads 100 streams five to a phase and has each wake carry five packets', () => {
    const { clock, pacer, to } = paced();
    const streams = Array.from({ length: 100 }, () => new Stream(clock));
    for (const stream of streams) pacer.add(stream, clock.now);
    for (let ms = 1001; ms <= 1040; ms++) {
      const before = streams.reduce((sum, stream) => sum + stream.due.length, 0);
      to(ms);
      expect(streams.reduce((sum, stream) => sum + stream.due.length, 0) - before).toBe(5);
    }
  });

  it('fills the phases that departed streams left', () => {
    const { clock, pacer } = paced();
    const streams = Array.from({ length: 20 }, () => new Stream(clock));
    for (const stream of streams) pacer.add(stream, clock.now);
    pacer.remove(streams[7]!);
    const late = new Stream(clock);
    pacer.add(late, clock.now);
    expect(late.pacer.phase).toBe(streams[7]!.pacer.phase);
  });

  it('sends packets up to 60 ms late, skips older ones, and stays on the grid', () => {
    const { clock, pacer, to } = paced();
    const stream = new Stream(clock);
    pacer.add(stream, clock.now);
    to(1001);
    expect(stream.behind).toEqual([0]);
    to(1201);
    expect(stream.skippedBehind).toEqual([180, 160, 140, 120, 100, 80]);
    expect(stream.behind).toEqual([0, 60, 40, 20, 0]);
    to(1221);
    expect(stream.due.at(-1)).toBe(1221);
  });

  it('goes on from here after the machine stood still', () => {
    const { clock, pacer, to } = paced();
    const stream = new Stream(clock);
    pacer.add(stream, clock.now);
    to(1001);
    to(3_600_000);
    expect(stream.skippedBehind).toEqual([]);
    const sent = stream.due.length;
    for (let ms = 3_600_001; ms <= 3_600_200; ms++) to(ms);
    expect(stream.due.length - sent).toBe(10);
  });

  it('visits a removed stream no more, and a stream added again before it left once a turn', () => {
    const { clock, pacer, to } = paced();
    const stream = new Stream(clock);
    const other = new Stream(clock);
    pacer.add(stream, clock.now);
    pacer.add(other, clock.now);
    to(1020);
    pacer.remove(stream);
    pacer.remove(other);
    pacer.add(other, clock.now);
    to(1060);
    expect(stream.due.length).toBe(1);
    expect(other.due.length).toBe(3);
    expect(pacer.count).toBe(1);
  });

  it('says how long nothing is due', () => {
    const { clock, pacer, to } = paced();
    expect(pacer.nextDelayMs(1000)).toBe(-1);
    pacer.add(new Stream(clock), clock.now);
    expect(pacer.nextDelayMs(1000.25)).toBe(0.75);
    to(1001.5);
    expect(pacer.nextDelayMs(1001.5)).toBe(19.5);
    expect(pacer.nextDelayMs(1500)).toBe(0);
  });
});
