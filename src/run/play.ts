// Owns: `play`: one prompt, ended early by its stop keys. A key that stopped it is used up; any other key waits in the
// buffer and the sound goes on.
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import type { CallState } from './state.ts';
import { substituteSound } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export function* play(node: NodeOf<'play'>, state: CallState): Steps<Outcome> {
  yield* answered(state);
  const prompt = state.name('prompt');
  const { sound, times } = node.prompt;
  let playing = true;
  try {
    yield {
      type: 'prompt.start',
      prompt,
      to: node.to,
      sound: substituteSound(state, sound),
      times,
      stopKeys: node.stopKeys,
    };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'digit' && event.leg === 'caller' && node.stopKeys.includes(event.digit)) {
        state.keys.take(event.press);
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
    if (playing) yield { type: 'prompt.stop', prompt };
  }
}
