import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import type { DigitPath } from './event.ts';
import { createKeyDoor } from './key-door.ts';

function open() {
  const clock = createVirtualClock();
  let presses = 0;
  let keys = 0;
  const door = createKeyDoor(clock, () => {
    presses += 1;
    return presses;
  });
  return {
    clock,
    door,
    /** Down and up again, `heldMs` later. */
    press(way: DigitPath, digit: string, heldMs = 0): number | null {
      keys += 1;
      const press = door.down(way, digit, `key-${keys}`);
      clock.advance(heldMs);
      expect(door.up(`key-${keys}`)).toBe(press);
      return press;
    },
  };
}

describe('the door of keys', () => {
  it('tells each press of one way, also the same key again and again', () => {
    const { press } = open();
    expect([...'1119'].map((digit) => press('rfc4733', digit, 40))).toEqual([1, 2, 3, 4]);
  });

  it('takes the same key by another way as the echo of it, whichever comes first', () => {
    for (const [first, second] of [
      ['rfc4733', 'info'],
      ['info', 'rfc4733'],
      ['inband', 'rfc4733'],
    ] as const) {
      const { press, clock } = open();
      expect(press(first, '5', 100)).toBe(1);
      clock.advance(200);
      expect(press(second, '5')).toBeNull();
    }
  });

  it('takes an echo while the key is still held', () => {
    const { door, clock } = open();
    expect(door.down('rfc4733', '5', 'a')).toBe(1);
    clock.advance(3000);
    expect(door.down('info', '5', 'b')).toBeNull();
    expect(door.up('b')).toBeNull();
    expect(door.up('a')).toBe(1);
  });

  it('pairs two quick presses with their two echoes, in order', () => {
    const { press } = open();
    expect([press('rfc4733', '4', 80), press('rfc4733', '4', 80)]).toEqual([1, 2]);
    expect([press('info', '4'), press('info', '4')]).toEqual([null, null]);
    expect(press('info', '4')).toBe(3);
  });

  it('tells a key by a third way as an echo too, and each way once', () => {
    const { press } = open();
    expect([press('rfc4733', '7'), press('inband', '7'), press('info', '7')]).toEqual([1, null, null]);
    expect(press('inband', '7')).toBe(2);
  });

  it('takes what comes later than an echo can as a press of its own', () => {
    const { press, clock } = open();
    expect(press('rfc4733', '5', 100)).toBe(1);
    clock.advance(400);
    expect(press('info', '5')).toBeNull();
    clock.advance(401);
    expect(press('info', '5')).toBe(2);
  });

  it('does not mix up different keys', () => {
    const { press } = open();
    expect([press('rfc4733', '1'), press('info', '2'), press('info', '1'), press('rfc4733', '2')]).toEqual([
      1,
      2,
      null,
      null,
    ]);
  });

  it('knows nothing of a release that has no press, or a second one', () => {
    const { door } = open();
    expect(door.up('x')).toBeNull();
    door.down('rfc4733', '1', 'a');
    expect([door.up('a'), door.up('a')]).toEqual([1, null]);
  });
});
