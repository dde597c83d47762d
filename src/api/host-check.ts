// Owns: which Host headers are answered (RFC 9110 7.2). A page on the web can make its own name lead to an address of this
// machine or network (DNS rebinding) and then read whatever answers there; its name gives it away.
// Does not: authenticate. Whoever reaches the port without a browser in between is not stopped by this.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { CodedError } from '../base/errors.ts';

export type CheckHost = (request: IncomingMessage) => void;

/** Checks for a listener on `boundHost`, which clients call `advertisedUrl`; a refused request is a CodedError. */
export function createHostCheck(boundHost: string, advertisedUrl?: string): CheckHost {
  const bound = boundHost.toLowerCase();
  const advertised = advertisedUrl === undefined ? null : parseHost(URL.parse(advertisedUrl)?.host ?? '');
  const onlyLoopback = bound === 'localhost' || isLoopback(bound);

  function isAnswered(host: string): boolean {
    if (host === 'localhost' || host === bound || host === advertised) return true;
    // A page cannot make an address lead elsewhere, so its origin is really what answers there.
    return onlyLoopback ? isLoopback(host) : isIP(host) !== 0;
  }

  return (request) => {
    // Node keeps only the first of several in `headers`.
    const given = request.rawHeaders.filter(
      (_, index, raw) => index % 2 === 1 && raw[index - 1]!.toLowerCase() === 'host',
    );
    if (given.length > 1) throw new CodedError('http-bad-request', 'The request has more than one Host header');
    const url = request.url ?? '';
    // An absolute target overrules the header (RFC 9112 3.2.2), so it must be no way round it.
    const authorities = url.startsWith('/') ? given : [...given, URL.parse(url)?.host ?? url.split('?', 1)[0]!];
    if (authorities.length === 0) {
      // HTTP/1.0 knows no Host, and health checks of load balancers still speak it; no browser does.
      if (request.httpVersion === '1.0') return;
      throw new CodedError('http-bad-request', 'The request has no Host header');
    }
    for (const authority of authorities) {
      const host = parseHost(authority);
      if (host === null || !isAnswered(host))
        throw new CodedError('http-host-refused', `This server does not answer for the host "${authority}"`, {
          hint: onlyLoopback
            ? 'It listens for this machine only: use localhost, 127.0.0.1 or [::1].'
            : `Use the address of the server, ${isIP(bound) === 0 ? `${boundHost} ` : ''}or localhost instead of a name; a proxy in front has to send such a Host.`,
        });
    }
  };
}

/** `host[:port]` without its port, in small letters and without the brackets of IPv6; null when it is neither. */
function parseHost(authority: string): string | null {
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/?#@[\]]+))(?::\d{0,5})?$/.exec(authority);
  return (parts?.[1] ?? parts?.[2] ?? null)?.toLowerCase() ?? null;
}

const isLoopback = (host: string): boolean => isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback';
