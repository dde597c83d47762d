// Owns: whether a page of another site sent a request: it can post here without reading the answer; its browser says whose
// page it is.
import type { IncomingMessage } from 'node:http';

export function isOtherSite({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { origin, host } = headers;
  return origin !== undefined && URL.parse(origin)?.host !== host;
}
