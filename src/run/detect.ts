// Owns: `detect`: whether a person or a machine has answered, by how long it speaks first. A person says a word and waits; a
// machine reads its text to the end. The rules are those that every vendor names with the same thresholds; nothing is recognised.
//
//   waiting ──speaks──▶ speaking ──silent for speechEndMs──▶ human
//      │                   └──has spoken for speechMs──▶ machine (with delayResult: once it is silent for machineEndMs)
//      └──silent for silenceMs──▶ silence            any ──timeoutMs──▶ timeout (a machine that still speaks: machine)
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import type { CallState } from './state.ts';
import { nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

type Node = NodeOf<'detect'>;
type Result = 'human' | 'answering-machine' | 'silence' | 'timeout';

export function* detect(node: Node, state: CallState): Steps<Outcome> {
  yield* answered(state);
  const begunAt = state.now;
  const result = yield* listen(node, state);
  state.variables.set('machine', result);
  state.variables.set('machineSeconds', String((state.now - begunAt) / 1000));
  return succeeded(result);
}

function* listen(node: Node, state: CallState): Steps<Result> {
  const whole = state.name('timer');
  const armed = new Set([whole]);
  let timer: string | null = null;
  let speaking = false;
  let spokenFrom: number | null = null;
  let isMachine = false;

  function* arm(delayMs: number): Steps<void> {
    yield* disarm();
    timer = state.name('timer');
    armed.add(timer);
    yield { type: 'timer.arm', timer, delayMs };
  }
  function* disarm(): Steps<void> {
    if (timer !== null && armed.delete(timer)) yield { type: 'timer.cancel', timer };
    timer = null;
  }

  try {
    yield { type: 'voice.watch', on: true };
    yield { type: 'timer.arm', timer: whole, delayMs: node.timeoutMs };
    yield* arm(node.silenceMs);
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'voice.began' && event.leg === 'caller') {
        speaking = true;
        spokenFrom ??= state.now;
        if (isMachine) yield* disarm();
        else yield* arm(Math.max(0, node.speechMs - (state.now - spokenFrom)));
      } else if (event.type === 'voice.ended' && event.leg === 'caller') {
        speaking = false;
        yield* arm(isMachine ? node.machineEndMs : node.speechEndMs);
      } else if (event.type === 'timer.fired' && armed.delete(event.timer)) {
        if (event.timer === whole) return isMachine ? 'answering-machine' : 'timeout';
        timer = null;
        if (spokenFrom === null) return 'silence';
        if (!speaking) return isMachine ? 'answering-machine' : 'human';
        isMachine = true;
        if (!node.delayResult) return 'answering-machine';
      }
    }
  } finally {
    for (const one of armed) yield { type: 'timer.cancel', timer: one };
    yield { type: 'voice.watch', on: false };
  }
}
