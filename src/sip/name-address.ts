// Owns: name-addr and addr-spec with header parameters, as in From, To, Contact, Route (RFC 3261 20.10, 25.1).
// The URI stays text; parseUri looks inside.
import { isTokenCode } from './header.ts';
import {
  endOfQuoted,
  formatParams,
  type Params,
  paramValue,
  parseParams,
  quote,
  skipSpace,
  unquote,
} from './header-params.ts';

export interface NameAddress {
  /** Unquoted; '' when there is none. */
  readonly displayName: string;
  readonly uri: string;
  /** The header's parameters (tag, expires, q …), not the URI's. */
  readonly params: Params;
}

// From, To and Contact of one message are asked for again and again, by whoever wants a tag: the last few are kept.
const keptTexts = ['', '', '', ''];
const kept: (NameAddress | null)[] = [null, null, null, null];
let oldest = 0;

/** null: unbalanced quotes or brackets, an unquoted name that is no list of tokens, or a malformed parameter. */
export function parseNameAddress(text: string): NameAddress | null {
  for (let at = 0; at < kept.length; at += 1) if (keptTexts[at] === text) return kept[at]!;
  const address = readNameAddress(text);
  keptTexts[oldest] = text;
  kept[oldest] = address;
  oldest = (oldest + 1) % kept.length;
  return address;
}

function readNameAddress(text: string): NameAddress | null {
  let here = skipSpace(text, 0);
  let displayName = '';
  if (text.charCodeAt(here) === 34) {
    const end = endOfQuoted(text, here);
    if (end < 0) return null;
    displayName = unquote(text.slice(here, end));
    here = skipSpace(text, end);
    if (text.charCodeAt(here) !== 60) return null;
  } else {
    const open = text.indexOf('<', here);
    if (open < 0) return parseBare(text, here);
    displayName = text.slice(here, open).trim();
    for (let at = 0; at < displayName.length; at += 1) {
      const code = displayName.charCodeAt(at);
      if (!isTokenCode(code) && code !== 32 && code !== 9 && code < 128) {
        // A `<` further on, inside a parameter of an addr-spec, is caught here too.
        return null;
      }
    }
    here = open;
  }
  const close = text.indexOf('>', here);
  if (close < 0) return null;
  const params = parseParams(text, close + 1);
  return params === null ? null : { displayName, uri: text.slice(here + 1, close).trim(), params };
}

/** Without brackets, `;` ends the URI: what follows belongs to the header (RFC 3261 20). So it holds no `,` or `?`. */
function parseBare(text: string, at: number): NameAddress | null {
  let here = at;
  for (; here < text.length; here += 1) {
    const code = text.charCodeAt(here);
    if (code === 59 || code === 32 || code === 9) break;
    if (code === 44 || code === 63 || code === 34 || code === 62) return null;
  }
  if (here === at) return null;
  const params = parseParams(text, here);
  return params === null ? null : { displayName: '', uri: text.slice(at, here), params };
}

export function formatNameAddress(address: {
  readonly displayName?: string;
  readonly uri: string;
  readonly params?: Params;
}): string {
  const name = address.displayName ? `${quote(address.displayName)} ` : '';
  return `${name}<${address.uri}>${formatParams(address.params ?? [])}`;
}

/** The tag of a From or To value; undefined when it has none (or cannot be read). */
export function tagOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const address = parseNameAddress(value);
  return address === null ? undefined : paramValue(address.params, 'tag');
}
