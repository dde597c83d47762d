// Owns: addresses that documents name: relative ones are resolved against the document's own (RFC 3986 section 5),
// absolute ones stay as they were written, byte for byte, because applications compare query strings.
// Does not: decide whether an address may be fetched; the fetcher's guard does.

export type Address = { readonly url: string } | { readonly fault: string; readonly hint: string };

export function resolveAddress(written: string, source: string): Address {
  const base = baseOf(source);
  const url = URL.canParse(written)
    ? new URL(written)
    : base !== null && URL.canParse(written, base.href)
      ? new URL(written, base.href)
      : null;
  if (written === '' || url === null) {
    return base === null
      ? {
          fault: `"${written}" is not an absolute address, and this document has none to resolve it against.`,
          hint: 'Write it with http:// or https://.',
        }
      : { fault: `"${written}" is not an address.`, hint: 'Write it with http:// or https://.' };
  }
  const fileMayNameFile = base?.protocol === 'file:' && url.protocol === 'file:';
  if (url.protocol !== 'http:' && url.protocol !== 'https:' && !fileMayNameFile) {
    return { fault: `An address with ${url.protocol} cannot be fetched from here.`, hint: 'Use http:// or https://.' };
  }
  const asWritten = /^https?:\/\//i.test(written) && /^[\x21-\x7e]+$/.test(written);
  return { url: asWritten ? written : url.href };
}

function baseOf(source: string): URL | null {
  if (source.startsWith('/')) return new URL(`file://${encodeURI(source)}`);
  const base = URL.canParse(source) ? new URL(source) : null;
  return base !== null && /^(https?|file):$/.test(base.protocol) ? base : null;
}
