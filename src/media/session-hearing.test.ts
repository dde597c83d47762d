import { describe, expect, it } from 'vitest';
import { SessionHearing } from './session-hearing.ts';
import { dtmfTone } from './tone.ts';

/** A session's hearing on a clock of its own, and a peer that sounds a key and is silent for the rest of 200 ms. */
function listen() {
  const told: string[] = [];
  const clock = { now: 10_000 };
  let over = 0;
  const hearing = new SessionHearing({
    now: () => clock.now,
    tone: (digit) => told.push(digit),
    toneOver: () => {
      over++;
    },
  });
  let sequence = 0;
  const sound = (digit: string, toneMs = 100): void => {
    const samples = new Int16Array(1600);
    samples.set(dtmfTone(digit, toneMs)!);
    for (let at = 0; at < samples.length; at += 160) {
      clock.now += 20;
      hearing.tick(clock.now);
      hearing.hear(7, sequence & 0xffff, sequence * 160, samples.subarray(at, at + 160), 160, clock.now);
      sequence++;
    }
  };
  return { hearing, told, clock, sound, over: () => over };
}

describe('the hearing of a session', () => {
  it('takes the key that we sound for an echo, and no other', () => {
    const { hearing, told, clock, sound, over } = listen();
    hearing.sending('5', clock.now);
    sound('5');
    sound('6');
    expect([told.join(''), over()]).toEqual(['6', 1]);
  });

  it('takes what a partner sounds for an echo, the same way', () => {
    const { hearing, told, clock, sound } = listen();
    sound('1');
    hearing.passingOn('5', clock.now);
    sound('5');
    sound('1');
    expect(told.join('')).toBe('11');
  });

  it('hears a key that began before ours, and one that comes well behind it', () => {
    const { hearing, told, clock, sound } = listen();
    sound('5');
    hearing.sending('5', clock.now);
    clock.now += 700;
    sound('5');
    expect(told.join('')).toBe('55');
  });

  it('lets a key go when it does not listen any more', () => {
    const { hearing, sound, over } = listen();
    sound('5', 200);
    expect(over()).toBe(0);
    hearing.close();
    expect(over()).toBe(1);
  });
});
