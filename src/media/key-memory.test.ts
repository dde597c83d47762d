import { describe, expect, it } from 'vitest';
import { createKeyState, type KeyInput, type KeyState, stepKeys } from './key-machine.ts';
import { recallKeys, recallTones, saveKeys } from './key-memory.ts';

function told(state: KeyState, input: KeyInput, now: number): [KeyState, string[]] {
  const [next, outputs] = stepKeys(state, input, now);
  return [next, outputs.flatMap((output) => (output.type === 'pressed' ? output.digit : []))];
}

const info = (digit: string): KeyInput => ({ type: 'message', via: 'info', digit, durationMs: 100 });
const event = (digit: string, at: number): KeyInput => ({ type: 'down', via: 'rfc4733', digit, at });
const tone = (digit: string, at: number): KeyInput => ({ type: 'down', via: 'inband', digit, at });

/** Steps through the inputs, saves, and recalls at 1000. */
function killedAfter(inputs: readonly KeyInput[], lately = true) {
  let state = createKeyState();
  for (const input of inputs) [state] = stepKeys(state, input, 0);
  const saved = JSON.parse(JSON.stringify(saveKeys(state)));
  const sounding = saved.presses.flatMap((press: { digit: string; sounding: boolean }) =>
    press.sounding ? press.digit : [],
  );
  return recallTones(recallKeys(saved, lately, 1000), sounding, 1000);
}

describe('keys that were told before a restart', () => {
  it('are not told again by an INFO that comes late, and then are by one that is new', () => {
    const state = killedAfter([event('4', 0)]);
    const [next, digits] = told(state, info('4'), 1600);
    expect(digits).toEqual([]);
    expect(told(next, info('4'), 1700)[1]).toEqual(['4']);
    expect(told(state, info('5'), 1600)[1]).toEqual(['5']);
  });

  it('are told when they are pressed again, on the path that told them', () => {
    expect(told(killedAfter([event('4', 0)]), event('4', 1010), 1010)[1]).toEqual(['4']);
    expect(told(killedAfter([info('4')]), info('4'), 1010)[1]).toEqual(['4']);
    // Whoever has told a key by INFO only tells no part of it by an event a second later.
    expect(told(killedAfter([info('4')]), event('4', 1010), 1010)[1]).toEqual(['4']);
  });

  it('are not told again when their tone still sounds, and are when it sounds anew', () => {
    const agreed: KeyInput = { type: 'agreed', events: false, anew: true };
    const held = killedAfter([agreed, tone('4', 0)]);
    expect(told(held, tone('4', 1020), 1060)[1]).toEqual([]);
    expect(told(held, tone('4', 1200), 1240)[1]).toEqual(['4']);
    const over = killedAfter([agreed, tone('4', 0), { type: 'up', via: 'inband', durationMs: 80 }]);
    expect(told(over, tone('4', 1020), 1060)[1]).toEqual(['4']);
  });

  it('say nothing of an INFO of today when they were told long ago', () => {
    expect(told(killedAfter([event('4', 0)], false), info('4'), 1100)[1]).toEqual(['4']);
  });

  it('go on counting, and a peer that sends events is known as one', () => {
    const state = killedAfter([{ type: 'agreed', events: true, anew: true }, event('1', 0), event('2', 0)]);
    const [, outputs] = stepKeys(state, event('3', 1500), 1500);
    expect(outputs).toMatchObject([{ press: 3, digit: '3' }]);
    const [agreed] = stepKeys(state, { type: 'agreed', events: true, anew: false }, 1000);
    expect(told(agreed, tone('9', 1100), 1150)[1]).toEqual([]);
  });

  it('do not say of a press of before that it is over', () => {
    const state = killedAfter([event('4', 0)]);
    expect(stepKeys(state, { type: 'tick' }, 60_000)).toMatchObject([{ presses: [] }, []]);
  });
});
