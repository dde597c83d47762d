// Owns: comparing what must come of a story with what a call did, in words of no vendor.
import type { GatherReason } from '../../../src/flow/report.ts';
import type { Expectation, Observation } from '../../../src/testkit/index.ts';
import type { EntryEnd, Outcome, Told } from './story.ts';
import type { Vendor } from './vendors.ts';

const ends: Readonly<Partial<Record<GatherReason, EntryEnd>>> = {
  'max-digits': 'full',
  terminator: 'terminator',
  'first-digit-timeout': 'nothing-keyed',
  'inter-digit-timeout': 'time-over',
  'total-timeout': 'time-over',
  'hung-up': 'hung-up',
};

export function expectationOf(outcome: Outcome, vendor: Vendor): Expectation {
  const { heard, cutShort, answered, hungUpBy, longerThanMs, withinMs } = outcome;
  return {
    ...(heard === undefined ? {} : { prompts: heard }),
    ...(cutShort === undefined ? {} : { stopped: cutShort }),
    ...(answered === undefined ? {} : { answered }),
    ...(hungUpBy === undefined ? {} : { endedBy: hungUpBy }),
    ...(longerThanMs === undefined ? {} : { longerThanMs }),
    ...(withinMs === undefined ? {} : { withinMs }),
    also: (seen) => differencesOf(outcome, seen, vendor),
  };
}

function differencesOf(outcome: Outcome, seen: Observation, vendor: Vendor): readonly string[] {
  const { entries, told, sent, recordings, holds } = outcome;
  const differences: string[] = [];
  const compare = (name: string, wanted: unknown, got: unknown): void => {
    const [want, have] = [JSON.stringify(wanted), JSON.stringify(got)];
    if (want !== have) differences.push(`${name}: expected ${want}, got ${have}`);
  };
  const events = seen.tape.map(({ event }) => event);
  if (entries !== undefined)
    compare(
      'entries',
      entries.map(({ digits, ended }) => ({ digits, ended })),
      events.flatMap((event) =>
        event.type === 'gather.finished' ? [{ digits: event.digits, ended: ends[event.reason] ?? event.reason }] : [],
      ),
    );
  if (told !== undefined) compare('told', toldBy(vendor, told), readBy(vendor, seen, differences));
  if (sent !== undefined) {
    const keys = seen.effects.flatMap((effect) =>
      effect.type === 'digits.send' ? [{ to: effect.to, keys: effect.digits }] : [],
    );
    compare('keys sent', sent, keys);
    const forCaller = sent.filter(({ to }) => to !== 'callee').map(({ keys }) => keys.replaceAll(/[,wW]/g, ''));
    if (seen.keysHeard !== null) compare('keys that the caller’s phone heard', forCaller.join(''), seen.keysHeard);
  }
  if (recordings !== undefined)
    compare(
      'ends of recordings',
      recordings,
      events.flatMap((event) => (event.type === 'recording.finished' ? [event.why] : [])),
    );
  if (holds !== undefined) compare('holds', holds, seen.effects.filter(({ type }) => type === 'hold.start').length);
  return differences;
}

/** As much of it as the dialect says at all. */
function toldBy({ tells }: Vendor, told: readonly Told[]): readonly object[] {
  return told.flatMap((one) => {
    const fields: readonly string[] | string = tells[one.what];
    if (typeof fields === 'string') return [];
    const known = one as Readonly<Record<string, unknown>>;
    return [inOrder({ what: one.what, ...Object.fromEntries(fields.map((name) => [name, known[name]])) })];
  });
}

function readBy({ read }: Vendor, { requests }: Observation, differences: string[]): readonly object[] {
  return requests.flatMap((request) => {
    try {
      const told = read(request);
      return told === null ? [] : [inOrder(told)];
    } catch (error) {
      differences.push(`${request.method} ${request.url}: ${(error as Error).message}`);
      return [];
    }
  });
}

const inOrder = (told: object): object => Object.fromEntries(Object.entries(told).sort(([a], [b]) => (a < b ? -1 : 1)));
