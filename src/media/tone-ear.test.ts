import { describe, expect, it } from 'vitest';
import { dtmfTone } from './tone.ts';
import { ToneEar } from './tone-ear.ts';

interface Sent {
  readonly sequence: number;
  readonly timestamp: number;
  readonly samples: Int16Array;
}

const size = 160;

/** Keys with 100 ms of tone and of silence, as packets of 20 ms, and a second of silence behind. */
function packetsOf(keys: string, toneMs = 100, gapMs = 100): Sent[] {
  const parts = [...keys].flatMap((key) => [dtmfTone(key, toneMs)!, new Int16Array(gapMs * 8)]);
  const samples = Int16Array.from([
    ...new Int16Array(480),
    ...parts.flatMap((part) => [...part]),
    ...new Int16Array(8000),
  ]);
  const packets: Sent[] = [];
  // Near the wrap of both counters.
  for (let at = 0; at + size <= samples.length; at += size)
    packets.push({
      sequence: (65_530 + at / size) & 0xffff,
      timestamp: (2 ** 32 - 1000 + at) >>> 0,
      samples: samples.slice(at, at + size),
    });
  return packets;
}

/** What is heard of packets, each 20 ms behind the one before; null for one that never comes. */
function listen() {
  const told: { digit: string; atMs: number; sinceMs: number; durationMs: number }[] = [];
  let nowMs = 1000;
  const ear = new ToneEar({
    tone: (digit, sinceMs) => told.push({ digit, atMs: nowMs, sinceMs, durationMs: -1 }),
    toneOver: (durationMs) => {
      told.at(-1)!.durationMs = durationMs;
    },
  });
  const pass = (ms: number) => {
    for (const until = nowMs + ms; nowMs < until; ) {
      nowMs += 20;
      ear.tick(nowMs);
    }
  };
  const stand = (ms: number) => {
    nowMs += ms;
    ear.tick(nowMs);
  };
  const take = ({ sequence, timestamp, samples }: Sent, ssrc = 7) =>
    ear.hear(ssrc, sequence, timestamp, samples, samples.length, nowMs);
  const hear = (packets: readonly (Sent | null)[], ssrc = 7) => {
    for (const packet of packets) {
      pass(20);
      if (packet !== null) take(packet, ssrc);
    }
  };
  return { told, ear, hear, take, pass, stand, digits: () => told.map(({ digit }) => digit).join('') };
}

describe('an ear for tones', () => {
  it('tells keys with when they began and how long they were', () => {
    const { told, hear, digits } = listen();
    hear(packetsOf('159D'));
    expect(digits()).toBe('159D');
    for (const { durationMs } of told) expect(Math.abs(durationMs - 100)).toBeLessThanOrEqual(5);
    // The first began 60 ms into the audio, the others 200 ms behind each other; packets arrive when they are complete.
    told.forEach(({ atMs, sinceMs }, i) => {
      expect(Math.abs(atMs - sinceMs - (1000 + 60 + 200 * i))).toBeLessThanOrEqual(8);
    });
  });

  it('puts neighbours back that changed places, wherever that happens', () => {
    const packets = packetsOf('4444');
    for (let at = 0; at < 40; at++) {
      const swapped = [...packets];
      [swapped[at], swapped[at + 1]] = [packets[at + 1]!, packets[at]!];
      const { told, hear, digits } = listen();
      hear(swapped);
      // The very first packet of a stream cannot be known to be missing.
      if (at > 0) expect(told.every(({ durationMs }) => Math.abs(durationMs - 100) <= 5)).toBe(true);
      expect(digits()).toBe('4444');
    }
  });

  it('hears a packet once that comes twice, at once or late', () => {
    const packets = packetsOf('70');
    const { told, hear, digits } = listen();
    hear(packets.flatMap((packet, i) => (i < 5 ? [packet, packet] : [packet, packet, packets[i - 4]!])));
    expect(digits()).toBe('70');
    for (const { durationMs } of told) expect(Math.abs(durationMs - 100)).toBeLessThanOrEqual(5);
  });

  it('neither splits nor forgets a key for one lost packet', () => {
    const packets = packetsOf('258');
    for (let at = 0; at < packets.length - 1; at++) {
      const { hear, digits } = listen();
      hear(packets.map((packet, i) => (i === at ? null : packet)));
      expect(digits(), `without packet ${at}`).toBe('258');
    }
  });

  it('takes a pause of the sender for the end of a tone, and a loss not', () => {
    const tone = dtmfTone('6', 1000)!;
    const packet = (sequence: number, at: number): Sent => ({
      sequence,
      timestamp: at,
      samples: tone.slice(at % 8000, (at % 8000) + size),
    });
    const talk = (first: number, from: number, count: number) =>
      Array.from({ length: count }, (_, i) => packet(first + i, from + i * size));
    // Numbers go on, time leaps by 60 ms.
    const paused = listen();
    paused.hear([...talk(10, 0, 5), null, null, null, ...talk(15, 8 * size, 5)]);
    paused.pass(400);
    expect(paused.digits()).toBe('66');
    // Numbers leap with time.
    const lossy = listen();
    lossy.hear([...talk(10, 0, 5), null, null, null, ...talk(18, 8 * size, 5)]);
    lossy.pass(400);
    expect(lossy.digits()).toBe('6');
    // Comfort noise has the numbers between.
    const noisy = listen();
    noisy.hear(talk(10, 0, 5));
    for (const sequence of [15, 16]) noisy.ear.pass(7, sequence);
    noisy.hear(talk(17, 8 * size, 5));
    noisy.pass(400);
    expect(noisy.digits()).toBe('66');
  });

  it('begins anew with another source, another count or another time', () => {
    const first = packetsOf('1').slice(0, 20);
    for (const change of ['ssrc', 'sequence', 'timestamp'] as const) {
      const { hear, digits } = listen();
      hear(first);
      const second = packetsOf('1').map((packet, i) => ({
        ...packet,
        sequence: (change === 'sequence' ? 30_000 + i : packet.sequence + 20) & 0xffff,
        timestamp: change === 'timestamp' ? (packet.timestamp + 1e8) >>> 0 : (packet.timestamp + 20 * size) >>> 0,
      }));
      hear(second, change === 'ssrc' ? 8 : 7);
      expect(digits(), change).toBe('11');
    }
  });

  it('takes a standstill of its own for no silence of the peer', () => {
    const { told, hear, take, stand } = listen();
    const packets = packetsOf('3', 400);
    hear(packets.slice(0, 10));
    // One look so late, and then all that came meanwhile.
    stand(300);
    const late = packets.slice(10, 25);
    for (const packet of late) take(packet);
    hear(packets.slice(25));
    expect(told).toHaveLength(1);
    expect(Math.abs(told[0]!.durationMs - 400)).toBeLessThanOrEqual(5);
  });

  it('lets a key go when nothing comes any more', () => {
    const { told, hear, pass } = listen();
    hear(packetsOf('3', 400).slice(0, 10));
    expect(told).toMatchObject([{ digit: '3', durationMs: -1 }]);
    pass(300);
    expect(Math.abs(told[0]!.durationMs - 140)).toBeLessThanOrEqual(10);
  });

  it('hears no other press when the line stood still in the middle of one', () => {
    const { told, hear, pass, digits } = listen();
    const packets = packetsOf('337', 200);
    hear(packets.slice(0, 8));
    pass(1500);
    expect(told.map(({ durationMs }) => durationMs > 0)).toEqual([true]);
    hear(packets.slice(8));
    expect(digits()).toBe('337');
    expect(Math.abs(told[2]!.durationMs - 200)).toBeLessThanOrEqual(5);
  });
});
