// Owns: a phone's events as lines that a person reads, and what a refusal means in plain words.
import { reasonPhrase } from '../sip/response.ts';
import type { PhoneCallEnd, PhoneEvent } from './phone-event.ts';
import type { PressOutcome } from './phone-script.ts';
import type { CallerStep } from './scenario.ts';
import { formatTime } from './timeline.ts';

const meanings: Readonly<Record<number, string>> = {
  401: 'a password is asked for',
  403: 'the other side does not want this caller',
  404: 'nobody has this address there',
  407: 'a password is asked for',
  408: 'nobody answered',
  410: 'nobody has this address any more',
  415: 'the other side does not take what was sent',
  480: 'the called party cannot be reached now',
  484: 'the number is too short',
  486: 'busy',
  487: 'given up before the answer',
  488: 'no common audio format',
  500: 'the other side failed',
  503: 'overloaded or closing, or nothing could be sent',
  600: 'busy everywhere',
  603: 'refused',
};

/** Of Q.850, those that are met. */
const causes: Readonly<Record<number, string>> = {
  16: 'normal clearing',
  17: 'busy',
  18: 'no user responds',
  19: 'no answer',
  21: 'rejected',
  31: 'normal',
  34: 'no circuit',
  41: 'temporary failure',
  65: 'audio not possible',
  88: 'incompatible audio',
  102: 'a timer ran out',
  127: 'interworking',
};

/** `486 Busy Here: busy` */
export function describeStatus(status: number): string {
  const meaning = meanings[status];
  return `${status} ${reasonPhrase(status)}${meaning === undefined ? '' : `: ${meaning}`}`;
}

/** null for what is not worth a line. */
export function describePhoneEvent(event: PhoneEvent): string | null {
  const words = wordsOf(event);
  return words === null ? null : `${formatTime(event.atMs)}  ${words}`;
}

function wordsOf(event: PhoneEvent): string | null {
  switch (event.type) {
    case 'ringing':
      return event.status === 180 ? 'rings' : `${event.status} ${reasonPhrase(event.status)}`;
    case 'answered':
      return `answered after ${event.atMs} ms`;
    case 'sound-started':
      return event.sound === 0 ? 'hears sound before the answer' : `hears sound ${event.sound}`;
    case 'sound-ended':
      return `${event.sound === 0 ? 'sound' : `sound ${event.sound}`} ends after ${Math.round(event.durationMs)} ms`;
    case 'digit':
      return `the other side presses ${event.digit}`;
    case 'pressing':
      return `presses ${event.keys}${ways[event.via]}`;
    case 'recorded':
      return event.problem === null ? `recorded ${event.durationMs} ms in ${event.file}` : null;
    case 'fault':
      return event.message;
    case 'ended':
      return describeEnd(event);
  }
}

const ways = { rfc4733: '', inband: ' as tones', info: ' by INFO' } as const;

function describeEnd(end: PhoneCallEnd): string {
  if (!end.answered && end.by === 'us') return 'hung up before the answer';
  if (!end.answered) return `not answered: ${describeStatus(end.status)}${quoted(end)}`;
  const who = { us: 'hung up', peer: 'ended by the other side', fault: 'broke off' }[end.by];
  const cause = end.q850Cause === null ? '' : ` (Q.850 ${end.q850Cause}${named(causes[end.q850Cause])})`;
  return `${who} after ${end.talkMs} ms${cause}${quoted(end)}`;
}

const named = (cause: string | undefined): string => (cause === undefined ? '' : ` ${cause}`);
/** What the other side wrote itself. */
const quoted = ({ reason, status }: PhoneCallEnd): string =>
  reason === '' || reason === reasonPhrase(status) ? '' : ` “${reason}”`;

/** What is to be said of a script that was not played to its end; null when nothing. */
export function describeOutcome(outcome: PressOutcome): string | null {
  if (outcome.done) return null;
  const [step] = outcome.left;
  if (outcome.why === 'refused') {
    return `The other side does not take keys by INFO: ${describeStatus(outcome.status ?? 0)}.`;
  }
  // Who wanted to hang up, or to wait, and was hung up on, has lost nothing.
  const missed = outcome.left.find((left) => !('hangUp' in left || 'waitMs' in left || 'speakMs' in left));
  if (missed === undefined || step === undefined) return null;
  return `The call ended before the step “${describeStep(step)}” was done.`;
}

function describeStep(step: CallerStep): string {
  if ('press' in step) return `press ${step.press}`;
  if ('waitMs' in step) return `wait ${step.waitMs} ms`;
  if ('speakMs' in step) return `speak ${step.speakMs} ms`;
  if ('hangUp' in step) return 'hang up';
  if (step.until === 'answered') return 'answered';
  if (step.until === 'request') return `after request ${step.request}`;
  return `${step.until === 'prompt-started' ? 'during' : 'after'} prompt ${step.prompt}`;
}
