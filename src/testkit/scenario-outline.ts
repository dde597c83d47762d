// Owns: what happened in a call without when: a line of words for each line of the tape that a story is about, so that two
// runs of the same story can be laid side by side. Left out is what a wire orders anew each time: when a key is let
// go, when a dialled phone begins to ring, and when a notice arrives that nobody waits for.
import type { Effect } from '../call/effect.ts';
import type { CallEvent, TapeLine } from '../call/event.ts';
import { describeSound } from './timeline.ts';

export interface OutlineOptions {
  readonly tape: readonly TapeLine[];
  readonly effects: readonly { readonly effect: Effect }[];
}

export function outline({ tape, effects }: OutlineOptions): readonly string[] {
  const words = new Map<string, string>();
  for (const { effect } of effects)
    if (effect.type === 'prompt.start') words.set(effect.prompt, describeSound(effect.sound));
  return tape.flatMap(({ event }) => {
    const what = wordsOf(event, words);
    return what === null ? [] : [what];
  });
}

function wordsOf(event: CallEvent, words: ReadonlyMap<string, string>): string | null {
  switch (event.type) {
    case 'leg.answered':
      return `${event.leg} answered`;
    case 'leg.failed':
      return `${event.leg} failed: ${event.sipStatus}`;
    case 'leg.ended':
      return `${event.leg} ended by ${event.by}, cause ${event.q850Cause}: ${event.reason}`;
    case 'document.fetched':
      return `document ${event.httpStatus}`;
    case 'document.failed':
      return `no document: ${event.code}`;
    case 'prompt.started':
      return `hears ${words.get(event.prompt)}`;
    case 'prompt.finished':
      return `no longer hears ${words.get(event.prompt)}: ${event.why}`;
    case 'prompt.failed':
      return `cannot hear ${words.get(event.prompt)}: ${event.code}`;
    case 'digit':
      return `${event.leg} presses ${event.digit}`;
    case 'recording.started':
      return 'recording begins';
    case 'recording.finished':
      return `recording ends: ${event.why}`;
    case 'timer.fired':
      return `time is up: ${event.timer}`;
    case 'verb.started':
      return `begins ${event.path} ${event.verb}`;
    case 'verb.finished':
      return `done with ${event.path} ${event.verb}: ${event.success} ${event.reason}`;
    case 'gather.finished':
      return `gather ${event.attempt}: ${event.digits} ${event.reason}`;
    case 'call.ended':
      return `over, cause ${event.q850Cause}: ${event.reason}`;
    case 'leg.ringing':
    case 'digit.released':
    case 'notice.told':
    case 'notice.failed':
      return null;
    default:
      return event.type;
  }
}
