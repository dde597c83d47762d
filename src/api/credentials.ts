// Owns: who a request says it is: HTTP Basic (RFC 7617) and Bearer (RFC 6750) credentials, as they are written.
// Does not: believe them (access.ts).

export type Credentials =
  | { readonly kind: 'basic'; readonly id: string; readonly secret: string }
  | { readonly kind: 'bearer'; readonly token: string };

const longest = 4096;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const control = /[\u0000-\u001f\u007f]/;

/** null: there are none that can be read; they are nobody's. */
export function parseAuthorization(header: string): Credentials | null {
  if (header.length > longest) return null;
  const [, scheme = '', value = ''] = /^([A-Za-z]+) +([A-Za-z0-9+/_.~-]+=*) *$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { kind: 'bearer', token: value };
    case 'basic': {
      const pair = decode(value);
      return pair === null ? null : parsePair(pair);
    }
    default:
      return null;
  }
}

/** `id:secret`; the secret may hold colons. */
export function parsePair(text: string): Credentials | null {
  const colon = text.indexOf(':');
  if (colon < 1 || control.test(text)) return null;
  return { kind: 'basic', id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

function decode(value: string): string | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'base64'));
  } catch {
    return null;
  }
}
