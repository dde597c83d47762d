// Owns: `send-alarm`: the panel's side of Ademco Contact ID (SIA DC-05): waits for the two tones by which a receiver says that it
// listens, keys the message, and waits for the long tone that says it was taken; else it keys it again. The receiver's side is alarm.ts.
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { encodeContactId } from './contact-id.ts';
import { sleep } from './pause.ts';
import type { CallState } from './state.ts';
import { substitute } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

type Node = NodeOf<'send-alarm'>;

const handshakeMs = 30_000;
const pauseMs = 280;
const kissoffMs = 3000;
const keyMs = 60;
const attempts = 4;
/** Shorter ones are a handshake that a receiver repeats. */
const leastKissoffMs = 300;

export function* sendAlarm(node: Node, state: CallState): Steps<Outcome> {
  const { qualifier } = node;
  const [account, event, partition, zone] = [node.account, node.event, node.partition, node.zone].map((text) =>
    substitute(state, text),
  ) as [string, string, string, string];
  const keys = encodeContactId({ account, qualifier, event, partition, zone });
  if (keys === null) return failed('this is no message that can be sent');
  yield* answered(state);
  yield { type: 'tones.watch', on: true };
  try {
    if (!(yield* heard(state, 2300, 0, handshakeMs))) return failed('no receiver said that it listens');
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      yield* sleep(state, pauseMs, '');
      const problem = yield* send(state, keys);
      if (problem !== null) return failed(problem);
      if (yield* heard(state, 1400, leastKissoffMs, kissoffMs)) return succeeded(`taken at attempt ${attempt}`);
    }
    return failed('the receiver did not take it');
  } finally {
    yield { type: 'tones.watch', on: false };
  }
}

function* heard(state: CallState, frequencyHz: number, leastMs: number, withinMs: number): Steps<boolean> {
  const timer = state.name('timer');
  let armed = true;
  try {
    yield { type: 'timer.arm', timer, delayMs: withinMs };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type === 'timer.fired' && event.timer === timer) {
        armed = false;
        return false;
      }
      if (event.type !== 'tone.heard' || event.leg !== 'caller') continue;
      if (event.frequencyHz === frequencyHz && event.durationMs >= leastMs) return true;
    }
  } finally {
    if (armed) yield { type: 'timer.cancel', timer };
  }
}

/** null once they are sent, or why not. */
function* send(state: CallState, digits: string): Steps<string | null> {
  const request = state.name('request');
  let sending = true;
  try {
    yield { type: 'digits.send', request, to: 'caller', digits, toneMs: keyMs, gapMs: keyMs };
    for (;;) {
      const { event } = yield* nextLine();
      if (event.type !== 'digits.sent' && event.type !== 'digits.failed') continue;
      if (event.request !== request) continue;
      sending = false;
      return event.type === 'digits.sent' ? null : event.message;
    }
  } finally {
    if (sending) yield { type: 'digits.cancel', request };
  }
}
