// Owns: the `;name=value` tail of header values, and quoted strings (RFC 3261 25.1 generic-param, quoted-string).
// Values stay as they were written, quotes included, so that formatting gives them back; `paramValue` unquotes.
import { isTokenCode } from './header.ts';

export interface Param {
  readonly name: string;
  /** null: a flag, without `=`. */
  readonly value: string | null;
}
export type Params = readonly Param[];

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKSLASH = 92;

export function skipSpace(text: string, at: number): number {
  let here = at;
  for (;;) {
    const code = text.charCodeAt(here);
    if (code !== SPACE && code !== TAB) return here;
    here += 1;
  }
}

/** The index behind the quoted string that opens at `at`, or -1 when it never closes. */
export function endOfQuoted(text: string, at: number): number {
  for (let here = at + 1; here < text.length; here += 1) {
    const code = text.charCodeAt(here);
    if (code === BACKSLASH) here += 1;
    else if (code === QUOTE) return here + 1;
  }
  return -1;
}

/** More than token and host: what peers put into values without harm is let through; what could end a value is not. */
function isValueCode(code: number): boolean {
  return (
    code > SPACE && code !== SEMICOLON && code !== QUOTE && code !== 44 && code !== 60 && code !== 62 && code !== 127
  );
}

/** Reads parameters from `at` to the end of the text; null when something there is not a parameter. */
export function parseParams(text: string, at: number): Params | null {
  let here = skipSpace(text, at);
  if (here >= text.length) return [];
  const params: Param[] = [];
  while (here < text.length) {
    if (text.charCodeAt(here) !== SEMICOLON) return null;
    here = skipSpace(text, here + 1);
    const nameStart = here;
    while (here < text.length && isTokenCode(text.charCodeAt(here))) here += 1;
    if (here === nameStart) return null;
    const name = text.slice(nameStart, here);
    here = skipSpace(text, here);
    if (text.charCodeAt(here) !== EQUALS) {
      params.push({ name, value: null });
      continue;
    }
    here = skipSpace(text, here + 1);
    const valueStart = here;
    if (text.charCodeAt(here) === QUOTE) {
      here = endOfQuoted(text, here);
      if (here < 0) return null;
    } else {
      while (here < text.length && isValueCode(text.charCodeAt(here))) here += 1;
      if (here === valueStart) return null;
    }
    params.push({ name, value: text.slice(valueStart, here) });
    here = skipSpace(text, here);
  }
  return params;
}

export function formatParams(params: Params): string {
  let text = '';
  for (const { name, value } of params) text += value === null ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** The value without quotes; '' for a flag; undefined when absent. Names in lower case. */
export function paramValue(params: Params, name: string): string | undefined {
  const param = findParam(params, name);
  return param === undefined ? undefined : param.value === null ? '' : unquote(param.value);
}

/** The parameters with one set (or, with undefined, taken out). */
export function withParam(params: Params, name: string, value: string | null | undefined): Params {
  const index = params.findIndex((param) => param.name.toLowerCase() === name);
  if (value === undefined) return index < 0 ? params : params.filter((_, at) => at !== index);
  const param = { name, value };
  return index < 0 ? [...params, param] : params.map((old, at) => (at === index ? param : old));
}

function findParam(params: Params, name: string): Param | undefined {
  for (const param of params) {
    if (param.name === name || (param.name.length === name.length && param.name.toLowerCase() === name)) return param;
  }
  return undefined;
}

export function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Takes quotes and backslashes off; a text without quotes stays. */
export function unquote(text: string): string {
  if (text.charCodeAt(0) !== QUOTE || text.length < 2) return text;
  const inner = text.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let plain = '';
  for (let at = 0; at < inner.length; at += 1) {
    if (inner.charCodeAt(at) === BACKSLASH) at += 1;
    plain += inner.charAt(at);
  }
  return plain;
}
