// Owns: what the HTTP API answers: always HTTP 200, an XML body with a code, its message and what the command adds. The codes and
// their wording, misspelling included, are the vendor's.
import type { RestReply } from '../../rest.ts';

const messages = {
  200: 'Command successfully executed',
  300: "Error occured during parsing message: '{0}'",
  301: "Not implemented command: '{0}'",
  302: "Missing or invalid parameter '{0}' for command '{1}'",
  303: "Command '{0}' cannot be used here",
  304: 'Authentication required',
  305: 'Authentication failed, bad username or password',
  401: "API extension '{0}' unavailable, please check configuration or permissions",
  402: "Call connect to '{0}' failed with result state '{1}'",
  501: 'Destination of the SMS is not found',
  601: "Call not found with ID '{0}'",
} as const;

export type Code = keyof typeof messages;

export interface Answer {
  readonly code: Code;
  readonly about: readonly string[];
  /** Said behind the vendor's words, for people. */
  readonly more?: string;
  readonly content?: Content;
  /** What it sets in the script that sent it. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Elements in their order; a list repeats the name. */
export interface Content {
  readonly [name: string]: string | number | Content | readonly Content[];
}

export const done = (content?: Content): Answer => ({
  code: 200,
  about: [],
  ...(content !== undefined && { content }),
});
export const answer = (code: Exclude<Code, 200>, ...about: readonly string[]): Answer => ({ code, about });
export const wrongParameter = (name: string, command: string): Answer => answer(302, name, command);
export const notHere = (command: string, more?: string): Answer => ({
  ...answer(303, command),
  ...(more !== undefined && { more }),
});

export function messageOf({ code, about, more }: Answer): string {
  const message = messages[code].replaceAll(/\{(\d)\}/g, (_whole, place: string) =>
    shorten(about[Number(place)] ?? ''),
  );
  return more === undefined ? message : `${message}: ${more}`;
}

export function replyOf(given: Answer): RestReply {
  const root = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
  const content = { Code: given.code, Message: messageOf(given), ...given.content };
  return {
    status: 200,
    headers: { 'content-type': 'application/xml; charset=utf-8', 'cache-control': 'no-store' },
    body: `<?xml version="1.0"?>\n<Response ${root}>\n${formatContent(content, '  ')}</Response>\n`,
  };
}

function formatContent(content: Content, indent: string): string {
  return Object.entries(content)
    .flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((one) => [name, one] as const) : [[name, value] as const],
    )
    .map(([name, value]) =>
      typeof value === 'object'
        ? `${indent}<${name}>\n${formatContent(value as Content, `${indent}  `)}${indent}</${name}>\n`
        : `${indent}<${name}>${escapeText(String(value))}</${name}>\n`,
    )
    .join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What XML 1.0 section 2.2 knows no character for becomes U+FFFD. */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll(/[&<>]/g, (char) => entities[char]!);
}

/** A client's own words come back to it, but not a book of them. */
const shorten = (text: string): string => (text.length <= 200 ? text : `${text.slice(0, 199)}…`);
