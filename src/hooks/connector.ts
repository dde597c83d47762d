// Owns: opening a socket to a checked address. The name is resolved once, every address it has is checked, and the
// connection is made to those very addresses, so that a second, different DNS answer changes nothing (DNS rebinding).
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { CodedError } from '../base/errors.ts';
import type { AddressChecker } from './address-policy.ts';
import { bareHost } from './address-policy.ts';
import type { Lookup } from './resolver.ts';

export interface ConnectorOptions {
  readonly checker: AddressChecker;
  readonly lookup: Lookup;
  readonly connectTimeoutMs: number;
  /** Whether this connector serves origins that isLocallyTrusted() accepted. */
  readonly local: boolean;
}

function refused(host: string, reason: string): CodedError {
  return new CodedError('fetch-refused-address', `"${host}" may not be reached: ${reason}.`);
}

export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const { checker, local } = options;

  return (target, callback) => {
    const host = bareHost(target.hostname);
    const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
    const refusal = (address: string) => checker.check({ host, port, address, local });

    if (isIP(host) !== 0) {
      const reason = refusal(host);
      if (reason !== null) return void queueMicrotask(() => callback(refused(host, reason), null));
    }
    // A literal never reaches this; net takes it as it is.
    const pinned: LookupFunction = (_name, lookupOptions, done) => {
      options.lookup(host).then(
        (addresses) => {
          const reason = addresses.map(({ address }) => refusal(address)).find((found) => found !== null);
          const first = addresses[0];
          if (reason !== undefined || first === undefined) done(refused(host, reason ?? 'it has no address'), '', 0);
          else if (lookupOptions.all) done(null, [...addresses]);
          else done(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => done(error, '', 0),
      );
    };
    const open = buildConnector({
      allowH2: false,
      maxCachedSessions: 0,
      timeout: options.connectTimeoutMs,
      autoSelectFamily: true,
      lookup: pinned,
    } as buildConnector.BuildOptions);

    open({ ...target, hostname: host }, (...result) => {
      const [error, socket] = result;
      if (error !== null) return callback(error, null);
      const reason = socket.remoteAddress === undefined ? null : refusal(socket.remoteAddress);
      if (reason === null) return callback(null, socket);
      socket.destroy();
      callback(refused(host, reason), null);
    });
  };
}
