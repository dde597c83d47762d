// Owns: host names to addresses for outbound HTTP. Uses the system's resolver (hosts file, container names), but never
// more than two at a time: each lookup blocks a thread of the pool that the file system also needs.
// Does not: judge addresses; address-policy.ts does, after every answer from here, kept ones too.
import { lookup as systemLookup } from 'node:dns/promises';
import type { Clock } from '../base/clock.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}
export type Lookup = (host: string) => Promise<readonly ResolvedAddress[]>;

const atOnce = 2;
const keepHosts = 1000;
/** How long a last good answer stands in while the resolver fails, */
const keepMs = 600_000;
/** or does not say anything for so long: one that cannot reach its servers takes longer than a caller waits. */
const patienceMs = 1000;

export function createResolver(
  clock: Clock,
  lookup: Lookup = (host) => systemLookup(host, { all: true, order: 'verbatim' }),
): Lookup {
  const pending = new Map<string, Promise<readonly ResolvedAddress[]>>();
  const lastGood = new Map<string, { readonly addresses: readonly ResolvedAddress[]; readonly at: number }>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function ask(host: string): Promise<readonly ResolvedAddress[]> {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      const addresses = await lookup(host);
      if (addresses.length === 0) throw new Error('the name has no address');
      lastGood.delete(host);
      lastGood.set(host, { addresses, at: clock.now() });
      if (lastGood.size > keepHosts) lastGood.delete(lastGood.keys().next().value!);
      return addresses;
    } catch (error) {
      const kept = standIn(host);
      if (kept !== null) return kept;
      throw error;
    } finally {
      // A waiting one takes over this place, so that `running` stays right.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  const standIn = (host: string): readonly ResolvedAddress[] | null => {
    const good = lastGood.get(host);
    return good !== undefined && clock.now() - good.at < keepMs ? good.addresses : null;
  };

  function patiently(host: string, answer: Promise<readonly ResolvedAddress[]>): Promise<readonly ResolvedAddress[]> {
    const kept = standIn(host);
    if (kept === null) return answer;
    return new Promise((resolve, reject) => {
      const timer = clock.after(patienceMs, () => resolve(kept));
      answer.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  return (host) => {
    let answer = pending.get(host);
    if (answer === undefined) {
      answer = ask(host).finally(() => pending.delete(host));
      pending.set(host, answer);
    }
    return patiently(host, answer);
  };
}
