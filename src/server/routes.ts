// Owns: where a dialled target is: a number is a phone that registered, or else goes to the first trunk; a SIP address is
// called as it is. Does not: let callers dial (only documents do), choose trunks by prefix or cost.
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Route } from '../call/call-parts.ts';
import type { DialTarget } from '../flow/node.ts';
import type { SipEndpoint } from '../sip/endpoint.ts';
import { escapeUser, formatHostPort, parseHostPort, parseUri, type SipUri } from '../sip/uri.ts';
import { unescapeUri } from '../sip/uri-compare.ts';
import type { Config } from './config.ts';
import type { Directory } from './directory.ts';

export interface RouteOptions {
  readonly config: Pick<Config, 'trunks' | 'sip'>;
  readonly directory: Pick<Directory, 'phone'>;
  readonly endpoint: Pick<SipEndpoint, 'contacts' | 'local'>;
}

export function createRoutes({
  config,
  directory,
  endpoint,
}: RouteOptions): (target: DialTarget, callerId: string) => Route {
  const isPhone = (login: string): boolean => directory.phone(login) !== null;
  const ownHosts = new Set([config.sip.realm, config.sip.advertisedHost].filter((host) => host !== null));

  /** From an address of ours. */
  const fromHere = (callerId: string) => ({
    uri: (localAddress: string) =>
      `sip:${escapeUser(callerId)}@${formatHostPort(config.sip.advertisedHost ?? localAddress, null)}`,
  });

  function toUser(login: string, callerId: string): Route {
    const [contact] = endpoint.contacts(login);
    if (contact === undefined) return { ok: false, sipStatus: 480, reason: `${login} is not registered` };
    const { uri, source } = contact;
    const named = parseUri(uri);
    // A phone behind a NAT writes an address into its contact that only its own network knows.
    const hidden = named?.kind === 'sip' && isIP(named.host) !== 0 && named.host !== source.address;
    return {
      ok: true,
      invite: { uri, from: fromHere(callerId), ...(hidden ? { outboundProxy: source } : {}) },
      keyWay: directory.phone(login)?.digits ?? null,
    };
  }

  function toTrunk(number: string, callerId: string): Route {
    const [trunk] = config.trunks;
    if (trunk === undefined)
      return { ok: false, sipStatus: 404, reason: `${number} is no registered phone, and there is no trunk` };
    const { username, password } = trunk;
    return {
      ok: true,
      invite: {
        uri: `sip:${escapeUser(number)}@${trunk.host}`,
        from: { uri: `sip:${escapeUser(callerId)}@${hostOf(trunk.host)}` },
        ...(username === undefined || password === undefined ? {} : { credentials: { username, password } }),
      },
      keyWay: trunk.digits ?? null,
    };
  }

  function isOurs({ host, port }: SipUri): boolean {
    if (ownHosts.has(host)) return true;
    if (!endpoint.local.some((own) => own.port === (port ?? 5060))) return false;
    return Object.values(networkInterfaces()).some((entries) => entries?.some(({ address }) => address === host));
  }

  return ({ kind, address }, callerId) => {
    if (kind === 'number') return isPhone(address) ? toUser(address, callerId) : toTrunk(address, callerId);
    const text = /^sips?:/i.test(address) ? address : `sip:${address}`;
    const uri = parseUri(text);
    if (uri?.kind !== 'sip' || uri.headers !== null)
      return { ok: false, sipStatus: 404, reason: `${address} is no SIP address` };
    const user = uri.user === null ? null : unescapeUri(uri.user);
    if (user !== null && isPhone(user) && isOurs(uri)) return toUser(user, callerId);
    return { ok: true, invite: { uri: text, from: fromHere(callerId) }, keyWay: null };
  };
}

function hostOf(hostPort: string): string {
  const parsed = parseHostPort(hostPort, 0);
  return parsed === null ? hostPort : formatHostPort(parsed.host, null);
}
