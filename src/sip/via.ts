// Owns: Via values (RFC 3261 20.42, RFC 3581): parse, format, and the marks that the receiving side adds (18.2.1).
import { isTokenCode } from './header.ts';
import { formatParams, type Params, paramValue, parseParams, skipSpace, withParam } from './header-params.ts';
import type { Peer } from './message.ts';
import { formatHostPort, parseHostPort } from './uri.ts';

export interface Via {
  /** `SIP/2.0` in all that we understand. */
  readonly protocol: string;
  /** Upper case: UDP, TCP, TLS, WS … */
  readonly transport: string;
  /** sent-by; IPv6 without brackets. */
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
}

export const BRANCH_COOKIE = 'z9hG4bK';

let lastText = '';
let lastVia: Via | null = null;

/** The top Via is asked for twice in a row, by the parser and by the transaction layer: the last one is kept. */
export function parseVia(text: string): Via | null {
  if (text === lastText) return lastVia;
  const via = readVia(text);
  lastText = text;
  lastVia = via;
  return via;
}

function readVia(text: string): Via | null {
  // sent-protocol = name SLASH version SLASH transport, with white space allowed around each SLASH
  const words: string[] = [];
  let here = skipSpace(text, 0);
  for (;;) {
    const start = here;
    while (isTokenCode(text.charCodeAt(here))) here += 1;
    if (here === start) return null;
    words.push(text.slice(start, here));
    if (words.length === 3) break;
    here = skipSpace(text, here);
    if (text.charCodeAt(here) !== 47) return null;
    here = skipSpace(text, here + 1);
  }
  const hostStart = skipSpace(text, here);
  if (hostStart === here) return null;
  let hostPort = parseHostPort(text, hostStart);
  if (hostPort === null) {
    // `host :port` and `host: port` are allowed here (RFC 3261 25.1 COLON)
    const squeezed = squeezeColon(text, hostStart);
    if (squeezed === text) return null;
    return readVia(squeezed);
  }
  here = skipSpace(text, hostPort.end);
  if (hostPort.port === null && text.charCodeAt(here) === 58) {
    const squeezed = squeezeColon(text, hostStart);
    hostPort = squeezed === text ? null : parseHostPort(squeezed, hostStart);
    return hostPort === null ? null : readVia(squeezed);
  }
  const params = parseParams(text, here);
  if (params === null) return null;
  const [name, version, transport] = words as [string, string, string];
  return {
    protocol: `${name}/${version}`,
    transport: transport.toUpperCase(),
    host: hostPort.host,
    port: hostPort.port,
    params,
  };
}

/** Takes the white space off around the colon between host and port. */
function squeezeColon(text: string, hostStart: number): string {
  const bracket = text.charCodeAt(hostStart) === 91 ? text.indexOf(']', hostStart) : hostStart;
  if (bracket < 0) return text;
  const colon = text.indexOf(':', bracket);
  if (colon < 0) return text;
  return `${text.slice(0, colon).trimEnd()}:${text.slice(colon + 1).trimStart()}`;
}

export function formatVia(via: Via): string {
  return `${via.protocol}/${via.transport} ${formatHostPort(via.host, via.port)}${formatParams(via.params)}`;
}

export function viaBranch(via: Via): string | undefined {
  return paramValue(via.params, 'branch');
}

/** RFC 3261 18.2.1 and RFC 3581 4: `received` where sent-by is not the source, or where `rport` asks; `rport` filled. */
export function markReceived(via: Via, source: Peer): Via {
  const asks = paramValue(via.params, 'rport') !== undefined;
  let params = via.params;
  if (asks) params = withParam(params, 'rport', String(source.port));
  if (asks || via.host.toLowerCase() !== source.address.toLowerCase())
    params = withParam(params, 'received', source.address);
  else params = withParam(params, 'received', undefined);
  return params === via.params ? via : { ...via, params };
}

/**
 * Where a response with this top Via goes over a datagram transport, or over a new connection (RFC 3261 18.2.2, RFC 3581 4).
 * maddr is not honoured: it would let a request aim its answer at a third party.
 */
export function responseTarget(via: Via, transport: Peer['transport']): Peer {
  const received = paramValue(via.params, 'received');
  const rport = Number(paramValue(via.params, 'rport') || Number.NaN);
  const bare = received?.startsWith('[') ? received.slice(1, -1) : received;
  // rport names the source port of a datagram; a new connection goes to the listening port.
  const port = transport === 'udp' && rport > 0 && rport < 65536 ? rport : (via.port ?? 5060);
  return { transport, address: bare ?? via.host, port };
}
