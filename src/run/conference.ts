// Owns: `conference`: the caller in a room, until it is over, somebody sends the caller out, or a command brings another
// document. Does not: run what is played to the room (create-conference-run.ts).
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { takeKey } from './listeners.ts';
import type { CallState } from './state.ts';
import { substitute, substituteDestination } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export function* conference(node: NodeOf<'conference'>, state: CallState): Steps<Outcome> {
  yield* answered(state);
  const { mute, hold, tones } = node;
  const events =
    node.events === null
      ? null
      : { ...node.events, destination: substituteDestination(state, node.events.destination) };
  const name = substitute(state, node.name);
  const coach = node.coach === null ? null : node.coach.map((call) => substitute(state, call));
  let id: string | null = null;
  let inside = true;
  try {
    yield { type: 'conference.join', name, mute, hold, coach, events, ...(tones === undefined ? {} : { tones }) };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'digit' && event.leg === 'caller') takeKey(state, event.press);
      else if (event.type === 'conference.joined') id = event.conference;
      else if (event.type === 'conference.failed' && id === null) {
        inside = false;
        return failed(event.message);
      } else if (event.type === 'conference.left' && event.conference === id) {
        inside = false;
        return succeeded(event.why);
      }
    }
  } finally {
    if (inside) yield { type: 'conference.leave' };
  }
}
