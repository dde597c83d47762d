// Owns: for tests only: documents of a dialect's own words in senseless order, cut, doubled and sprinkled, and what holds for
// whatever comes of them: nothing throws, and what compiles is a flow.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFlow } from '../flow/schema.ts';
import type { Compiled } from './dialect.ts';

export interface Senseless {
  readonly compile: (text: string, source: string) => Compiled;
  readonly names: readonly string[];
  readonly attributes: readonly string[];
  /** Attribute values and texts that mean something to this dialect only. */
  readonly values: readonly string[];
  /** Names as people mistype them. */
  readonly slips: readonly string[];
  /** Elements that are not refused for what they need, with contents to choose from: what their attributes make is seen. */
  readonly sound?: Readonly<Record<string, readonly string[]>>;
  /** Without sense, and kept: how many of a thousand compile at least. */
  readonly leastCompiled: number;
  /** A document without a fault, to be broken. */
  readonly whole: string;
  /** Must stand in no flow. */
  readonly secret?: string;
}

const anyValues = [
  ...['1', '0', '-1', '5', '0.5', '99999999999999999999', '1e3', 'true', '*', '#', '+', '0-9', 'POST', '/x?y=1'],
  ...['http://', 'javascript:1', '//evil', 'a@b', '{{x}}'],
];
const sources = ['https://a.example/f.xml', '/srv/flow.xml', 'file:///srv/flow.xml', 'rest:', '', 'not a url'];

const escaped = (text: string) =>
  text.replaceAll(/[^\x20-\x7e]|[&<"]/g, (char) => `&#${char.codePointAt(0)! < 32 ? 63 : char.codePointAt(0)!};`);

const written = (name: string, made: Readonly<Record<string, string>>, inside: string): string =>
  `<${name}${Object.entries(made)
    .map(([attribute, text]) => ` ${attribute}="${escaped(text)}"`)
    .join('')}>${inside}</${name}>`;

function documentOf({ names, attributes, values, slips, sound = {} }: Senseless): fc.Arbitrary<string> {
  const value = fc.oneof(
    fc.constantFrom(...anyValues, ...values),
    fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
  );
  const attributesOf = fc.dictionary(fc.constantFrom(...attributes), value, { maxKeys: 4 });
  const name = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.constantFrom(...slips) },
  );
  const { element } = fc.letrec<{ element: string }>((tie) => ({
    element: fc
      .tuple(
        name,
        attributesOf,
        fc.array(fc.oneof({ depthSize: 'medium' }, value.map(escaped), tie('element')), { maxLength: 5 }),
      )
      .map(([own, made, children]) => written(own, made, children.join(''))),
  }));
  const sounds = Object.entries(sound).map(([own, contents]) =>
    fc.tuple(attributesOf, fc.constantFrom(...contents)).map(([made, inside]) => written(own, made, inside)),
  );
  const any =
    sounds.length === 0
      ? element
      : fc.oneof({ weight: 15, arbitrary: fc.oneof(...sounds) }, { weight: 1, arbitrary: element });
  return fc.array(any, { maxLength: 8 }).map((all) => `<Response>${all.join('\n')}</Response>`);
}

export function describeSenseless(senseless: Senseless): void {
  const { compile, leastCompiled, whole, secret } = senseless;

  describe('documents without sense', () => {
    it('never throw, and what compiles is a flow that the schema takes', () => {
      let compiled = 0;
      fc.assert(
        fc.property(documentOf(senseless), fc.constantFrom(...sources), (text, source) => {
          const { flow, problems } = compile(text, source);
          expect(flow === null).toBe(problems.some(({ severity }) => severity === 'error'));
          if (flow === null) return;
          compiled += 1;
          expect(parseFlow(JSON.parse(JSON.stringify(flow)))).toEqual(flow);
          expect(flow.body.length).toBeGreaterThan(0);
          expect(problems.length).toBeLessThan(2000);
          if (secret !== undefined) expect(JSON.stringify(flow)).not.toContain(secret);
        }),
        { numRuns: 1000 },
      );
      expect(compiled).toBeGreaterThan(leastCompiled);
    });

    it('never throw when a sound document is cut, doubled or sprinkled', () => {
      const noise = fc.string({ unit: 'binary', maxLength: 5 });
      fc.assert(
        fc.property(fc.nat(whole.length), fc.nat(whole.length), noise, (from, to, between) => {
          const { flow, problems } = compile(whole.slice(0, from) + between + whole.slice(to), 'https://a.example/');
          expect(flow === null).toBe(problems.some(({ severity }) => severity === 'error'));
        }),
        { numRuns: 1000 },
      );
    });

    it('never throw for anything at all', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string(), (text, source) => {
          expect(compile(text, source)).toHaveProperty('problems');
        }),
      );
    });
  });
}
