import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEventBlock, eventOfDigit } from './telephone-event-payload.ts';
import { TelephoneEventReceiver } from './telephone-event-receiver.ts';

interface Packet {
  readonly atMs: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly ssrc?: number;
  /** Blocks of event, end, duration; 'audio' for an audio packet. */
  readonly blocks: readonly (readonly [event: number, end: boolean, duration: number])[] | 'audio';
}

type Recalled = Parameters<TelephoneEventReceiver['recall']>[0];

interface Press {
  readonly atMs?: number;
  readonly sequence?: number;
  readonly timestamp?: number;
  readonly ms?: number;
  readonly everyMs?: number;
  readonly marker?: boolean;
  readonly rateHz?: number;
  readonly ends?: number;
  readonly ssrc?: number;
}

/** The packets of one well-made press. */
function press(key: string | number, options: Press = {}): Packet[] {
  const { atMs = 0, sequence = 100, timestamp = 1000, ms = 100, everyMs = 20, marker = true } = options;
  const { rateHz = 8000, ends = 3, ssrc = 1 } = options;
  const event = typeof key === 'number' ? key : eventOfDigit(key);
  const updates = ms / everyMs;
  return Array.from({ length: updates + ends - 1 }, (_, i) => ({
    atMs: atMs + (i + 1) * everyMs,
    sequence: (sequence + i) & 0xffff,
    timestamp,
    marker: marker && i === 0,
    ssrc,
    blocks: [[event, i >= updates - 1, (Math.min(i + 1, updates) * everyMs * rateHz) / 1000]] as const,
  }));
}

const isEnd = ({ blocks }: Packet) => blocks !== 'audio' && blocks[0]![1];
const audio = (atMs: number, sequence: number): Packet => ({
  atMs,
  sequence,
  timestamp: 0,
  marker: false,
  blocks: 'audio',
});

/** What was told: keys, `released after` in ms, `flash`; ticks come every 20 ms and for a second after the last packet. */
function told(packets: readonly Packet[], rateHz = 8000, recalled: Recalled | null = null): string[] {
  const out: string[] = [];
  const receiver = new TelephoneEventReceiver(
    {
      pressed: (digit) => out.push(digit),
      released: (durationMs) => out.push(`${durationMs} ms`),
      flash: () => out.push('flash'),
    },
    rateHz,
  );
  if (recalled !== null) receiver.recall(recalled);
  let nowMs = 0;
  for (const { atMs, sequence, timestamp, marker, ssrc = 1, blocks } of [...packets].sort((a, b) => a.atMs - b.atMs)) {
    for (; nowMs < atMs; nowMs += 20) receiver.tick(nowMs);
    if (blocks === 'audio') {
      receiver.audio(sequence, atMs);
      continue;
    }
    const payload = new Uint8Array(3 + blocks.length * 4);
    for (const [i, [event, end, duration]] of blocks.entries())
      encodeEventBlock(payload, 3 + i * 4, event, end, duration === 0 ? 0 : 10, duration);
    receiver.packet(sequence, timestamp, marker, ssrc, payload, 3, payload.length - 3, atMs);
  }
  for (let i = 0; i < 50; i++) receiver.tick(nowMs + i * 20);
  return out;
}

const keys = (packets: readonly Packet[]) => told(packets).filter((one) => !one.endsWith('ms'));

describe('a press', () => {
  it('is told at its first packet and released, with its length, at its end', () => {
    expect(told(press('5'))).toEqual(['5', '100 ms']);
    expect(told(press('5').slice(0, 1))[0]).toBe('5');
  });

  it('is told whichever one of its packets is the only one to arrive', () => {
    for (const packet of press('7')) expect(keys([packet])).toEqual(['7']);
  });

  it('needs no marker, and is not repeated by one on every packet', () => {
    expect(told(press('7', { marker: false }))).toEqual(['7', '100 ms']);
    expect(told(press('7').map((packet) => ({ ...packet, marker: true })))).toEqual(['7', '100 ms']);
  });

  it('is not told again by its repeated ends, however long the line stood still between them', () => {
    const packets = press('7');
    const firstEnd = packets.findIndex(isEnd);
    for (const lost of [firstEnd, firstEnd + 1, packets.length]) {
      const stalled = packets
        .map((packet, i) => (i > firstEnd ? { ...packet, atMs: packet.atMs + 900 } : packet))
        .filter((_, i) => i !== lost);
      expect(keys(stalled)).toEqual(['7']);
    }
  });

  it('is released at the last duration told when its ends are lost and nothing follows', () => {
    expect(told(press('3').filter((packet) => !isEnd(packet)))).toEqual(['3', '80 ms']);
  });

  it('is released when audio resumes, before the silence is over', () => {
    const packets = press('3').filter((packet) => !isEnd(packet));
    const out: string[] = [];
    const sink = { pressed: () => {}, released: (ms: number) => out.push(`${ms} ms`), flash: () => {} };
    const receiver = new TelephoneEventReceiver(sink);
    const payload = new Uint8Array(4);
    for (const { sequence, timestamp, atMs, blocks } of packets) {
      if (blocks === 'audio') continue;
      encodeEventBlock(payload, 0, ...([blocks[0]![0], false, 10, blocks[0]![2]] as const));
      receiver.packet(sequence, timestamp, false, 1, payload, 0, 4, atMs);
    }
    receiver.audio(50, 190);
    receiver.audio(105, 170);
    expect([out, receiver.isDown]).toEqual([[], true]);
    receiver.audio(106, 180);
    expect([out, receiver.isDown]).toEqual([['80 ms'], false]);
  });

  it('goes on under audio that the sender keeps sending', () => {
    const under = press('5', { ms: 400 }).flatMap((packet, i) => [
      { ...packet, sequence: 100 + 2 * i },
      audio(packet.atMs + 5, 101 + 2 * i),
    ]);
    expect(told(under)).toEqual(['5', '400 ms']);
  });

  it('is released by the next one', () => {
    const first = press('1').filter((packet) => !isEnd(packet));
    const second = press('2', { atMs: 140, sequence: 110, timestamp: 2120 });
    expect(told([...first, ...second])).toEqual(['1', '80 ms', '2', '100 ms']);
  });

  it('is not restarted by what comes late, twice, or out of order', () => {
    const packets = press('4');
    const late = { ...packets[2]!, atMs: 600 };
    const twice = packets.map((packet) => ({ ...packet, atMs: packet.atMs + 1 }));
    const early = { ...packets[4]!, atMs: 45 };
    expect(keys([...packets, ...twice, late])).toEqual(['4']);
    expect(told([...packets.slice(0, 4), early, ...packets.slice(5)])).toEqual(['4', '100 ms']);
  });

  it('that lapsed in a gap is not told again when it goes on', () => {
    const packets = press('9', { ms: 800 });
    expect(keys(packets.filter((_, i) => i < 3 || i > 25))).toEqual(['9']);
  });

  it('of a key that is no key of ours is nothing', () => {
    expect(told(press(70))).toEqual([]);
  });

  it('of the hook is a flash and no key', () => {
    expect(told(press(16))).toEqual(['flash']);
  });
});

describe('what is known of a press', () => {
  /** `digit level`, then `ms lost`. */
  function facts(packets: readonly Packet[], volume = 10): string[] {
    const out: string[] = [];
    const receiver = new TelephoneEventReceiver({
      pressed: (digit, levelDbm0) => out.push(`${digit} ${levelDbm0}`),
      released: (durationMs, lost) => out.push(`${durationMs} ms, ${lost} lost`),
      flash: () => {},
    });
    const payload = new Uint8Array(4);
    for (const { sequence, timestamp, marker, atMs, blocks } of packets) {
      if (blocks === 'audio') receiver.audio(sequence, atMs);
      else {
        encodeEventBlock(payload, 0, blocks[0]![0], blocks[0]![1], volume, blocks[0]![2]);
        receiver.packet(sequence, timestamp, marker, 1, payload, 0, 4, atMs);
      }
    }
    receiver.tick(1e9);
    return out;
  }

  it('is the level that its sender says', () => {
    expect(facts(press('5'), 7)[0]).toBe('5 -7');
    expect(facts(press('5'), 0)[0]).toBe('5 0');
  });

  it('is how many packets are missing inside', () => {
    const packets = press('5', { ms: 200, sequence: 65_531 });
    expect(facts(packets)).toEqual(['5 -10', '200 ms, 0 lost']);
    expect(facts(packets.filter((_, i) => i !== 3 && i !== 4 && i !== 7))[1]).toBe('200 ms, 3 lost');
    // A first end that is lost is missed; what the press began or ended with is not known to be missing.
    expect(facts(packets.filter((_, i) => i !== 9))[1]).toBe('200 ms, 1 lost');
    expect(facts(packets.slice(2, 8))[1]).toBe('160 ms, 0 lost');
  });

  it('does not count what came late or twice, nor audio that runs on under it', () => {
    const packets = press('5', { ms: 200 });
    const [second, third] = [packets[1]!, packets[2]!];
    expect(facts([packets[0]!, third, second, second, third, ...packets.slice(3)])[1]).toBe('200 ms, 0 lost');
    const under = packets.flatMap((packet, i) => [
      { ...packet, sequence: 100 + 2 * i },
      audio(packet.atMs + 5, 101 + 2 * i),
    ]);
    expect(facts(under)[1]).toBe('200 ms, 0 lost');
    expect(facts(under.filter((_, i) => i !== 5 && i !== 8))[1]).toBe('200 ms, 2 lost');
  });
});

describe('two presses', () => {
  const second = { atMs: 200, sequence: 120, timestamp: 2600 };

  it('of one key are two', () => {
    expect(keys([...press('6'), ...press('6', second)])).toEqual(['6', '6']);
  });

  it('of one key are two when the ends of the first and the start of the second are lost', () => {
    const packets = [...press('6').slice(0, 3), ...press('6', second).slice(2)];
    expect(keys(packets)).toEqual(['6', '6']);
  });

  it('of one key are two at 40 ms tones and gaps without markers or audio between', () => {
    const fast = { ms: 40, marker: false };
    expect(keys([...press('6', fast), ...press('6', { ...fast, atMs: 80, sequence: 104, timestamp: 1640 })])).toEqual([
      '6',
      '6',
    ]);
  });

  it('are two when the sender uses one timestamp for both', () => {
    expect(keys([...press('1'), ...press('2', { ...second, timestamp: 1000 })])).toEqual(['1', '2']);
    expect(keys([...press('1'), ...press('1', { ...second, timestamp: 1000 })])).toEqual(['1', '1']);
  });

  it('are two across a wrap of sequence and timestamp', () => {
    const first = press('1', { sequence: 65_530, timestamp: 0xffffff00 });
    expect(keys([...first, ...press('1', { atMs: 200, sequence: 2, timestamp: 1344 })])).toEqual(['1', '1']);
  });

  it('are two when the sender began to count anew in between', () => {
    const first = press('1', { sequence: 50_000, timestamp: 900_000 });
    expect(keys([...first, ...press('1', { atMs: 400, sequence: 3, timestamp: 5 })])).toEqual(['1', '1']);
    expect(keys([...first, ...press('1', { atMs: 400, sequence: 49_990, timestamp: 5, ssrc: 2 })])).toEqual(['1', '1']);
  });

  it('in one payload are told in order, once, however often the payload is repeated', () => {
    const both = (atMs: number, sequence: number): Packet => ({
      atMs,
      sequence,
      timestamp: 1000,
      marker: sequence === 1,
      blocks: [
        [1, true, 800],
        [2, true, 800],
      ],
    });
    expect(told([both(0, 1), both(20, 2), both(40, 3)])).toEqual(['1', '100 ms', '2', '100 ms']);
  });
});

describe('senders in the field', () => {
  it('relays that stamp the ends anew do not make presses', () => {
    const packets = press('1').map((packet, i) => (i > 4 ? { ...packet, timestamp: 1000 + (i - 4) * 160 } : packet));
    expect(keys(packets)).toEqual(['1']);
    expect(keys(packets.filter((_, i) => i !== 5))).toEqual(['1']);
  });

  it('timestamps that run with the packets do not make presses, with losses either', () => {
    const packets = press('2', { ms: 140 }).map((packet, i) => ({ ...packet, timestamp: 1000 + 160 * i }));
    expect(keys(packets)).toEqual(['2']);
    expect(keys(packets.filter((_, i) => i !== 2 && i !== 3))).toEqual(['2']);
  });

  it('a first packet of duration 0 and ends of one sequence number are one press', () => {
    const packets = press('8').map((packet, i): Packet => {
      if (i === 0) return { ...packet, blocks: [[8, false, 0]] };
      return i > 4 ? { ...packet, sequence: 104 } : packet;
    });
    expect(told(packets)).toEqual(['8', '100 ms']);
  });

  it('four zero bytes before the event are no key', () => {
    const padded = press('5').map((packet) =>
      packet.blocks === 'audio' ? packet : { ...packet, blocks: [[0, false, 0] as const, ...packet.blocks] },
    );
    expect(told(padded)).toEqual(['5', '100 ms']);
  });

  it('a clock that is not the negotiated one is measured', () => {
    expect(told(press('5', { ms: 200, rateHz: 48_000 }), 8000)).toEqual(['5', '200 ms']);
    expect(told(press('5', { ms: 200, rateHz: 8000 }), 48_000)).toEqual(['5', '200 ms']);
    expect(told(press('5', { ms: 200, rateHz: 16_000 }), 8000)).toEqual(['5', '200 ms']);
  });

  it('uneven arrival is not taken for another clock', () => {
    const bunched = press('5').map((packet, i) => ({
      ...packet,
      atMs: i === 0 ? 75 : Math.max(80, packet.atMs) + i / 10,
    }));
    expect(told(bunched)).toEqual(['5', '100 ms']);
  });
});

describe('a long press', () => {
  it('is one over its segments, whatever single packet is lost', () => {
    const segments: Packet[] = [];
    let sequence = 0;
    for (const [timestamp, length, end] of [
      [1000, 0xffff, false],
      [1000 + 0xffff, 0xffff, false],
      [1000 + 2 * 0xffff, 9130, true],
    ] as const) {
      for (let duration = 400; ; duration = Math.min(length, duration + 400)) {
        segments.push({
          atMs: sequence * 50,
          sequence: sequence++,
          timestamp,
          marker: sequence === 1,
          blocks: [[5, end && duration === length, duration]],
        });
        if (duration === length) break;
      }
    }
    expect(told(segments)).toEqual(['5', '17525 ms']);
    for (const lost of [163, 164, 165]) expect(keys(segments.filter((_, i) => i !== lost))).toEqual(['5']);
  });

  it('is one when the duration wraps instead', () => {
    const packets = press('5', { ms: 10_000, everyMs: 50 }).map((packet) => {
      const [event, end, duration] = (packet.blocks as Exclude<Packet['blocks'], 'audio'>)[0]!;
      return { ...packet, blocks: [[event, end, duration & 0xffff]] as const };
    });
    expect(told(packets)).toEqual(['5', '10000 ms']);
  });
});

describe('redundant packets (RFC 2198)', () => {
  const redundant = (ended: boolean) => {
    const payload = new Uint8Array(13);
    const offset = 1600;
    payload.set([0x80 | 101, offset >> 6, ((offset & 0x3f) << 2) | 0, 4, 101], 0);
    encodeEventBlock(payload, 5, 1, true, 10, 800);
    encodeEventBlock(payload, 9, 2, ended, 10, ended ? 800 : 160);
    return payload;
  };
  const collect = () => {
    const out: string[] = [];
    const sink = { pressed: (digit: string) => out.push(digit), released: () => out.push('released'), flash: () => {} };
    return { out, receiver: new TelephoneEventReceiver(sink) };
  };

  it('give a press of which nothing else arrived, once', () => {
    const { out, receiver } = collect();
    receiver.redundantPacket(101, 8, 2600, true, 1, redundant(false), 0, 13, 0);
    receiver.redundantPacket(101, 9, 2600, false, 1, redundant(false), 0, 13, 20);
    receiver.redundantPacket(101, 10, 2600, false, 1, redundant(true), 0, 13, 40);
    receiver.redundantPacket(101, 11, 2600, false, 1, redundant(true), 0, 13, 60);
    expect(out).toEqual(['1', 'released', '2', 'released']);
  });

  it('that are cut short are nothing', () => {
    const { out, receiver } = collect();
    for (let length = 0; length < 9; length++)
      receiver.redundantPacket(101, 8, 2600, true, 1, redundant(true), 0, length, 0);
    expect(out).toEqual([]);
  });

  it('of other payload types are passed over', () => {
    const { out, receiver } = collect();
    receiver.redundantPacket(96, 8, 2600, true, 1, redundant(true), 0, 13, 0);
    expect(out).toEqual([]);
  });
});

describe('whatever arrives', () => {
  it('every key of a clean stream is told once under any loss that leaves one packet of each, and any duplication', () => {
    const stream = fc.array(fc.tuple(fc.nat(15), fc.nat(0x7e), fc.boolean()), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(stream, fc.nat(0xffff), fc.nat(0xffffffff), (presses, sequence, timestamp) => {
        const packets = presses.flatMap(([event, lost, twice], i) => {
          const at = { atMs: i * 200, sequence: sequence + i * 12, timestamp: (timestamp + i * 1600) >>> 0 };
          const kept = press(event, at).filter((_, n) => ((lost >> n) & 1) === 0);
          return twice ? kept.flatMap((packet) => [packet, packet]) : kept;
        });
        expect(keys(packets).join('')).toBe(presses.map(([event]) => '0123456789*#ABCD'[event]).join(''));
      }),
    );
  });

  it('presses and releases alternate', () => {
    const packet = fc.record({
      atMs: fc.nat(3000),
      sequence: fc.oneof(fc.nat(8), fc.nat(0xffff)),
      timestamp: fc.oneof(
        fc.nat(3).map((i) => i * 1600),
        fc.nat(0xffffffff),
      ),
      marker: fc.boolean(),
      ssrc: fc.nat(1),
      blocks: fc.array(fc.tuple(fc.nat(255), fc.boolean(), fc.oneof(fc.nat(1600), fc.nat(0xffff))), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 40 }), (packets) => {
        const out = told(packets).filter((one) => one !== 'flash');
        expect(out.every((one, i) => one.endsWith(' ms') === (i % 2 === 1))).toBe(true);
        expect(out.length % 2).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a press that was told before a restart', () => {
  const recalled = { ssrc: 1, timestamp: 1000, event: 5 };

  it('is not told again by anything that comes of it, nor is its end, and the next one is', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffff),
        fc.subarray(press(5, { ms: 400 }), { minLength: 1 }),
        fc.constantFrom(5, 6),
        (sequence, left, event) => {
          const rest = left.map((packet) => ({ ...packet, sequence: (sequence + packet.sequence) & 0xffff }));
          const next = press(event, { atMs: 2000, timestamp: 9000, sequence: (sequence + 400) & 0xffff });
          expect(told([...rest, ...next], 8000, recalled)).toEqual([String(event), '100 ms']);
        },
      ),
    );
  });

  it('is not told again in its next segment', () => {
    const long = (timestamp: number, sequence: number, end: boolean): Packet => ({
      atMs: sequence * 20,
      sequence,
      timestamp,
      marker: false,
      blocks: [[5, end, 8000]],
    });
    expect(told([long(1000 + 0xffff, 1, false), long(1000 + 0xffff, 2, true)], 8000, recalled)).toEqual([]);
  });

  it('is remembered as what it was', () => {
    const sink = { pressed: () => {}, released: () => {}, flash: () => {} };
    const receiver = new TelephoneEventReceiver(sink);
    expect(receiver.told).toBe(null);
    const payload = new Uint8Array(4);
    encodeEventBlock(payload, 0, 5, false, 10, 160);
    receiver.packet(1, 1000, true, 77, payload, 0, 4, 0);
    expect(receiver.told).toEqual({ ssrc: 77, timestamp: 1000, event: 5 });
    receiver.reset(8000);
    expect(receiver.told).toBe(null);
  });
});
