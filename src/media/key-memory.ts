// Owns: what a restart needs to know of the keys that a session told, so that none of them is told again (docs/keys.md):
// what is left of one on a slower path (an INFO that is sent again, since nobody answered it), and a tone that still sounds.
// A press of before is over in every other respect: its end is not told. Does not: know packets of telephone-events.
import { createKeyState, echoMs, type KeyPath, type KeyState, type Press } from './key-machine.ts';
import type { SavedSession } from './plane.ts';

type SavedKeys = SavedSession['keys'];

/** An INFO that nobody answered comes again by then (RFC 3261 17.1.2.2: after 0.5, 1.5, 3.5 s …). */
const infoAgainMs = 2_000;
/** A tone that begins so soon after sound comes again did not begin there. */
const resumedMs = 100;

export function saveKeys({ count, eventSeen, twice, presses }: KeyState): SavedKeys {
  return {
    count,
    eventSeen,
    twice,
    presses: presses
      .filter(({ press }) => press > 0)
      .map(({ digit, reports }) => ({
        digit,
        via: reports.map(({ via }) => via),
        sounding: reports.some(({ via, upAt }) => via === 'inband' && upAt === null),
      })),
  };
}

/** `lately`: they were told so short a time ago that more of them may come. */
export function recallKeys({ count, eventSeen, twice, presses }: SavedKeys, lately: boolean, now: number): KeyState {
  return {
    ...createKeyState(),
    count,
    eventSeen,
    twice,
    presses: lately
      ? presses.map(({ digit, via }) =>
          told(
            digit,
            via.includes('info') ? ['rfc4733', 'inband', 'info'] : ['rfc4733', 'inband'],
            now,
            now + infoAgainMs,
          ),
        )
      : [],
    dueAt: now + infoAgainMs,
  };
}

/** The tones that sounded when the process was killed; sound is about to come again. */
export function recallTones(state: KeyState, digits: readonly string[], now: number): KeyState {
  const upAt = now + resumedMs - echoMs;
  const presses = digits.map((digit) => told(digit, ['rfc4733', 'info'], upAt, upAt));
  return { ...state, presses: [...state.presses, ...presses] };
}

/** A press that none of these paths can report any more, and another as if it had lasted from `at` to `upAt`. */
function told(digit: string, paths: readonly KeyPath[], at: number, upAt: number): Press {
  return { press: 1, digit, reports: paths.map((via) => ({ via, at, upAt })), released: true };
}
