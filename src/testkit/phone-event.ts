// Owns: what happens to a call as a phone sees it, as data, and a list of it that can be waited on: past events count, and
// a wait for what never came fails when the call is over. Does not: let anyone sleep.
import { CodedError } from '../base/errors.ts';

export interface PhoneCallEnd {
  readonly by: 'peer' | 'us' | 'fault';
  /** The refusal, 487 when we gave up before an answer, 408 when nobody answered; 0 after an answer. */
  readonly status: number;
  readonly q850Cause: number | null;
  readonly reason: string;
  readonly answered: boolean;
  /** From the answer to the end. */
  readonly talkMs: number;
}

/** `atMs` counts from the moment the call was placed or came in. */
export type PhoneEvent =
  | { readonly type: 'ringing'; readonly atMs: number; readonly status: number }
  | { readonly type: 'answered'; readonly atMs: number }
  /** `sound` counts stretches of sound from 1 since the answer; 0 is what was heard before it. */
  | { readonly type: 'sound-started'; readonly atMs: number; readonly sound: number }
  | {
      readonly type: 'sound-ended';
      readonly atMs: number;
      readonly sound: number;
      readonly durationMs: number;
    }
  /** A key that the other side sent. */
  | { readonly type: 'digit'; readonly atMs: number; readonly digit: string; readonly via: DigitWay }
  /** We begin to send keys; `via` is how they really go. */
  | { readonly type: 'pressing'; readonly atMs: number; readonly keys: string; readonly via: DigitWay }
  | {
      readonly type: 'recorded';
      readonly atMs: number;
      readonly file: string;
      readonly durationMs: number;
      /** null when the file is whole. */
      readonly problem: string | null;
    }
  | { readonly type: 'fault'; readonly atMs: number; readonly message: string }
  | ({ readonly type: 'ended'; readonly atMs: number } & PhoneCallEnd);

/** telephone-events in RTP, tones in the audio, or SIP INFO. */
export type DigitWay = 'rfc4733' | 'inband' | 'info';
/** How a phone tells its keys; some tell each of them twice. */
export type KeyWay = DigitWay | 'rfc4733+info';

export type PhoneEventOf<T extends PhoneEvent['type']> = Extract<PhoneEvent, { type: T }>;

type Untimed<T> = T extends PhoneEvent ? Omit<T, 'atMs'> & { readonly atMs?: number } : never;

export class PhoneEvents {
  readonly all: PhoneEvent[] = [];
  readonly #now: () => number;
  readonly #watchers: ((event: PhoneEvent) => void)[] = [];
  #waiting: { readonly take: (event: PhoneEvent) => boolean; readonly giveUp: () => void }[] = [];
  #over = false;

  /** `now`: milliseconds since the call began. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(event: Untimed<PhoneEvent>): void {
    const timed = { ...event, atMs: Math.round(event.atMs ?? this.#now()) } as PhoneEvent;
    this.all.push(timed);
    for (const watcher of this.#watchers) watcher(timed);
    this.#waiting = this.#waiting.filter(({ take }) => !take(timed));
    if (timed.type !== 'ended') return;
    this.#over = true;
    for (const { giveUp } of this.#waiting.splice(0)) giveUp();
  }

  watch(watcher: (event: PhoneEvent) => void): void {
    for (const event of this.all) watcher(event);
    this.#watchers.push(watcher);
  }

  until<T extends PhoneEvent['type']>(
    type: T,
    fits: (event: PhoneEventOf<T>) => boolean = () => true,
  ): Promise<PhoneEventOf<T>> {
    const is = (event: PhoneEvent): event is PhoneEventOf<T> => event.type === type && fits(event as PhoneEventOf<T>);
    const past = this.all.find(is);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const giveUp = (): void =>
        reject(new CodedError('phone-call-over', `The call ended before the event ${type} that was waited for.`));
      if (this.#over) giveUp();
      else
        this.#waiting.push({
          take(event) {
            if (!is(event)) return false;
            resolve(event);
            return true;
          },
          giveUp,
        });
    });
  }
}
