// Owns: what must be known of an XML text before it is parsed: ampersands that begin no entity (a parser would swallow
// the text up to the next semicolon), and a DOCTYPE that declares entities. XML 1.0 sections 2.8, 4.1, 4.6.
// Does not: expand or fetch anything. An external DOCTYPE is passed over unread.

export interface Prolog {
  /** Offset of a DOCTYPE with entity declarations. */
  readonly entityDeclaration: number | null;
  readonly ampersands: readonly Ampersand[];
}
export interface Ampersand {
  readonly offset: number;
  /** The undeclared entity that it begins, without `&` and `;`, or null for a bare one. */
  readonly entity: string | null;
}

const predefined: ReadonlySet<string> = new Set(['amp', 'lt', 'gt', 'quot', 'apos']);
const reference = /&(#[0-9]{1,8}|#x[0-9a-fA-F]{1,6}|[A-Za-z_][\w.-]{0,40});/y;
/** What an ampersand means nothing in: [opening, closing]. */
const opaque = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

export function scanProlog(text: string): Prolog {
  const ampersands: Ampersand[] = [];
  let at = 0;
  while (at < text.length) {
    const next = nextSpecial(text, at);
    if (next < 0) break;
    if (text[next] === '&') {
      reference.lastIndex = next;
      const name = reference.exec(text)?.[1] ?? null;
      if (name === null || !(name.startsWith('#') || predefined.has(name)))
        ampersands.push({ offset: next, entity: name });
      at = next + 1;
      continue;
    }
    if (/^<!doctype/i.test(text.slice(next, next + 9))) {
      const end = doctypeEnd(text, next);
      if (/<!entity/i.test(text.slice(next, end))) return { entityDeclaration: next, ampersands: [] };
      at = end;
      continue;
    }
    const pair = opaque.find(([open]) => text.startsWith(open, next));
    if (pair === undefined) {
      at = next + 1;
      continue;
    }
    const close = text.indexOf(pair[1], next + pair[0].length);
    if (close < 0) break;
    at = close + pair[1].length;
  }
  return { entityDeclaration: null, ampersands };
}

function nextSpecial(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 38 || char === 60) return i;
  }
  return -1;
}

function doctypeEnd(text: string, from: number): number {
  const close = text.indexOf('>', from);
  const subset = text.indexOf('[', from);
  if (close < 0) return text.length;
  if (subset < 0 || subset > close) return close + 1;
  const subsetEnd = text.indexOf(']', subset);
  const end = subsetEnd < 0 ? -1 : text.indexOf('>', subsetEnd);
  return end < 0 ? text.length : end + 1;
}
