import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createKeyState,
  hearsTones,
  type KeyInput,
  type KeyOutput,
  type KeyPath,
  mostPressesKept,
  stepKeys,
} from './key-machine.ts';

type Timed = readonly [at: number, input: KeyInput];
type Told = KeyOutput & { readonly at: number };

/** Steps through the inputs, with a tick whenever the machine wants one, and until it wants none. */
function run(inputs: readonly Timed[]) {
  const told: Told[] = [];
  let state = createKeyState();
  const step = (input: KeyInput, at: number): void => {
    const [next, outputs] = stepKeys(state, input, at);
    state = next;
    told.push(...outputs.map((output) => ({ ...output, at })));
  };
  const tickUntil = (at: number): void => {
    for (let last = Number.NEGATIVE_INFINITY; state.dueAt < at; ) {
      if (state.dueAt <= last) throw new Error(`it wants the same tick again and again, at ${last}`);
      last = state.dueAt;
      step({ type: 'tick' }, last);
    }
  };
  for (const [at, input] of inputs) {
    tickUntil(at);
    step(input, at);
  }
  tickUntil(Number.POSITIVE_INFINITY);
  return { told, state };
}

/** The cases of docs/keys.md: `0 event 5 down · 100 event up · 130 info 5 160`. */
function readCase(text: string): Timed[] {
  return text.split('·').map((part): Timed => {
    const [at = '', what = '', ...words] = part.trim().split(' ');
    const time = Number(at);
    if (what === 'agreed') return [time, { type: 'agreed', events: words[0] === 'events', anew: false }];
    if (what === 'info')
      return [time, { type: 'message', via: 'info', digit: words[0]!, durationMs: Number(words[1]) }];
    const via = what === 'event' ? 'rfc4733' : 'inband';
    if (words[0] === 'up') return [time, { type: 'up', via, durationMs: Number(words[1]) }];
    // `40 tone 5 from 5`: known at 40, begun at 5.
    return [time, { type: 'down', via, digit: words[0]!, at: words[1] === 'from' ? Number(words[2]) : time }];
  });
}

function outline(told: readonly Told[]): string {
  const names: Record<KeyPath, string> = { rfc4733: 'event', inband: 'tone', info: 'info' };
  return told
    .flatMap((one) => {
      if (one.type === 'pressed') return [];
      const pressed = told.find(({ type, press }) => type === 'pressed' && press === one.press)!;
      return [{ ...one, pressedAt: pressed.at }];
    })
    .sort((a, b) => a.press - b.press)
    .map(
      ({ digit, pressedAt, heard, durationMs }) =>
        `${digit} at ${pressedAt} (${heard.map(({ via }) => names[via]).join(', ')}; ${durationMs} ms)`,
    )
    .join(' · ');
}

describe('the cases of docs/keys.md', () => {
  const page = readFileSync(new URL('../../docs/keys.md', import.meta.url), 'utf8');
  const rows = page
    .slice(page.indexOf('| case |'))
    .split('\n\n')[0]!
    .trimEnd()
    .split('\n')
    .slice(2)
    .map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')));

  it('are there', () => expect(rows.length).toBeGreaterThan(15));
  it.each(rows.map(([, name, given, told]) => [name!, given!, told!]))('%s', (_name, given, told) => {
    expect(outline(run(readCase(given)).told)).toBe(told);
  });
});

describe('the machine of keys', () => {
  it('asks for no tones once events are agreed on and one has come', () => {
    const hearsAfter = (...inputs: KeyInput[]) => hearsTones(run(inputs.map((input) => [0, input])).state);
    const agreed = { type: 'agreed', events: true, anew: true } as const;
    const event = { type: 'down', via: 'rfc4733', digit: '1', at: 0 } as const;
    expect(hearsAfter(agreed)).toBe(true);
    expect(hearsAfter(event)).toBe(true);
    expect(hearsAfter(agreed, event)).toBe(false);
    // A hold changes nothing; another peer may be one without events.
    expect(hearsAfter(agreed, event, { ...agreed, anew: false })).toBe(false);
    expect(hearsAfter(agreed, event, agreed)).toBe(true);
  });

  it('says what each path said: level, length, packets that are missing', () => {
    const { told } = run([
      [0, { type: 'down', via: 'rfc4733', digit: '5', at: 0, level: -7 }],
      [100, { type: 'up', via: 'rfc4733', durationMs: 100, lost: 2 }],
      [120, { type: 'message', via: 'info', digit: '5', durationMs: 160 }],
    ]);
    expect(told).toEqual([
      { at: 0, type: 'pressed', press: 1, digit: '5', heard: [{ via: 'rfc4733', at: 0, level: -7 }] },
      {
        ...{ at: 120, type: 'released', press: 1, digit: '5', durationMs: 100 },
        heard: [
          { via: 'rfc4733', at: 0, level: -7, durationMs: 100, lost: 2 },
          { via: 'info', at: 120, durationMs: 160 },
        ],
      },
    ]);
  });

  it('knows nothing of a release that has no press', () => {
    expect(run([[0, { type: 'up', via: 'rfc4733', durationMs: 100 }]]).told).toEqual([]);
  });

  it('keeps no press for ever, however many there are', () => {
    const inputs = Array.from(
      { length: 500 },
      (_, i): Timed => [i, { type: 'message', via: 'info', digit: String(i % 10), durationMs: 60_000 }],
    );
    const { told, state } = run(inputs);
    expect(told.filter(({ type }) => type === 'pressed')).toHaveLength(500);
    expect(state.presses).toEqual([]);
    let most = 0;
    let kept = createKeyState();
    for (const [at, input] of inputs) {
      [kept] = stepKeys(kept, input, at);
      most = Math.max(most, kept.presses.length);
    }
    expect(most).toBe(mostPressesKept);
  });

  it('tells as many presses of a key as the path that told most of it, when each tells soon', () => {
    // Presses 400 ms apart, each told by some of the paths, INFO up to 140 ms late.
    const anyPress = fc.record({
      digit: fc.constantFrom('1', '2'),
      event: fc.boolean(),
      infoAfterMs: fc.option(fc.nat(140)),
    });
    fc.assert(
      fc.property(fc.array(anyPress, { maxLength: 20 }), (presses) => {
        const inputs = presses.flatMap(({ digit, event, infoAfterMs }, i): Timed[] => {
          const at = i * 400;
          return [
            ...(event
              ? ([
                  [at, { type: 'down', via: 'rfc4733', digit, at }],
                  [at + 80, { type: 'up', via: 'rfc4733', durationMs: 80 }],
                ] as Timed[])
              : []),
            ...(infoAfterMs === null
              ? []
              : [[at + infoAfterMs, { type: 'message', via: 'info', digit, durationMs: 80 }] as Timed]),
          ];
        });
        const { told } = run(inputs.sort(([a], [b]) => a - b));
        const count = (digit: string, of: (press: (typeof presses)[number]) => boolean) =>
          presses.filter((one) => one.digit === digit && of(one)).length;
        for (const digit of ['1', '2']) {
          const pressed = told.filter((one) => one.type === 'pressed' && one.digit === digit).length;
          const byEvent = count(digit, ({ event }) => event);
          const byInfo = count(digit, ({ infoAfterMs }) => infoAfterMs !== null);
          expect(pressed).toBeGreaterThanOrEqual(Math.max(byEvent, byInfo));
          expect(pressed).toBeLessThanOrEqual(count(digit, ({ event, infoAfterMs }) => event || infoAfterMs !== null));
        }
      }),
    );
  });

  it('releases each press once, behind its beginning, whatever comes', () => {
    const digit = fc.constantFrom('1', '2', 'flash');
    const via = fc.constantFrom('rfc4733' as const, 'inband' as const);
    const durationMs = fc.nat(400);
    const input: fc.Arbitrary<KeyInput> = fc.oneof(
      fc.record({ type: fc.constant('agreed' as const), events: fc.boolean(), anew: fc.boolean() }),
      fc.record({ type: fc.constant('down' as const), via, digit, at: fc.constant(0) }),
      fc.record({ type: fc.constant('up' as const), via, durationMs }),
      fc.record({ type: fc.constant('message' as const), via: fc.constant('info' as const), digit, durationMs }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(120), input), { maxLength: 40 }), (steps) => {
        let now = 0;
        const inputs = steps.map(([afterMs, one]): Timed => {
          now += afterMs;
          return [now, one.type === 'down' ? { ...one, at: now - (one.via === 'inband' ? 36 : 0) } : one];
        });
        // In the end every key is let go, one after the other.
        for (let i = 0; i < 40; i++)
          inputs.push([now + i, { type: 'up', via: i % 2 === 0 ? 'rfc4733' : 'inband', durationMs: 1 }]);
        const { told } = run(inputs);
        const pressed = told.filter(({ type }) => type === 'pressed').map(({ press }) => press);
        const released = told.filter(({ type }) => type === 'released').map(({ press }) => press);
        expect(pressed).toEqual(pressed.map((_, i) => i + 1));
        expect(released.toSorted((a, b) => a - b)).toEqual(pressed);
        for (const press of pressed) {
          const lines = told.filter((one) => one.press === press);
          expect(lines.map(({ type }) => type)).toEqual(['pressed', 'released']);
          const ways = lines[1]!.heard.map(({ via: way }) => way);
          expect(new Set(ways).size).toBe(ways.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});
