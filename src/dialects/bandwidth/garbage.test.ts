import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFlow } from '../../flow/schema.ts';
import { compile } from './compile.ts';
import { supportOf, type VerbName, verbs } from './support.ts';

const names = Object.keys(verbs).filter((name) => supportOf(name as VerbName).level !== 'no');
const attributes = [...new Set(Object.values(verbs).flatMap((verb) => Object.keys(verb.attributes)))];
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
    '0.5',
    'POST',
    '/x?y=1',
    'http://',
    'javascript:1',
    '//evil',
    'Anonymous',
    'a@b',
  ),
  fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
);

const attributesOf = fc.dictionary(fc.constantFrom(...attributes), value, { maxKeys: 4 });
const written = (name: string, made: Readonly<Record<string, string>>, inside: string): string =>
  `<${name}${Object.entries(made)
    .map(([attribute, text]) => ` ${attribute}="${escaped(text)}"`)
    .join('')}>${inside}</${name}>`;

/** A well-formed document of the dialect's own words in senseless order. */
const element = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.constantFrom('pAUSE', 'Gathr', 'break') },
      ),
      attributesOf,
      fc.array(fc.oneof({ depthSize: 'medium' }, value.map(escaped), tie('element')), { maxLength: 5 }),
    )
    .map(([name, made, children]) => written(name, made, children.join(''))),
})).element;
/** One that is not refused for its needs, so that what its attributes make of it is seen. */
const sound = fc.oneof(
  ...(
    [
      ['Gather', ['', '<SpeakSentence>Hi<break time="x"/></SpeakSentence>', '<PlayAudio>/a.wav</PlayAudio>']],
      ['SpeakSentence', ['Hi', '<lang xml:lang="fr">Oui</lang>', '']],
      ['SendDtmf', ['1w2', 'a,#']],
      ['Transfer', ['<PhoneNumber tag="x">1</PhoneNumber>', '<SipUri>a@b</SipUri>']],
      ['PlayAudio', ['/a.wav', 'https://a.example/b.mp3']],
      ['Bridge', ['c-1']],
      ['Tag', ['', 'x{{y}}']],
      ...['Pause', 'Ring', 'Record', 'StartRecording', 'StopRecording', 'Hangup'].map((name) => [name, ['']] as const),
    ] as const
  ).map(([name, contents]) =>
    fc.tuple(attributesOf, fc.constantFrom(...contents)).map(([made, inside]) => written(name, made, inside)),
  ),
);

const document = fc
  .array(fc.oneof({ weight: 15, arbitrary: sound }, { weight: 1, arbitrary: element }), { maxLength: 8 })
  .map((verbs) => `<Response>${verbs.join('\n')}</Response>`);
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
    expect(compiled).toBeGreaterThan(400);
  });

  it('never throw when a sound document is cut, doubled or sprinkled', () => {
    const menu =
      '<?xml version="1.0"?>\n<Response><SpeakSentence locale="es">Hi &amp; <break time="1s"/></SpeakSentence><Gather maxDigits="2" gatherUrl="/c?a=1"><PlayAudio>/a.wav</PlayAudio></Gather></Response>';
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
