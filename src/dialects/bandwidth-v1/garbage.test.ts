import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFlow } from '../../flow/schema.ts';
import { compile } from './compile.ts';
import { verbs } from './support.ts';

const attributes = [...new Set(Object.values(verbs).flatMap((verb) => Object.keys(verb.attributes)))];
const escaped = (text: string) =>
  text.replaceAll(/[^\x20-\x7e]|[&<"]/g, (char) => `&#${char.codePointAt(0)! < 32 ? 63 : char.codePointAt(0)!};`);
const value = fc.oneof(
  fc.constantFrom(
    '1',
    '0',
    '-1',
    '5',
    '99999999999',
    'true',
    '*',
    '#',
    '+',
    '0.5',
    '/x?y=1',
    'http://',
    'javascript:1',
    '//evil',
    'private',
  ),
  fc.string({ unit: 'grapheme-ascii', maxLength: 100 }),
);
const attributesOf = fc.dictionary(fc.constantFrom(...attributes), value, { maxKeys: 4 });
const written = (name: string, made: Readonly<Record<string, string>>, inside: string): string =>
  `<${name}${Object.entries(made)
    .map(([attribute, text]) => ` ${attribute}="${escaped(text)}"`)
    .join('')}>${inside}</${name}>`;

const verb = fc
  .oneof(
    ...(
      [
        ['Gather', ['', '<SpeakSentence>Hi</SpeakSentence>', '<PlayAudio>/a.wav</PlayAudio>']],
        ['SpeakSentence', ['Hi', '', '{{x}}']],
        ['PlayAudio', ['/a.wav', 'https://u:p@a.example/b.mp3']],
        ['SendDtmf', ['1w2', '']],
        ['Transfer', ['<PhoneNumber>1</PhoneNumber>', '<Record/><PhoneNumber>a@b</PhoneNumber>', '']],
        ['Conference', ['']],
        ...['Pause', 'Record', 'Redirect', 'Hangup', 'Reject', 'Call', 'Nonsense'].map((name) => [name, ['']] as const),
      ] as const
    ).map(([name, contents]) => fc.tuple(fc.constant(name), attributesOf, fc.constantFrom(...contents))),
  )
  .map(([name, made, inside]) => written(name, made, inside));

describe('documents without sense', () => {
  it('never throw, and what compiles is a flow that the schema takes', () => {
    let compiled = 0;
    const document = fc.array(verb, { maxLength: 5 }).map((all) => `<Response>${all.join('\n')}</Response>`);
    fc.assert(
      fc.property(
        document,
        fc.constantFrom('https://a.example/f.xml', 'file:///srv/flow.xml', '', 'not a url'),
        (text, source) => {
          const { flow, problems } = compile(text, source);
          expect(flow === null).toBe(problems.some(({ severity }) => severity === 'error'));
          if (flow === null) return;
          compiled += 1;
          expect(parseFlow(JSON.parse(JSON.stringify(flow)))).toEqual(flow);
          expect(flow.body.length).toBeGreaterThan(0);
          expect(JSON.stringify(flow)).not.toContain('u:p@');
        },
      ),
      { numRuns: 1000 },
    );
    expect(compiled).toBeGreaterThan(100);
  });

  it('never throw for anything at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string(), (text, source) => {
        expect(compile(text, source)).toHaveProperty('problems');
      }),
    );
  });
});
