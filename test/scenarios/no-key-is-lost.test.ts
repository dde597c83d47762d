// Whatever a caller presses and whenever: each key is used once, in order, or it is told why not.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { branch, destination, flow, gather, pause, play, prompt, record } from '../../src/flow/build.ts';
import type { NodeOf } from '../../src/flow/node.ts';
import { applicationOrigin, type CallerStep, formatTimeline, plainDialect, simulate } from '../../src/testkit/index.ts';

const timeMs = fc.option(fc.integer({ min: 200, max: 4000 }));
const anyGather: fc.Arbitrary<NodeOf<'gather'>> = fc
  .record({
    prompts: fc.array(fc.constantFrom(prompt('Short.'), prompt('A prompt that takes about three seconds, no less.')), {
      maxLength: 2,
    }),
    maxDigits: fc.integer({ min: 1, max: 4 }),
    terminators: fc.constantFrom('', '#', '*#'),
    acceptEmpty: fc.boolean(),
    firstDigitMs: fc.integer({ min: 200, max: 4000 }),
    interDigitMs: fc.integer({ min: 200, max: 4000 }),
    totalMs: timeMs,
    attempts: fc.integer({ min: 1, max: 2 }),
    bargeIn: fc.boolean(),
    typeAhead: fc.constantFrom('keep' as const, 'keep' as const, 'flush' as const),
    report: fc.option(fc.constant(destination(`${applicationOrigin}/result`))),
    reportWhen: fc.constantFrom('each-attempt' as const, 'end' as const),
  })
  .map((fields) => gather(fields));
const anyNode = fc.oneof({ weight: 4, arbitrary: anyGather }, fc.constantFrom(play('Some words.'), pause(700)));
const anyStep: fc.Arbitrary<CallerStep> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      press: fc.stringMatching(/^[0-9*#]{1,6}$/),
      toneMs: fc.constant(50),
      gapMs: fc.integer({ min: 0, max: 80 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ waitMs: fc.integer({ min: 0, max: 3000 }) }) },
);

it('whatever a caller presses and whenever, no key is lost, doubled or out of order', () => {
  fc.assert(
    fc.property(
      fc.array(anyNode, { minLength: 1, maxLength: 5 }),
      fc.array(anyStep, { maxLength: 8 }),
      (body, steps) => {
        const call = simulate({
          dialect: plainDialect,
          // The last gather takes whatever is left, so that the buffer shows.
          application: {
            '/start': flow([...body, gather({ maxDigits: 99, firstDigitMs: 60_000, interDigitMs: 60_000 })]),
            '/result': { body: '', delayMs: 900 },
          },
          caller: [{ until: 'answered' }, ...steps],
        });
        expect([call.faults, call.stuck]).toEqual([[], null]);
        const pressed = call.tape.flatMap(({ event }) => (event.type === 'digit' ? [event.digit] : [])).join('');
        const told = call.tape
          .flatMap(({ event }) => (event.type === 'gather.finished' ? event.decisions : []))
          .flatMap(({ what }) => /^key (.) (?:taken|ignored)/.exec(what)?.[1] ?? [])
          .join('');
        expect(told, formatTimeline({ ...call, detailed: true })).toBe(pressed);
      },
    ),
    { numRuns: 500 },
  );
});

const anyChoice = anyGather.map((node) => ({
  ...node,
  maxDigits: 2,
  unmatched: 'ignore' as const,
  branches: ['1', '22', '3#', '#'].map((digits) => branch(digits, pause(300))),
}));
const anyStoppable = fc.constantFrom(
  play('Some words, and more words.', { stopKeys: '*' }),
  pause(700, { stopKeys: '#' }),
  record('until', { terminators: '*#', silenceMs: 1500, maxMs: 4000 }),
);

it('where keys stop sounds, pauses and messages, or must be a choice, none but those that stop something go untold', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof({ weight: 3, arbitrary: fc.oneof(anyGather, anyChoice) }, { weight: 2, arbitrary: anyStoppable }),
        {
          minLength: 1,
          maxLength: 5,
        },
      ),
      fc.array(anyStep, { maxLength: 8 }),
      (body, steps) => {
        const call = simulate({
          dialect: plainDialect,
          application: {
            '/start': flow([...body, gather({ maxDigits: 99, firstDigitMs: 60_000, interDigitMs: 60_000 })]),
            '/result': { body: '', delayMs: 900 },
          },
          caller: [{ until: 'answered' }, ...steps],
        });
        const story = formatTimeline({ ...call, detailed: true });
        expect([call.faults, call.stuck], story).toEqual([[], null]);
        const told = call.tape
          .flatMap(({ event }) => (event.type === 'gather.finished' ? event.decisions : []))
          .flatMap(({ what }) => /^key (.) (?:taken|ignored)/.exec(what)?.[1] ?? []);
        const untold: string[] = [];
        for (const { event } of call.tape) {
          if (event.type !== 'digit') continue;
          if (told[0] === event.digit) told.shift();
          else untold.push(event.digit);
        }
        expect(told, story).toEqual([]);
        expect(
          untold.filter((digit) => !'*#'.includes(digit)),
          story,
        ).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});
