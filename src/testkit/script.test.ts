import { describe, expect, it } from 'vitest';
import { keystrokes, parseScript } from './script.ts';

describe('a caller’s script', () => {
  it('reads as it is written', () => {
    const { steps, problems } = parseScript(`
      // the menu
      after prompt "enter your code" press 12w34#
      during prompt 2 press 1; wait 500 ms
      after request "/code" wait 2 s
      speak 1.5 s
      hang up`);
    expect(problems).toEqual([]);
    expect(steps).toEqual([
      { until: 'prompt-ended', prompt: 'enter your code' },
      { press: '12w34#' },
      { until: 'prompt-started', prompt: 2 },
      { press: '1' },
      { waitMs: 500 },
      { until: 'request', request: '/code' },
      { waitMs: 2000 },
      { speakMs: 1500 },
      { hangUp: true },
    ]);
  });

  it('takes bare keys as a press', () => {
    expect(parseScript('1w2#').steps).toEqual([{ press: '1w2#' }]);
  });

  it('says which line it does not understand, and what to write', () => {
    const { problems } = parseScript('press 1\nshout loudly');
    expect(problems).toEqual([{ line: 2, message: expect.stringContaining('"shout loudly" is no step; write: ') }]);
  });
});

describe('keystrokes', () => {
  it('sound 100 ms, 100 ms apart; w is half a second and W a whole one', () => {
    expect(keystrokes({ press: '12wa' })).toEqual({
      keys: [
        { digit: '1', atMs: 0, toneMs: 100 },
        { digit: '2', atMs: 200, toneMs: 100 },
        { digit: 'A', atMs: 900, toneMs: 100 },
      ],
      lengthMs: 1100,
    });
    expect(keystrokes({ press: 'W', toneMs: 40, gapMs: 40 }).lengthMs).toBe(1000);
  });
});
