import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problems } from '../problems.ts';
import { limits, readXml, type XmlElement } from './document.ts';
import { distance, suggest } from './suggest.ts';

function read(text: string): { root: XmlElement | null; problems: string[]; hints: (string | null)[] } {
  const problems = new Problems('https://a.example/flow');
  const root = readXml(text, problems);
  const list = problems.sorted();
  return {
    root,
    problems: list.map(
      (problem) => `${problem.severity} ${problem.code} ${problem.line}:${problem.column} ${problem.message}`,
    ),
    hints: list.map(({ hint }) => hint),
  };
}
const places = (text: string) => read(text).problems.map((problem) => problem.split(' ').slice(0, 3).join(' '));
const summary = (element: XmlElement): unknown => ({
  [`${element.name} ${element.at.line}:${element.at.column} ${element.path}`]: [
    ...[...element.attributes.values()].map(({ name, value, at }) => `@${name}=${value} ${at.line}:${at.column}`),
    ...element.children.map((child) =>
      child.kind === 'element' ? summary(child) : `${child.value.trim()} ${child.at.line}:${child.at.column}`,
    ),
  ],
});

describe('readXml', () => {
  it('places elements, attributes and texts, with entities, comments and CDATA', () => {
    const { root, problems } = read(
      `<?xml version="1.0" encoding="UTF-8"?>\r\n<A x="1"\r\n   y = 'a&amp;b' >\r\n  one<!-- <no/> & --><B/>\r\n  two &lt;&#x41; <![CDATA[ <&three]]><C><D z='"'/></C>\r\n</A>\r\n`,
    );
    expect(problems).toEqual([]);
    expect(summary(root!)).toEqual({
      'A 2:1 ': [
        '@x=1 2:4',
        '@y=a&b 3:4',
        'one 4:3',
        { 'B 4:22 B[0]': [] },
        'two <A 5:3',
        '<&three 5:28',
        { 'C 5:38 C[1]': [{ 'D 5:41 C[1]/D[0]': [`@z=" 5:44`] }] },
      ],
    });
  });

  it('passes over a DOCTYPE unread', () => {
    expect(read('<?xml version="1.0"?><!DOCTYPE dialplan/xml><R/>').problems).toEqual([]);
    expect(read('<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd" [ <!ELEMENT r ANY> ]><R/>').problems).toEqual([]);
  });

  it('reads past a byte order mark, and past white space before the declaration with a warning', () => {
    expect(read('\uFEFF<?xml version="1.0"?><R/>')).toMatchObject({
      root: { name: 'R', at: { line: 1, column: 23 } },
      problems: [],
    });
    expect(places('\n\n <?xml version="1.0"?>\n<R/>')).toEqual(['warning document-leading-space 1:1']);
    expect(read('\n\n <?xml version="1.0"?>\n<R/>').root!.at).toEqual({ line: 4, column: 1 });
    expect(places('\n\n <R/>')).toEqual([]);
  });

  it.each([
    ['<R>Tom & Jerry</R>', '1:8', 'Write &amp; for the character &.'],
    ['<R a="x?a=1&b=2"/>', '1:12', 'Write &amp; for the character &.'],
    ['<R>a&nbsp;b</R>', '1:5', 'Write the character itself, or &amp;nbsp; for these letters.'],
    ['<R>a &#0; b</R>', '1:9', 'Write the character itself.'],
    ['<R>\n  <Say>hi\n</R>', '3:1', 'Close <Say> before </R>.'],
    ['<R>\n  <Say>hi', '2:3', 'Add </Say>, or write <Say …/> if it holds nothing.'],
    ['<R></Say></R>', '1:4', 'Delete it, or open <Say> before.'],
    ['<R a=1/>', '1:6', 'Write name="value".'],
    ['<R a/>', '1:5', null],
    ['<R a="1"b="2"/>', '1:9', 'Put a space between them.'],
    ['<R a="1" a="2"/>', '1:1', 'Delete one of them.'],
    ['<R/><R/>', '1:5', 'Put everything into one root element.'],
    ['hello', '1:1', 'Was an HTML or plain text page sent instead of XML?'],
    ['<R>a < b</R>', '1:6', 'Write &lt; for the character <.'],
    ['<R a="<"/>', '1:7', 'Write &lt; for the character <, or close the quotes before it.'],
    ['<R', '1:1', null],
    ['<!-- only -->', '1:13', 'Send at least the root element.'],
  ])('%j is refused at %s with a hint', (text, place, hint) => {
    const { root, problems, hints } = read(text);
    expect(root).toBeNull();
    expect(problems.map((problem) => problem.split(' ')[2])).toContain(place);
    if (hint !== null) expect(hints).toContain(hint);
  });

  it('names every bare ampersand of a document at once', () => {
    expect(places('<R>\n<A>a & b</A>\n<B>c & d</B></R>')).toEqual(['error xml-syntax 2:6', 'error xml-syntax 3:6']);
  });

  it('leaves an ampersand in CDATA, a comment or an instruction alone', () => {
    expect(places('<R><![CDATA[a & b]]><!-- & --><?p & ?></R>')).toEqual([]);
  });
});

describe('hostile documents', () => {
  const laughs = `<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><R>&b;</R>`;
  it.each([
    ['entities that multiply', laughs, 'error xml-entity-refused 1:1'],
    [
      'an external entity',
      '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<R>&x;</R>',
      'error xml-entity-refused 1:1',
    ],
    [
      'a parameter entity',
      '<?xml version="1.0"?>\n<!DOCTYPE r [ <!ENTITY % p SYSTEM "http://a/"> %p; ]><R/>',
      'error xml-entity-refused 2:1',
    ],
    ['depth', '<a>'.repeat(limits.depth + 1), `error document-too-deep 1:${limits.depth * 3 + 1}`],
    [
      'many elements',
      `<a>${'<b/>'.repeat(limits.elements)}</a>`,
      `error document-too-many-elements 1:${4 + (limits.elements - 1) * 4}`,
    ],
    ['ten megabytes', `<R>${'a'.repeat(10 * 1024 * 1024)}</R>`, 'error document-too-large 1:1'],
    ['bytes, not characters', `<R>${'ü'.repeat(33 * 1024)}</R>`, 'error document-too-large 1:1'],
    ['nothing', '', 'error document-empty 1:1'],
    ['white space', ' \n\uFEFF ', 'error document-empty 1:1'],
  ])('%s: refused', (_what, text, expected) => {
    expect(read(text).root).toBeNull();
    expect(places(text)).toEqual([expected]);
  });

  it('allows the limits themselves', () => {
    expect(places('<a>'.repeat(limits.depth) + '</a>'.repeat(limits.depth))).toEqual([]);
    expect(places(`<a>${'<b/>'.repeat(limits.elements - 1)}</a>`)).toEqual([]);
    expect(places(`<R>${'a'.repeat(limits.bytes - 7)}</R>`)).toEqual([]);
  });

  it('__proto__ and constructor are names like any other', () => {
    const { root } = read('<R __proto__="a" constructor="b"/>');
    expect([...root!.attributes.keys()]).toEqual(['__proto__', 'constructor']);
  });

  it('no text makes the reader throw, and a refused one always says where', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '<R>',
        '</R>',
        '<a b="',
        '"',
        "'",
        '/>',
        '<',
        '>',
        '&',
        '&amp;',
        ';',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<!DOCTYPE',
        '[',
        ']',
        '<?',
        '?>',
        '\r',
        '\n',
        '\uD800',
        '\0',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const problems = new Problems('x');
        const root = readXml(text, problems);
        expect(problems.refused).toBe(root === null);
        for (const { line, column } of problems.sorted())
          expect(line >= 1 && column >= 1 && line <= text.length + 1).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('suggest', () => {
  it('counts steps up to the limit', () => {
    expect([
      distance('kitten', 'sitting', 5),
      distance('', 'abc', 5),
      distance('same', 'same', 5),
      distance('kitten', 'sitting', 2),
    ]).toEqual([3, 3, 0, 3]);
  });

  it('finds the nearest name and is silent when none is near', () => {
    expect(suggest('Gathre', ['Gather', 'Play', 'Pause'])).toBe('Gather');
    expect(suggest('play', ['Gather', 'Play'])).toBe('Play');
    expect(suggest('Transcribe', ['Gather', 'Play'])).toBeNull();
  });
});
