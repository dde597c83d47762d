import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFlow } from '../../flow/schema.ts';
import { compile } from './compile.ts';
import { commands } from './support.ts';

const names = Object.keys(commands);
const attributes = [...new Set(Object.values(commands).flatMap(({ parameters }) => Object.keys(parameters)))];
const escaped = (text: string) =>
  text.replaceAll(/[^\x20-\x7e]|[&<"]/g, (char) => `&#${char.codePointAt(0)! < 32 ? 63 : char.codePointAt(0)!};`);
const value = fc.oneof(
  fc.constantFrom(
    '1',
    '0',
    '-1',
    '5',
    '99999999999999999999',
    '1e3',
    'true',
    '*',
    '#',
    '+',
    '0-9',
    'caller',
    '$x',
    '{{$x}}',
    'POST',
    '/x?y=1',
    'http://',
    'javascript:1',
    '//evil',
    '440,,',
    'a@b',
  ),
  fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
);

/** A well-formed document of the dialect's own words in senseless order. */
const element = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .record({
      name: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.constantFrom('sPEAK', 'UserInpt', 'x') },
      ),
      attributes: fc.dictionary(fc.constantFrom(...attributes), value, { maxKeys: 4 }),
      children: fc.array(fc.oneof({ depthSize: 'medium' }, value.map(escaped), tie('element')), { maxLength: 5 }),
    })
    .map((made) => {
      const list = Object.entries(made.attributes).map(([name, text]) => ` ${name}="${escaped(text)}"`);
      return `<${made.name}${list.join('')}>${made.children.join('')}</${made.name}>`;
    }),
})).element;

const document = fc.array(element, { maxLength: 8 }).map((commands) => `<Response>${commands.join('\n')}</Response>`);
const sources = fc.constantFrom(
  'https://a.example/f.xml',
  '/srv/flow.xml',
  'file:///srv/flow.xml',
  'rest:',
  '',
  'not a url',
);

describe('documents without sense', () => {
  it('never throw, and what compiles is a flow that the schema takes', () => {
    let compiled = 0;
    fc.assert(
      fc.property(document, sources, (text, source) => {
        const { flow, problems } = compile(text, source);
        expect(flow === null).toBe(problems.some(({ severity }) => severity === 'error'));
        if (flow === null) return;
        compiled += 1;
        expect(parseFlow(JSON.parse(JSON.stringify(flow)))).toEqual(flow);
        expect(flow.body.length).toBeGreaterThan(0);
        expect(problems.length).toBeLessThan(2000);
      }),
      { numRuns: 1000 },
    );
    expect(compiled).toBeGreaterThan(500);
  });

  it('never throw when a sound document is cut, doubled or sprinkled', () => {
    const menu =
      '<?xml version="1.0"?>\n<Response><Speak Language="es">Hi &amp; $bye</Speak><UserInput Digits="2" ForwardToUrl="/c?a=1"><Inputs><Input Key="12"><Hangup/></Input></Inputs></UserInput></Response>';
    fc.assert(
      fc.property(
        fc.nat(menu.length),
        fc.nat(menu.length),
        fc.string({ unit: 'binary', maxLength: 5 }),
        (from, to, noise) => {
          const { flow, problems } = compile(menu.slice(0, from) + noise + menu.slice(to), 'https://a.example/');
          expect(flow === null).toBe(problems.some(({ severity }) => severity === 'error'));
        },
      ),
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
