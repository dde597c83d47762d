// Owns: `play`: one prompt, ended early by its stop keys, and who is told of it. A key that stopped it is used up unless a
// gather beside it listens; any other key waits in the buffer and the sound goes on.
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { takeKey } from './listeners.ts';
import { noticeOf } from './notice.ts';
import { isOwnKey, partyOf } from './own-leg.ts';
import type { CallState } from './state.ts';
import { substituteSound } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

type Node = NodeOf<'play'>;

export function* play(node: Node, state: CallState): Steps<Outcome> {
  yield* answered(state);
  const prompt = state.name('prompt');
  const { sound, times } = node.prompt;
  const to = partyOf(state, node.to);
  const listener =
    state.leg === null && to === 'callee' ? ([...state.legs].find(([, leg]) => leg === 'live')?.[0] ?? null) : null;
  let playing = true;
  let heard = false;
  const timer = node.mostMs === undefined ? null : state.name('timer');
  let armed = false;
  try {
    yield {
      type: 'prompt.start',
      prompt,
      to,
      sound: substituteSound(state, sound),
      times,
      stopKeys: node.stopKeys,
    };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'prompt.started' && event.prompt === prompt) {
        heard = true;
        yield* tell(node, state, 'started');
        armed = timer !== null;
        if (timer !== null) yield { type: 'timer.arm', timer, delayMs: node.mostMs ?? 0 };
      }
      if (event.type === 'timer.fired' && event.timer === timer) {
        armed = false;
        yield { type: 'prompt.stop', prompt };
      }
      // The media of a leg that is over says nothing more of it.
      if (event.type === 'leg.ended' && event.leg === listener) return failed('the other side left');
      if (
        event.type === 'digit' &&
        (state.leg === null ? (listener === null) === (event.leg === 'caller') : isOwnKey(event, state)) &&
        node.stopKeys.includes(event.digit)
      ) {
        if (isOwnKey(event, state)) takeKey(state, event.press);
        // The media stops by itself for keys it hears; keys told by SIP INFO it does not.
        yield { type: 'prompt.stop', prompt };
      }
      if (event.type === 'prompt.finished' && event.prompt === prompt) {
        playing = false;
        return succeeded(event.why);
      }
      if (event.type === 'prompt.failed' && event.prompt === prompt) {
        playing = false;
        return failed(event.message);
      }
    }
  } finally {
    if (armed && timer !== null) yield { type: 'timer.cancel', timer };
    if (playing) yield { type: 'prompt.stop', prompt };
    if (heard) yield* tell(node, state, 'done');
  }
}

function* tell({ notify, prompt }: Node, state: CallState, status: 'started' | 'done'): Steps<void> {
  if (notify === undefined) return;
  const sound = prompt.sound.kind === 'speech' ? 'speech' : 'file';
  yield noticeOf(state, { kind: 'sound', destination: notify, history: [...state.history], status, sound });
}
