// Owns: reading an XML text into elements, attributes and texts that know their line and column. XML 1.0, fifth
// edition. Bounded in size, depth and number of elements before anything is built from it.
// Does not: expand entities, fetch what a DOCTYPE names, know any dialect's words.
import { SaxesParser } from 'saxes';
import type { Mark, Problems } from '../problems.ts';
import { lineFinder } from './lines.ts';
import { scanProlog } from './prolog.ts';
import { explainSyntax } from './syntax.ts';

export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
  readonly at: Mark;
}
export interface XmlText {
  readonly kind: 'text';
  readonly value: string;
  /** Of its first character that is not white space. */
  readonly at: Mark;
}
export interface XmlElement {
  readonly kind: 'element';
  readonly name: string;
  readonly at: Mark;
  /** From below the root, with each element's place among its siblings: `Gather[2]/Say[0]`. */
  readonly path: string;
  readonly attributes: ReadonlyMap<string, XmlAttribute>;
  readonly children: readonly (XmlElement | XmlText)[];
}

export const limits = { bytes: 64 * 1024, depth: 50, elements: 2000 } as const;

interface Growing extends XmlElement {
  readonly offset: number;
  readonly attributes: Map<string, XmlAttribute>;
  readonly children: (XmlElement | XmlText)[];
  elements: number;
}

/** Thrown through saxes to stop it; never leaves this file. */
class Stop extends Error {}

const start: Mark = { line: 1, column: 1 };

/** The root element, or null when a problem was added that refuses the document. */
export function readXml(text: string, problems: Problems): XmlElement | null {
  if (Buffer.byteLength(text) > limits.bytes) {
    problems.error(
      'document-too-large',
      start,
      `The document has ${Buffer.byteLength(text)} bytes; ${limits.bytes} are the most.`,
    );
    return null;
  }
  const find = lineFinder(text);
  const lead = /^[\s\uFEFF]*/.exec(text)![0];
  if (lead.length === text.length) {
    problems.error('document-empty', start, 'The document holds no text.');
    return null;
  }
  if (lead !== '' && lead !== '\uFEFF' && text.startsWith('<?xml', lead.length)) {
    problems.warn(
      'document-leading-space',
      start,
      'White space stands before the XML declaration; strict readers refuse such a document.',
    );
  }
  const prolog = scanProlog(text);
  if (prolog.entityDeclaration !== null) {
    problems.error(
      'xml-entity-refused',
      find(prolog.entityDeclaration),
      'The DOCTYPE declares entities; they are never expanded here.',
    );
    return null;
  }
  for (const { offset, entity } of prolog.ampersands.slice(0, 20)) {
    if (entity === null)
      problems.error('xml-syntax', find(offset), 'An & begins no entity.', 'Write &amp; for the character &.');
    else
      problems.error(
        'xml-syntax',
        find(offset),
        `&${entity}; is not an entity of XML.`,
        `Write the character itself, or &amp;${entity}; for these letters.`,
      );
  }
  if (prolog.ampersands.length > 0) return null;
  return build(text, lead.length, find, problems);
}

function build(text: string, lead: number, find: (offset: number) => Mark, problems: Problems): XmlElement | null {
  // Positions are kept by this file; `position: false` keeps them out of the messages.
  const parser = new SaxesParser({ position: false });
  const open: Growing[] = [];
  let root: Growing | null = null;
  let lastClosed: Growing | null = null;
  let opening: Growing | null = null;
  let elements = 0;
  let textFrom = lead;
  const here = () => lead + parser.position;

  parser.on('opentagstart', (tag) => {
    const offset = text.lastIndexOf('<', here() - 1);
    const parent = open.at(-1);
    elements += 1;
    if (elements > limits.elements) {
      problems.error(
        'document-too-many-elements',
        find(offset),
        `The document has more than ${limits.elements} elements.`,
      );
      throw new Stop();
    }
    if (open.length >= limits.depth) {
      problems.error('document-too-deep', find(offset), `Elements are nested more than ${limits.depth} deep.`);
      throw new Stop();
    }
    const name = `${tag.name}[${parent?.elements ?? 0}]`;
    const path = parent === undefined ? '' : parent.path === '' ? name : `${parent.path}/${name}`;
    opening = {
      kind: 'element',
      name: tag.name,
      offset,
      at: find(offset),
      path,
      attributes: new Map(),
      children: [],
      elements: 0,
    };
  });
  parser.on('attribute', ({ name, value }) => {
    opening?.attributes.set(name, { name, value, at: find(attributeStart(text, here(), name)) });
  });
  parser.on('opentag', () => {
    if (opening === null) return;
    const parent = open.at(-1);
    if (parent === undefined) root ??= opening;
    else {
      parent.children.push(opening);
      parent.elements += 1;
    }
    open.push(opening);
    opening = null;
    textFrom = here();
  });
  parser.on('closetag', () => {
    lastClosed = open.pop() ?? null;
    textFrom = here();
  });
  const addText = (value: string, from: number) => {
    if (value.trim() !== '') open.at(-1)?.children.push({ kind: 'text', value, at: find(firstInk(text, from)) });
    textFrom = here();
  };
  parser.on('text', (value) => addText(value, textFrom));
  // After a text, `textFrom` is already behind the < of the section.
  parser.on('cdata', (value) => addText(value, text.indexOf(cdata, textFrom - 1) + cdata.length));
  parser.on('comment', () => {
    textFrom = here();
  });
  parser.on('processinginstruction', () => {
    textFrom = here();
  });
  parser.on('error', ({ message }) => {
    const said = explainSyntax({
      message,
      text,
      offset: Math.max(lead, here() - 1),
      textOffset: firstInk(text, textFrom),
      open,
      lastClosed,
      opening,
    });
    problems.error('xml-syntax', find(said.offset), said.message, said.hint);
    throw new Stop();
  });
  try {
    parser.write(text.slice(lead)).close();
  } catch (error) {
    if (error instanceof Stop) return null;
    throw error;
  }
  return root;
}

const cdata = '<![CDATA[';

function firstInk(text: string, from: number): number {
  const ink = /\S/g;
  ink.lastIndex = from;
  return ink.exec(text)?.index ?? from;
}

/** `end` is just behind the closing quote. A value cannot hold its own quote, so walking back is exact. */
function attributeStart(text: string, end: number, name: string): number {
  const quote = text[end - 1]!;
  let at = text.lastIndexOf(quote, end - 2) - 1;
  while (at > 0 && /[\s=]/.test(text[at]!)) at -= 1;
  return Math.max(0, at - name.length + 1);
}
