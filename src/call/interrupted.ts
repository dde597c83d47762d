// Owns: what is told of that which a kill interrupted and nobody can take up: keys that were down, sounds that were being
// stopped, keys that were being sent, phones that rang.
import type { WorldEvent } from './event.ts';
import type { Ledger, Prompt } from './ledger.ts';

const interruptedKeys = 'A restart of the server came between the keys.';
const normalClearing = 16;
const temporaryFailure = 41;
const interruptedLeg = 'a restart of the server came between';

/** How much of it was heard; null when it had not begun. */
export const playedMsOf = ({ startedAt }: Prompt, diedAtMs: number): number | null =>
  startedAt === null ? null : Math.max(0, diedAtMs - startedAt);

export const interrupted = (ledger: Ledger, diedAtMs: number): readonly WorldEvent[] => [
  ...releasedKeys(ledger, diedAtMs),
  ...stoppedPrompts(ledger, diedAtMs),
  ...keysOnTheirWay(ledger),
  ...ringingLegs(ledger),
  ...ringingCall(ledger),
];

/** Nobody heard them end; each press is told as ended all the same. */
function releasedKeys(ledger: Ledger, diedAtMs: number): WorldEvent[] {
  return [...ledger.down.values()].map(({ event: { leg, press, heard }, since }) => ({
    ...{ type: 'digit.released', leg, press, heard },
    durationMs: Math.max(0, diedAtMs - since),
  }));
}

function stoppedPrompts(ledger: Ledger, diedAtMs: number): WorldEvent[] {
  return [...ledger.prompts].flatMap(([prompt, one]) =>
    one.stopped === null
      ? []
      : [{ type: 'prompt.finished' as const, prompt, why: one.stopped, playedMs: playedMsOf(one, diedAtMs) ?? 0 }],
  );
}

/** How many of them the other side got is not known, so they are not sent again. */
function keysOnTheirWay(ledger: Ledger): WorldEvent[] {
  return [...ledger.digits].map(([request, { cancelled }]) => ({
    type: 'digits.failed',
    request,
    ...(cancelled
      ? { code: 'digits-cancelled', message: 'Ended before all keys were sent.' }
      : { code: 'digits-interrupted', message: interruptedKeys }),
  }));
}

/** A leg that rings is known to nobody but the process that rang it. */
function ringingLegs(ledger: Ledger): WorldEvent[] {
  return [...ledger.legs.values()]
    .filter(({ answered }) => !answered)
    .map(({ dial: { leg }, leaving }) => ({
      ...{ type: 'leg.failed', leg, sipStatus: 487 },
      reason: leaving ? 'cancelled' : interruptedLeg,
    }));
}

/** One that we place and that rang: what its phone answers now is known to nobody either. */
function ringingCall(ledger: Ledger): WorldEvent[] {
  if (ledger.caller !== 'called') return [];
  const { ending } = ledger;
  if (ending?.type === 'call.hangup')
    return [goneCaller('us', ending.q850Cause ?? normalClearing, ending.reason ?? 'hung up by the application')];
  return [goneCaller('fault', temporaryFailure, interruptedLeg)];
}

function goneCaller(by: 'us' | 'fault', q850Cause: number, reason: string): WorldEvent {
  return { type: 'leg.ended', leg: 'caller', by, q850Cause, reason };
}
