// Any commands at any moment of a call, killed now and then: whatever runs beside the document is balanced, told and replayed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, EffectType } from '../../src/call/effect.ts';
import type { Command } from '../../src/call/event.ts';
import * as build from '../../src/flow/build.ts';
import type { Block, FlowNode } from '../../src/flow/node.ts';
import { createRun } from '../../src/run/create-run.ts';
import { applicationOrigin, formatTimeline, plainDialect, type Simulation, simulate } from '../../src/testkit/index.ts';

const at = (path: string) => ({ line: 1, column: 1, path });
const told = build.destination(`${applicationOrigin}/told`, { method: 'POST' });
const report = build.destination(`${applicationOrigin}/report`, { method: 'POST' });

const document = build.flow(
  [
    build.play('Welcome to a call that takes a while.', { stopKeys: '#' }),
    build.gather({
      at: at('Gather[0]'),
      prompts: [build.prompt('Your number.')],
      maxDigits: 3,
      notify: told,
      sensitive: true,
    }),
    build.record('until', { maxMs: 3000, terminators: '5', notify: told }),
    build.dial([{ kind: 'sip', address: 'a@x' }], { timeLimitMs: 4000 }),
    build.pause(2000, { stopKeys: '6' }),
  ],
  { source: `${applicationOrigin}/start` },
);

const names = fc.constantFrom('b1', 'b2', 'b3');
const node = (name: string): fc.Arbitrary<FlowNode> =>
  fc.oneof(
    fc
      .constantFrom('caller', 'callee', 'both')
      .map((to) => build.play('Beside.', { at: at(`${name}/Say[0]`), to, notify: told })),
    fc
      .record({ maxDigits: fc.integer({ min: 1, max: 3 }), sensitive: fc.boolean(), reported: fc.boolean() })
      .map((fields) =>
        build.gather({
          ...{ at: at(`${name}/Gather[0]`), prompts: [build.prompt('Beside?')], firstDigitMs: 3000, notify: told },
          ...{ maxDigits: fields.maxDigits, sensitive: fields.sensitive, report: fields.reported ? report : null },
        }),
      ),
    fc
      .constantFrom('caller', 'callee', 'both')
      .map((to) => build.sendDigits('12', { at: at(`${name}/SendDigits[0]`), to })),
    fc
      .constantFrom('start', 'stop')
      .map((mode) => build.record(mode, { at: at(`${name}/Record[0]`), tag: 'r', notify: told })),
    fc.constantFrom(null, 1000).map((timeoutMs) => build.hold('hold', { at: at(`${name}/Hold[0]`), timeoutMs })),
    fc.constant(build.pause(700, { at: at(`${name}/Pause[0]`), stopKeys: '7' })),
    fc.constant(build.park({ at: at(`${name}/Park[0]`) })),
  );
const block: fc.Arbitrary<{ name: string; body: Block }> = names.chain((name) =>
  fc.record({ name: fc.constant(name), body: fc.array(node(name), { maxLength: 3 }) }),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: block.map(({ name, body }) => ({ kind: 'beside' as const, name, body })) },
  { weight: 2, arbitrary: names.map((name) => ({ kind: 'end-beside' as const, name })) },
  { weight: 1, arbitrary: names.map((name) => ({ kind: 'complete-gather' as const, name })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'complete-gather' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'run' as const, flow: document }) },
);
const commands = fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 12_000 }), command }), { maxLength: 8 });
const keys = fc
  .array(fc.constantFrom('1', '5', '6', '7', '#', 'W'), { maxLength: 12 })
  .map((pressed) => pressed.join(''));
const kills = fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 12_000 }), downMs: fc.constantFrom(0, 500) }), {
  maxLength: 2,
});

function play(given: {
  commands: readonly { atMs: number; command: Command }[];
  keys: string;
  kills: readonly { atMs: number; downMs: number }[];
}): Simulation {
  return simulate({
    dialect: plainDialect,
    application: { '/start': document, '/told': { status: 204, body: '' }, '/report': { status: 200, body: '' } },
    callees: { 'a@x': { answerAfterMs: 800 } },
    caller: [
      { until: 'answered' },
      { waitMs: 1000 },
      ...(given.keys === '' ? [] : [{ press: given.keys }]),
      { waitMs: 9000 },
      { hangUp: true },
    ],
    commands: given.commands,
    kills: given.kills,
  });
}

function count({ effects }: Simulation, type: EffectType, which: (effect: Effect) => boolean = () => true): number {
  return effects.filter(({ effect }) => effect.type === type && which(effect)).length;
}

describe('any commands beside a document', () => {
  it('are balanced, told, and replayed', () => {
    fc.assert(
      fc.property(fc.record({ commands, keys, kills }), (given) => {
        const call = play(given);
        const words = formatTimeline({ ...call, detailed: true });
        expect(call.faults, words).toEqual([]);
        const notes = call.tape.map(({ event }) => event);
        expect(
          notes.filter(({ type }) => type === 'call.ended'),
          words,
        ).toHaveLength(1);
        const all = (type: string) => notes.filter((event) => event.type === type);
        expect(all('verb.finished').length, words).toBe(all('verb.started').length);
        expect(count(call, 'hold.start'), words).toBe(count(call, 'hold.stop'));
        const sensitive = call.effects.flatMap(({ effect }) => (effect.type === 'sensitive' ? [effect.on] : []));
        expect(sensitive, words).toEqual(sensitive.map((_, index) => index % 2 === 0));
        const telling = call.effects.flatMap(({ effect }) =>
          effect.type === 'application.notify' ? [effect.report] : [],
        );
        const gathers = all('gather.finished').length;
        expect(telling.filter(({ kind }) => kind === 'gather').length, words).toBe(gathers);
        const sounds = telling.flatMap((report) => (report.kind === 'sound' ? [report.status] : []));
        const begun = sounds.filter((status) => status === 'started').length;
        expect(sounds.length, words).toBe(2 * begun);
        expect(count(call, 'call.hangup'), words).toBeLessThanOrEqual(1);
        const fresh = createRun(call.run);
        const again = call.tape.flatMap((line) => fresh.step(line).map((effect) => ({ after: line.seq, effect })));
        expect(again, words).toEqual(call.effects);
      }),
      { numRuns: 500 },
    );
  });

  it('that only wait leave the document as it is', () => {
    const waiting = fc.array(
      fc.record({
        atMs: fc.integer({ min: 0, max: 12_000 }),
        name: names,
        durationMs: fc.integer({ min: 1, max: 5000 }),
      }),
      { maxLength: 8 },
    );
    const outline = (call: Simulation) =>
      call.tape.flatMap(({ event, since }) =>
        event.type === 'verb.finished' && !/^b\d/.test(event.path) ? [[since, event.path, event.reason]] : [],
      );
    fc.assert(
      fc.property(waiting, keys, (given, pressed) => {
        const alone = play({ commands: [], keys: pressed, kills: [] });
        const along = play({
          commands: given.map(({ atMs, name, durationMs }) => ({
            atMs,
            command: { kind: 'beside', name, body: [build.pause(durationMs, { at: at(`${name}/Pause[0]`) })] },
          })),
          keys: pressed,
          kills: [],
        });
        expect(outline(along)).toEqual(outline(alone));
      }),
      { numRuns: 200 },
    );
  });
});
