import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JitterBuffer } from './jitter-buffer.ts';

const frame = (value: number, count = 160) => new Int16Array(count).fill(value);

/** Puts one 20 ms packet; its samples all hold `value`. */
function put(buffer: JitterBuffer, index: number, value = index + 1, from = 0) {
  return buffer.put((from + index) & 0xffff, (from * 160 + index * 160) >>> 0, frame(value), 0, 160);
}

function take(buffer: JitterBuffer): [value: number, missing: number] {
  const into = new Int16Array(162).fill(99);
  const missing = buffer.take(into, 1, 160);
  expect([into[0], into[161]]).toEqual([99, 99]);
  return [into[80]!, missing];
}

describe('JitterBuffer', () => {
  it('is silent before the first packet and during the delay, with nothing missing', () => {
    const buffer = new JitterBuffer();
    expect(take(buffer)).toEqual([0, 0]);
    put(buffer, 0);
    expect([take(buffer), take(buffer)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(take(buffer)).toEqual([1, 0]);
    expect(buffer.missingSamples).toBe(0);
  });

  it('puts packets back into order, over the wrap of sequence and timestamp', () => {
    const buffer = new JitterBuffer({ delayMs: 60 });
    const from = 0xfffffff0 / 160 - 1;
    for (const index of [0, 2, 1, 3]) expect(put(buffer, index, index + 1, Math.floor(from))).toBe(true);
    for (let i = 0; i < 3; i++) take(buffer);
    expect([take(buffer), take(buffer), take(buffer), take(buffer)]).toEqual([1, 2, 3, 4].map((value) => [value, 0]));
  });

  it('says how much is missing, and does not play what comes too late', () => {
    const buffer = new JitterBuffer();
    put(buffer, 0);
    put(buffer, 2);
    take(buffer);
    take(buffer);
    expect([take(buffer), take(buffer)]).toEqual([
      [1, 0],
      [0, 160],
    ]);
    expect(put(buffer, 1)).toBe(false);
    expect(take(buffer)).toEqual([3, 0]);
    expect([buffer.missingSamples, buffer.latePackets]).toEqual([160, 1]);
  });

  it('keeps the first of two equal packets', () => {
    const buffer = new JitterBuffer({ delayMs: 0 });
    expect([put(buffer, 0, 5), put(buffer, 0, 6)]).toEqual([true, false]);
    expect(take(buffer)).toEqual([5, 0]);
  });

  it('takes a pause of the sender for silence, not for loss', () => {
    const buffer = new JitterBuffer({ delayMs: 100 });
    buffer.put(1, 0, frame(1), 0, 160);
    buffer.pass(2);
    buffer.put(3, 480, frame(2), 0, 160);
    for (let i = 0; i < 5; i++) take(buffer);
    expect([take(buffer), take(buffer), take(buffer), take(buffer)]).toEqual([
      [1, 0],
      [0, 0],
      [0, 0],
      [2, 0],
    ]);
  });

  it('starts anew when the timestamp jumps', () => {
    const buffer = new JitterBuffer();
    put(buffer, 0);
    buffer.put(1, 1_000_000, frame(7), 0, 160);
    take(buffer);
    take(buffer);
    expect(take(buffer)).toEqual([7, 0]);
  });

  it('starts anew when every packet comes late', () => {
    const buffer = new JitterBuffer();
    put(buffer, 0);
    for (let i = 0; i < 20; i++) take(buffer);
    expect([1, 2, 3, 4, 5].map((index) => put(buffer, index))).toEqual([false, false, false, false, true]);
    take(buffer);
    take(buffer);
    expect(take(buffer)).toEqual([6, 0]);
  });

  it('drops the surplus of a sender that is faster than the reader', () => {
    const buffer = new JitterBuffer();
    let index = 0;
    for (; index < 10; index++) put(buffer, index);
    let last: [number, number] = [0, 0];
    for (; index < 600; index++) {
      put(buffer, index);
      last = take(buffer);
    }
    expect(last[1]).toBe(0);
    expect(index - last[0]).toBeLessThan(6);
  });

  it('gives every packet that is in time, once, whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8]), fc.boolean(), (order, twice) => {
        const buffer = new JitterBuffer({ delayMs: 200 });
        put(buffer, 0);
        for (const index of order) put(buffer, index);
        if (twice) for (const index of order) expect(put(buffer, index)).toBe(false);
        for (let i = 0; i < 10; i++) take(buffer);
        const heard = Array.from({ length: 9 }, () => take(buffer)[0]).filter((value) => value !== 0);
        expect(heard).toEqual([0, ...order].sort((a, b) => a - b).map((index) => index + 1));
      }),
    );
  });

  it('survives any packets', () => {
    const packet = fc.tuple(fc.nat(0xffff), fc.nat(0xffffffff), fc.nat(5000), fc.boolean());
    const samples = new Int16Array(5000);
    const into = new Int16Array(160);
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 50 }), (packets) => {
        const buffer = new JitterBuffer();
        for (const [sequence, timestamp, count, read] of packets) {
          buffer.put(sequence, timestamp, samples, 0, count);
          if (read) expect(buffer.take(into, 0, 160)).toBeLessThanOrEqual(160);
        }
      }),
    );
  });
});
