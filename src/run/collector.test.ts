import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CollectorInput,
  type CollectorOutput,
  type CollectorState,
  createCollector,
  step,
  wantsKey,
} from './collector.ts';
import { bargeInKeys, type CollectorRules } from './collector-rules.ts';

const four: CollectorRules = {
  prompts: 1,
  minDigits: 1,
  minDigitsAtTimeout: 1,
  maxDigits: 4,
  terminators: '#',
  acceptEmpty: false,
  firstDigitMs: 5000,
  interDigitMs: 3000,
  totalMs: null,
  bargeIn: true,
  sensitive: false,
  only: null,
};

const key = (digit: string): CollectorInput => ({ type: 'key', digit, typedAheadMs: null });
const start: CollectorInput = { type: 'start' };
const promptEnded: CollectorInput = { type: 'prompt-over', why: 'end', detail: '' };
const fired = (timer: 'first-digit' | 'inter-digit' | 'total'): CollectorInput => ({ type: 'timer', timer });

function feed(rules: CollectorRules, inputs: readonly CollectorInput[]) {
  let state = createCollector(rules, 0);
  const outputs: CollectorOutput[] = [];
  for (const input of inputs) {
    const [next, more] = step(rules, state, input, 0);
    state = next;
    outputs.push(...more);
  }
  return { state, outputs };
}

describe('the end of an entry', () => {
  it('is the last digit that was wanted', () => {
    const { state } = feed(four, [start, promptEnded, ...[...'0042'].map(key)]);
    expect(state.phase).toBe('done');
    expect(state.digits).toBe('0042');
    expect(state.ending).toEqual({ success: true, terminator: '', reason: 'max-digits' });
  });

  it('is a terminator, which is told apart from the digits', () => {
    const { state } = feed(four, [start, promptEnded, key('1'), key('#')]);
    expect(state.digits).toBe('1');
    expect(state.ending).toEqual({ success: true, terminator: '#', reason: 'terminator' });
  });

  it('is a key that is an entry by itself, which takes the place of what was keyed', () => {
    const { state } = feed({ ...four, soleKeys: '*', only: ['1234', '*'] }, [start, key('1'), key('2'), key('*')]);
    expect(state.digits).toBe('*');
    expect(state.ending).toEqual({ success: true, terminator: '', reason: 'max-digits' });
    expect(state.decisions.map(({ what }) => what)).toContain('key * taken: it is an entry by itself');
  });

  it('is no terminator pressed first, unless an empty entry is accepted', () => {
    expect(feed(four, [start, promptEnded, key('#')]).state.phase).toBe('listening');
    const { state } = feed({ ...four, acceptEmpty: true }, [start, promptEnded, key('#')]);
    expect(state.ending).toEqual({ success: false, terminator: '#', reason: 'terminator' });
  });

  it('succeeds at a timeout only with as many digits as a timeout needs', () => {
    const inputs = [start, promptEnded, key('1'), fired('inter-digit')];
    expect(feed(four, inputs).state.ending).toMatchObject({ success: true, reason: 'inter-digit-timeout' });
    expect(feed({ ...four, minDigitsAtTimeout: 4 }, inputs).state).toMatchObject({
      digits: '1',
      ending: { success: false },
    });
  });

  it('is told as the timer that fired, with no digits when none came', () => {
    const { state } = feed(four, [start, promptEnded, fired('first-digit')]);
    expect(state).toMatchObject({ digits: '', ending: { success: false, reason: 'first-digit-timeout' } });
  });
});

describe('timers', () => {
  it('start when the prompts are over, not before', () => {
    expect(feed(four, [start]).outputs).toEqual([{ type: 'play', prompt: 0 }]);
    expect(feed(four, [start, promptEnded]).outputs.at(-1)).toEqual({
      type: 'arm',
      timer: 'first-digit',
      delayMs: 5000,
    });
  });

  it('are re-armed by each digit and never run twice', () => {
    const { outputs } = feed(four, [start, promptEnded, key('1'), key('2')]);
    expect(outputs.slice(1)).toEqual([
      { type: 'arm', timer: 'first-digit', delayMs: 5000 },
      { type: 'cancel', timer: 'first-digit' },
      { type: 'arm', timer: 'inter-digit', delayMs: 3000 },
      { type: 'cancel', timer: 'inter-digit' },
      { type: 'arm', timer: 'inter-digit', delayMs: 3000 },
    ]);
  });

  it('that were cancelled are ignored when they fire all the same', () => {
    const { state } = feed(four, [start, promptEnded, key('1'), fired('first-digit')]);
    expect(state.phase).toBe('listening');
  });

  it('for the whole entry is not restarted by a digit', () => {
    const { outputs } = feed({ ...four, totalMs: 9000 }, [start, key('1'), key('2'), key('3')]);
    expect(outputs.filter((output) => output.type === 'arm' && output.timer === 'total')).toHaveLength(1);
  });
});

describe('barge-in', () => {
  it('stops the prompt, skips the ones behind it and starts the timer at once', () => {
    const { outputs } = feed({ ...four, prompts: 3 }, [start, key('1')]);
    expect(outputs).toEqual([
      { type: 'play', prompt: 0 },
      { type: 'stop-prompt' },
      { type: 'arm', timer: 'inter-digit', delayMs: 3000 },
    ]);
  });

  it('is left to keys that would be taken', () => {
    expect(bargeInKeys(four)).toBe('0123456789*ABCD');
    expect(bargeInKeys({ ...four, only: ['1', '20'] })).toBe('12');
    expect(bargeInKeys({ ...four, bargeIn: false })).toBe('');
  });

  it('when forbidden, keeps the digits, lets the prompts play and then ends', () => {
    const rules = { ...four, prompts: 2, bargeIn: false };
    const before = feed(rules, [start, ...[...'1234'].map(key)]);
    expect(before.outputs).toEqual([{ type: 'play', prompt: 0 }]);
    expect(wantsKey(before.state)).toBe(false);
    const { state } = feed(rules, [start, ...[...'1234'].map(key), promptEnded, promptEnded]);
    expect(state).toMatchObject({ phase: 'done', digits: '1234', ending: { success: true, reason: 'max-digits' } });
  });
});

describe('choices only', () => {
  it('forgets an entry that is none of them and goes on listening', () => {
    const rules = { ...four, maxDigits: 2, only: ['12'] };
    const { state, outputs } = feed(rules, [start, promptEnded, key('1'), key('3')]);
    expect(state).toMatchObject({ phase: 'listening', digits: '' });
    expect(outputs.at(-1)).toEqual({ type: 'arm', timer: 'first-digit', delayMs: 5000 });
    expect(feed(rules, [start, promptEnded, key('1'), key('3'), key('1'), key('2')]).state.digits).toBe('12');
  });
});

it('a sensitive entry shows its length and nothing else', () => {
  const { state } = feed({ ...four, sensitive: true }, [start, ...[...'7391'].map(key)]);
  expect(state.digits).toBe('7391');
  expect(JSON.stringify(state.decisions)).toContain('•');
  expect(state.decisions.map(({ what }) => what).join('\n')).not.toMatch(/key [0-9]/);
});

const anyInput: fc.Arbitrary<CollectorInput> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'0123456789*#').map(key) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('end', 'failed', 'key')
      .map((why) => ({ type: 'prompt-over', why, detail: '' }) as CollectorInput),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('first-digit' as const, 'inter-digit' as const, 'total' as const).map(fired),
  },
);
const milliseconds = fc.option(fc.integer({ min: 1, max: 9000 }));
const anyRules: fc.Arbitrary<CollectorRules> = fc.record({
  prompts: fc.integer({ min: 0, max: 3 }),
  minDigits: fc.integer({ min: 0, max: 3 }),
  minDigitsAtTimeout: fc.integer({ min: 0, max: 3 }),
  maxDigits: fc.integer({ min: 1, max: 5 }),
  terminators: fc.constantFrom('', '#', '*#'),
  acceptEmpty: fc.boolean(),
  firstDigitMs: milliseconds,
  interDigitMs: milliseconds,
  totalMs: milliseconds,
  bargeIn: fc.boolean(),
  sensitive: fc.boolean(),
  only: fc.option(fc.constantFrom(['1', '23'], ['*1'], ['0'])),
});

/** Plays a run of inputs as gather.ts would: prompts end only while they play, timers fire only while armed. */
function play(
  rules: CollectorRules,
  inputs: readonly CollectorInput[],
): { state: CollectorState; left: string; armed: ReadonlySet<string> } {
  let state = createCollector(rules, 0);
  let playing = false;
  const armed = new Set<string>();
  let left = '';
  const take = (input: CollectorInput) => {
    const [next, outputs] = step(rules, state, input, 0);
    state = next;
    for (const output of outputs) {
      if (output.type === 'play') playing = true;
      else if (output.type === 'stop-prompt') playing = false;
      else if (output.type === 'arm') {
        expect(armed.has(output.timer), 'a timer is armed twice').toBe(false);
        armed.add(output.timer);
      } else expect(armed.delete(output.timer), 'a timer is cancelled that does not run').toBe(true);
    }
  };
  const [begin, ...rest] = inputs;
  if (begin?.type === 'key' && wantsKey(state)) take({ ...begin, typedAheadMs: 100 });
  else if (begin?.type === 'key') left += begin.digit;
  take(start);
  for (const input of rest) {
    if (input.type === 'key') {
      if (wantsKey(state)) take(input);
      else left += input.digit;
    } else if (input.type === 'prompt-over' && playing) {
      playing = false;
      take(input);
    } else if (input.type === 'timer' && armed.delete(input.timer)) take(input);
  }
  return { state, left, armed };
}

describe('whatever happens in whatever order', () => {
  it('every key is taken, ignored with a reason or left, once and in order', () => {
    fc.assert(
      fc.property(anyRules, fc.array(anyInput, { maxLength: 30 }), (rules, inputs) => {
        const { state, left } = play({ ...rules, sensitive: false }, inputs);
        const pressed = inputs.flatMap((input) => (input.type === 'key' ? [input.digit] : [])).join('');
        const told = state.decisions.flatMap(({ what }) => /^key (.) (taken|ignored)/.exec(what)?.[1] ?? []).join('');
        expect(told + left).toBe(pressed);
      }),
      { numRuns: 2000 },
    );
  });

  it('the digits are those that were taken since the last forgotten entry', () => {
    fc.assert(
      fc.property(anyRules, fc.array(anyInput, { maxLength: 30 }), (rules, inputs) => {
        const { state } = play({ ...rules, sensitive: false }, inputs);
        const since = state.decisions.findLastIndex(
          ({ what }) => what.startsWith('entry ') && what.includes('forgotten'),
        );
        const taken = state.decisions
          .slice(since + 1)
          .flatMap(({ what }) => /^key (.) taken.*: digit/.exec(what)?.[1] ?? []);
        expect(state.digits).toBe(taken.join(''));
        expect(state.digits.length).toBeLessThanOrEqual(rules.maxDigits);
      }),
      { numRuns: 2000 },
    );
  });

  it('no timer runs when it is done, and one runs while it listens', () => {
    fc.assert(
      fc.property(anyRules, fc.array(anyInput, { maxLength: 30 }), (rules, inputs) => {
        const { state, armed } = play(rules, inputs);
        expect([...armed].sort()).toEqual([...state.armed].sort());
        if (state.phase === 'done') expect(armed.size).toBe(0);
        const expected = state.digits === '' ? rules.firstDigitMs : rules.interDigitMs;
        if (state.phase === 'listening' && expected !== null) expect(armed.size).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});
