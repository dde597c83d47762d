// Owns: where a dialled target is: a number is a phone that registered, or else goes to the first trunk; a SIP address is
// called as it is. Does not: let callers dial (only documents do), choose trunks by prefix or cost.
import type { Route } from '../call/call-parts.ts';
import type { DialTarget } from '../flow/node.ts';
import type { SipEndpoint } from '../sip/endpoint.ts';
import { escapeUser, formatHostPort, parseHostPort, parseUri } from '../sip/uri.ts';
import { unescapeUri } from '../sip/uri-compare.ts';
import type { Config } from './config.ts';

export interface RouteOptions {
  readonly config: Pick<Config, 'users' | 'trunks' | 'sip'>;
  readonly endpoint: Pick<SipEndpoint, 'contacts' | 'local'>;
}

export function createRoutes({ config, endpoint }: RouteOptions): (target: DialTarget, callerId: string) => Route {
  const logins = new Set(config.users.map(({ login }) => login));
  const ownHosts = new Set([config.sip.realm, config.sip.advertisedHost].filter((host) => host !== null));
  /** The host of our own addresses; with none configured a name that is nobody's. */
  const ownHost = config.sip.advertisedHost ?? 'keytone.invalid';

  const from = (callerId: string, host: string) => ({ uri: `sip:${escapeUser(callerId)}@${host}` });

  function toUser(login: string, callerId: string): Route {
    const [contact] = endpoint.contacts(login);
    if (contact === undefined) return { ok: false, sipStatus: 480, reason: `${login} is not registered` };
    return { ok: true, invite: { uri: contact.uri, from: from(callerId, ownHost) } };
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
        from: from(callerId, hostOf(trunk.host)),
        ...(username === undefined || password === undefined ? {} : { credentials: { username, password } }),
      },
    };
  }

  function isOurs(host: string): boolean {
    return ownHosts.has(host) || endpoint.local.some(({ address }) => address === host);
  }

  return ({ kind, address }, callerId) => {
    if (kind === 'number') return logins.has(address) ? toUser(address, callerId) : toTrunk(address, callerId);
    const text = /^sips?:/i.test(address) ? address : `sip:${address}`;
    const uri = parseUri(text);
    if (uri?.kind !== 'sip' || uri.headers !== null)
      return { ok: false, sipStatus: 404, reason: `${address} is no SIP address` };
    const user = uri.user === null ? null : unescapeUri(uri.user);
    if (user !== null && logins.has(user) && isOurs(uri.host)) return toUser(user, callerId);
    return { ok: true, invite: { uri: text, from: from(callerId, ownHost) } };
  };
}

function hostOf(hostPort: string): string {
  const parsed = parseHostPort(hostPort, 0);
  return parsed === null ? hostPort : formatHostPort(parsed.host, null);
}
