// Owns: `alarm`: the receiver's side of Ademco Contact ID (SIA DC-05): two tones say that it listens, sixteen keys are a message, and
// one long tone says that it was taken. A panel that does not hear that tone sends the message again by itself.
//
//   answer, 0.7 s ── 1400 Hz 0.1 s ── 0.1 s ── 2300 Hz 0.1 s ──▶ keys ── good ──▶ 1400 Hz 0.9 s, the body ──▶ more keys, or silence: over
//                          ▲ nothing came, three times             └─ bad: nothing, it is sent again
import type { Effect } from '../call/effect.ts';
import type { NodeOf, Tone } from '../flow/node.ts';
import { answered } from './answered.ts';
import { alarmKeys, alarmName, decodeContactId } from './contact-id.ts';
import { takeKey } from './listeners.ts';
import { sleep } from './pause.ts';
import type { CallState } from './state.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

const settleMs = 700;
const handshakes = 3;
/** A panel begins 0.3 s after the tones, and repeats what was not taken after 1.25 s. */
const firstKeyMs = 3000;
const nextKeyMs = 500;
const mostRefused = 8;
const mostMessages = 100;

const tone = (hz: number, onMs: number, offMs: number): Tone => ({
  kind: 'tone',
  frequenciesHz: [hz],
  onMs,
  offMs,
  durationMs: onMs + offMs,
  volumeDb: -11,
});
const handshake = [tone(1400, 100, 100), tone(2300, 100, 0)] as const;
const kissoff = [tone(1400, 900, 0)] as const;

export function* alarm(node: NodeOf<'alarm'>, state: CallState): Steps<Outcome> {
  yield* answered(state);
  yield* sleep(state, settleMs, '');
  let taken = 0;
  let refused = 0;
  let last = '';
  for (let round = 0; round < handshakes && taken === 0; round += 1) {
    yield* sounds(state, handshake);
    for (let keys = yield* entry(state); keys !== ''; keys = yield* entry(state)) {
      const message = decodeContactId(keys);
      if (message === null) {
        refused += 1;
        if (refused >= mostRefused) return failed('no message could be read');
        continue;
      }
      yield* sounds(state, kissoff);
      // Sent again, because the tone was not heard.
      if (keys === last) continue;
      last = keys;
      taken += 1;
      for (const [name, value] of Object.entries({ ...message, name: alarmName(message.event) }))
        state.variables.set(`alarm.${name}`, value);
      const exit = yield* state.block(node.body);
      if (exit !== 'go-on') return succeeded('left', { exit });
      if (taken >= mostMessages) break;
    }
  }
  return taken === 0 ? failed('no message came') : succeeded(`${taken} taken, ${refused} refused`);
}

/** Sixteen keys, or what was pressed before a silence; '' when nothing was. */
function* entry(state: CallState): Steps<string> {
  let keys = '';
  let timer = '';
  try {
    for (;;) {
      for (let key = state.keys.shift(); key !== undefined; key = state.keys.shift()) {
        keys += key.digit;
        if (keys.length === alarmKeys) return keys;
      }
      if (timer !== '') yield { type: 'timer.cancel', timer };
      timer = state.name('timer');
      yield { type: 'timer.arm', timer, delayMs: keys === '' ? firstKeyMs : nextKeyMs };
      const pressed = yield* untilKey(state, timer);
      if (pressed === null) {
        timer = '';
        return keys;
      }
      keys += pressed;
      if (keys.length === alarmKeys) return keys;
    }
  } finally {
    if (timer !== '') yield { type: 'timer.cancel', timer };
  }
}

function* untilKey(state: CallState, timer: string): Steps<string | null> {
  for (;;) {
    const { event } = yield* nextLine();
    if (event.type === 'timer.fired' && event.timer === timer) return null;
    if (event.type === 'digit' && event.leg === 'caller' && takeKey(state, event.press)) return event.digit;
  }
}

/** One behind the other, without a gap. */
function* sounds(state: CallState, tones: readonly Tone[]): Steps<void> {
  const playing = new Set<string>();
  try {
    for (const sound of tones) {
      const prompt = state.name('prompt');
      playing.add(prompt);
      const start: Effect = { type: 'prompt.start', prompt, to: 'caller', sound, times: 1, stopKeys: '' };
      yield start;
    }
    while (playing.size > 0) {
      const { event } = yield* nextLine();
      if (event.type === 'prompt.finished' || event.type === 'prompt.failed') playing.delete(event.prompt);
    }
  } finally {
    for (const prompt of playing) yield { type: 'prompt.stop', prompt };
  }
}
