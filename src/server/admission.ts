// Owns: who may call: an app's number, from anybody; a claim to be one of our users must be proven; and whether there is
// room. A server at its limit answers 503 at once and keeps the calls that it has (RFC 3261 21.5.4).
// Does not: count requests (sip/overload.ts), hold calls.
import type { InviteFacts, SipEndpointOptions } from '../sip/endpoint.ts';
import { requestUserOf } from '../sip/uas-invite.ts';
import type { Config } from './config.ts';
import type { Directory } from './directory.ts';
import { createTrunkFinder } from './trunk-networks.ts';

export interface AdmissionOptions {
  readonly config: Pick<Config, 'trunks' | 'limits'>;
  readonly directory: Pick<Directory, 'appOf' | 'phone'>;
  readonly calls: () => number;
  /** 0..1, of the busiest thread. */
  readonly load: () => number;
  readonly draining: () => boolean;
}

export interface Admission {
  readonly policy: SipEndpointOptions['policy'];
  /** Why no call is placed now; null when one may be. */
  refusesPlaced(): string | null;
  readonly status: 'ok' | 'draining' | 'overloaded';
}

const retryAfterSeconds = 5;

export function createAdmission({ config, directory, calls, load, draining }: AdmissionOptions): Admission {
  const trunkOf = createTrunkFinder(config.trunks);
  const isFull = (): boolean => calls() >= config.limits.maxCalls || load() > config.limits.maxLoad;

  return {
    policy({ from, requestUser, source, login }: InviteFacts) {
      if (draining()) return { kind: 'refuse', status: 503 };
      if (directory.appOf(requestUser) === undefined) return { kind: 'refuse', status: 404 };
      if (isFull()) return { kind: 'refuse', status: 503, retryAfterSeconds };
      const claimed = requestUserOf(from);
      if (directory.phone(claimed) === null || trunkOf(source.address) !== undefined) return { kind: 'accept' };
      return login === claimed ? { kind: 'accept' } : { kind: 'challenge' };
    },
    refusesPlaced() {
      if (draining()) return 'The server is about to stop.';
      if (calls() >= config.limits.maxCalls) return 'The server has as many calls as it takes.';
      return load() > config.limits.maxLoad ? 'The server is as busy as it may be.' : null;
    },
    get status() {
      return draining() ? 'draining' : isFull() ? 'overloaded' : 'ok';
    },
  };
}
