// Owns: the Reason header (RFC 3326): reading a Q.850 cause from it and writing one.
import { getHeaders } from './header.ts';
import type { Header } from './message.ts';

export function parseQ850Cause(message: { readonly headers: readonly Header[] }): number | null {
  for (const value of getHeaders(message, 'Reason')) {
    const match = /^\s*q\.850\b[^,]*?;\s*cause\s*=\s*(\d{1,3})\b/i.exec(value);
    const cause = match === null ? Number.NaN : Number(match[1]);
    if (cause >= 0 && cause <= 127) return cause;
  }
  return null;
}

/** The text of the first Reason that has one; '' otherwise. */
export function parseReasonText(message: { readonly headers: readonly Header[] }): string {
  for (const value of getHeaders(message, 'Reason')) {
    const match = /;\s*text\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(value);
    if (match !== null) return match[1]!.replace(/\\(.)/g, '$1');
  }
  return '';
}

export function formatReason(q850Cause: number | undefined, text: string | undefined): readonly Header[] {
  if (q850Cause === undefined) return [];
  // Control characters would end the header line.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const safe = text?.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/["\\]/g, '\\$&');
  return [{ name: 'Reason', value: `Q.850;cause=${q850Cause}${safe === undefined ? '' : `;text="${safe}"`}` }];
}
