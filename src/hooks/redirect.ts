// Owns: what the next request is when an answer redirects (RFC 9110 §15.4), and which headers may travel with it.

/** One request of a chain. The URL carries no credentials any more: they became a header. */
export interface Redirect {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** These belong to the connection or are made from the URL; a document cannot set them (request smuggling). */
const ours: ReadonlySet<string> = new Set(
  'host connection content-length transfer-encoding upgrade te trailer keep-alive expect proxy-authorization proxy-connection'.split(
    ' ',
  ),
);
/** Everything else may be a secret of the first origin. */
const acrossOrigins: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-type',
  'user-agent',
]);

/** Takes the credentials out of `url` (it is changed) and into an Authorization header, unless one is given. */
export function requestHeaders(given: Readonly<Record<string, string>>, url: URL): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': 'Keytone', 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(given)) {
    if (!ours.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  if (url.username !== '' || url.password !== '') {
    const pair = `${decode(url.username)}:${decode(url.password)}`;
    headers['authorization'] ??= `Basic ${Buffer.from(pair).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  return headers;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Moving up to https on the same host shows nothing to anybody new. */
function sameParty(from: URL, to: URL): boolean {
  const upgrade = from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '';
  return from.origin === to.origin || (upgrade && from.hostname === to.hostname);
}

/** null when this answer is the final one. */
export function redirect(from: Redirect, status: number, location: string | undefined): Redirect | null {
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null;
  const url = URL.parse(location, from.url.href);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  url.hash = '';

  const toGet =
    (status === 303 && from.method !== 'HEAD') || ((status === 301 || status === 302) && from.method === 'POST');
  const kept = Object.entries(from.headers).filter(
    ([name]) => (sameParty(from.url, url) || acrossOrigins.has(name)) && !(toGet && name.startsWith('content-')),
  );
  return {
    url,
    method: toGet ? 'GET' : from.method,
    headers: requestHeaders(Object.fromEntries(kept), url),
    body: toGet ? null : from.body,
  };
}
