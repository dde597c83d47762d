// Owns: how keys are sent to whoever called, as configured for the user who logged in or the trunk that the call comes from.
// Legs that we dial are in routes.ts.
import type { KeyWay } from '../call/key-sender.ts';
import type { IncomingLeg } from '../sip/endpoint.ts';
import type { Config } from './config.ts';
import type { Directory } from './directory.ts';
import { createTrunkFinder } from './trunk-networks.ts';

type Caller = Pick<IncomingLeg, 'login' | 'source'>;

/** null: as the caller's description says. */
export function createKeyWays(
  { trunks }: Pick<Config, 'trunks'>,
  { phone }: Pick<Directory, 'phone'>,
): (caller: Caller) => KeyWay | null {
  const trunkOf = createTrunkFinder(trunks);
  return ({ login, source }) => (login === null ? trunkOf(source.address)?.digits : phone(login)?.digits) ?? null;
}
