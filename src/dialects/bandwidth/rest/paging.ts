// Owns: pages of lists: pageSize, the opaque pageToken, the `Link` of the next page (RFC 8288), and times in queries.
import type { RestRequest } from '../../rest.ts';
import { accountUrl } from './call-view.ts';
import { invalid } from './reply.ts';

export interface PageAsked {
  readonly size: number;
  readonly offset: number;
}

const prefix = 'from:';

export function readPage({ query }: RestRequest, { most, usual }: { most: number; usual: number }): PageAsked {
  const written = query.get('pageSize');
  const size = written === null ? usual : Number(written);
  if (!Number.isInteger(size) || size < 1 || size > most)
    throw invalid(`\`pageSize\` must be within the range [\`1\`, \`${most}\`], but was \`${written}\``);
  const token = query.get('pageToken');
  if (token === null || token === '') return { size, offset: 0 };
  const text = Buffer.from(token, 'base64url').toString();
  const offset = text.startsWith(prefix) ? Number(text.slice(prefix.length)) : Number.NaN;
  if (!Number.isSafeInteger(offset) || offset < 0) throw invalid('Invalid pageToken');
  return { size, offset };
}

/** The header that leads to what begins at `offset`, with the rest of the query as it was asked. */
export function linkTo(request: RestRequest, account: string, path: string, offset: number): Record<string, string> {
  const query = new URLSearchParams(request.query);
  query.set('pageToken', Buffer.from(`${prefix}${offset}`).toString('base64url'));
  return { Link: `<${accountUrl(request.here, account)}${path}?${query}>; rel="next"` };
}

/** Undefined when the query has none. */
export function readTime({ query }: RestRequest, name: string): string | undefined {
  const written = query.get(name)?.trim() ?? '';
  if (written === '') return undefined;
  const at = Date.parse(written);
  if (!/^\d{4}-\d\d-\d\d/.test(written) || Number.isNaN(at))
    throw invalid(`Invalid ${name}: must be a time as 2022-06-21T19:13:21Z`);
  return new Date(at).toISOString();
}
