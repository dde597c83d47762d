// Owns: which reports of a key are one press, whichever way they came: telephone-events, SIP INFO, tones in the audio. A press
// is told once, at its first report; every other report of it only adds to what is known of it, told when it is over.
// The rules, the reasons and a table of cases that is run against this file: docs/keys.md. Compare RFC 4733 2.5.2.2.
//
//   tone ──▶ held ──100 ms, or any other report──▶ told ──up everywhere, no echo due──▶ released ──32 s──▶ forgotten
//   event, INFO ──────────────────────────────────┘
//
// Does not: doubt presses that one path reports twice (telephone-event-receiver.ts has done that), keep time, know SIP.

export type KeyPath = 'rfc4733' | 'inband' | 'info';

export interface KeyReport {
  readonly via: KeyPath;
  /** Of the machine's clock; when this path first said so, or heard the tone begin. */
  readonly at: number;
  readonly durationMs?: number;
  /** dBm0, as its sender or the detector says. */
  readonly level?: number;
  /** Packets missing between the first and the last one heard. */
  readonly lost?: number;
}

export type KeyInput =
  /** Whether the peer may send telephone-events by the newest description; `anew`: it may be another peer. */
  | { readonly type: 'agreed'; readonly events: boolean; readonly anew: boolean }
  /** `at` may lie a little back: a tone is known only after some of it. */
  | {
      readonly type: 'down';
      readonly via: 'rfc4733' | 'inband';
      readonly digit: string;
      readonly at: number;
      readonly level?: number;
    }
  /** The newest key of that path was let go. */
  | {
      readonly type: 'up';
      readonly via: 'rfc4733' | 'inband';
      readonly durationMs: number;
      readonly lost?: number;
      /** Of a tone, that is known at its end only. */
      readonly level?: number;
    }
  /** A key told in one message. */
  | { readonly type: 'message'; readonly via: 'rfc4733' | 'info'; readonly digit: string; readonly durationMs: number }
  | { readonly type: 'tick' };

export type KeyOutput =
  | { readonly type: 'pressed'; readonly press: number; readonly digit: string; readonly heard: readonly KeyReport[] }
  | {
      readonly type: 'released';
      readonly press: number;
      readonly digit: string;
      readonly durationMs: number;
      readonly heard: readonly KeyReport[];
    };

interface Report extends KeyReport {
  /** null while the key is held. */
  readonly upAt: number | null;
}

export interface Press {
  /** 0 while it is held back. */
  readonly press: number;
  readonly digit: string;
  readonly reports: readonly Report[];
  readonly released: boolean;
  /** Its other report came too late and was told as a press: no report to come is its. */
  readonly missed?: true;
}

export interface KeyState {
  readonly presses: readonly Press[];
  readonly count: number;
  /** Telephone-events are agreed on; one has come. */
  readonly events: boolean;
  readonly eventSeen: boolean;
  /** This peer tells its keys by INFO and in the sound. */
  readonly twice: boolean;
  /** When a tick is wanted next. */
  readonly dueAt: number;
}

/** How far from a press another path may still report it. */
export const echoMs = 150;
/** The same for INFO of a peer that is known to tell its keys twice: so long SIP sends a request again (RFC 3261 17.1.2.2). */
export const pairMs = 32_000;
/** The same for what the media of such a peer tell behind its INFO: packets held up on the way. */
export const jitterMs = 500;
/** So long the record of a press of such a peer waits for its INFO. */
export const lateMs = 2_000;
/** From its beginning, how long a tone waits for the event that may belong to it. */
export const holdMs = 100;
/** Nobody types faster for so long; beyond it the oldest is forgotten early. */
export const mostPressesKept = 256;

export function createKeyState(): KeyState {
  return { presses: [], count: 0, events: false, eventSeen: false, twice: false, dueAt: Number.POSITIVE_INFINITY };
}

/** Whether tones in the audio are worth listening for. */
export function hearsTones(state: KeyState): boolean {
  return !(state.events && state.eventSeen);
}

export function stepKeys(state: KeyState, input: KeyInput, now: number): readonly [KeyState, readonly KeyOutput[]] {
  const work = new Work(state, now);
  switch (input.type) {
    case 'agreed':
      work.state = { ...state, events: input.events, ...(input.anew ? { eventSeen: false, twice: false } : {}) };
      break;
    case 'down': {
      const { via, digit, at, level } = input;
      if (via === 'inband' && !hearsTones(state)) return [state, []];
      if (via === 'rfc4733') work.state = { ...state, eventSeen: true };
      work.report(digit, { via, at, upAt: null, ...(level === undefined ? {} : { level }) });
      break;
    }
    case 'up':
      work.up(input);
      break;
    case 'message': {
      const { via, digit, durationMs } = input;
      if (via === 'rfc4733') work.state = { ...state, eventSeen: true };
      work.report(digit, { via, at: now, durationMs, upAt: now + durationMs });
      break;
    }
    case 'tick':
      break;
  }
  return work.settle();
}

/** One step in the making. */
class Work {
  state: KeyState;
  readonly outputs: KeyOutput[] = [];
  private readonly now: number;

  constructor(state: KeyState, now: number) {
    this.state = state;
    this.now = now;
  }

  report(digit: string, report: Report): void {
    const index = this.pressOf(digit, report);
    const known = this.state.presses[index];
    if (known !== undefined) {
      this.change(index, { reports: [...known.reports, report] });
      if (known.press === 0) this.tellUpTo(index);
      return;
    }
    const presses = [...this.state.presses, { press: 0, digit, reports: [report], released: false }];
    this.state = { ...this.state, presses: presses.slice(-mostPressesKept) };
    const held = report.via === 'inband' && this.state.events;
    if (!held) this.tellUpTo(this.state.presses.length - 1);
  }

  up({ via, durationMs, lost, level }: Extract<KeyInput, { type: 'up' }>): void {
    const index = this.state.presses.findLastIndex((one) => isDown(one, via));
    const press = this.state.presses[index];
    if (press === undefined) return;
    const reports = press.reports.map((one) =>
      one.via !== via
        ? one
        : {
            ...one,
            durationMs,
            // Not now: an end that was lost is noticed late, and packets may come in one burst.
            upAt: one.at + durationMs,
            ...(lost === undefined ? {} : { lost }),
            ...(level === undefined ? {} : { level }),
          },
    );
    this.change(index, { reports });
  }

  settle(): readonly [KeyState, readonly KeyOutput[]] {
    const { now } = this;
    let dueAt = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.state.presses.length; index++) {
      const press = this.state.presses[index]!;
      if (press.press === 0 && now >= press.reports[0]!.at + holdMs) this.tellUpTo(index);
      this.releaseIfDue(index);
    }
    const presses = this.state.presses.filter((press) => !press.released || now < endOf(press) + pairMs);
    for (const press of presses) dueAt = Math.min(dueAt, this.dueOf(press));
    this.state = { ...this.state, presses, dueAt };
    return [this.state, this.outputs];
  }

  /** The oldest press that this may be another report of: no path reports one press twice. -1: it is a new press. */
  private pressOf(digit: string, { via, at }: Report): number {
    const { presses, twice } = this.state;
    const byInfo = via === 'info';
    const mayBe = (press: Press, withinMs: number): boolean =>
      press.digit === digit &&
      press.missed === undefined &&
      !press.reports.some((one) => one.via === via) &&
      at >= startOf(press) - echoMs &&
      at <= endOf(press) + withinMs;
    const index = presses.findIndex((press) => mayBe(press, !twice ? echoMs : byInfo ? pairMs : jitterMs));
    const other = index < 0 ? presses.findIndex((press) => mayBe(press, byInfo ? pairMs : jitterMs)) : index;
    const paths = presses[other]?.reports;
    if (paths === undefined || !(byInfo || paths.some((one) => one.via === 'info'))) return index;
    this.state = { ...this.state, twice: true };
    // Too late to be taken for an echo, this time; the next one will be.
    if (index < 0) this.change(other, { missed: true });
    return index;
  }

  /** Tells the press, and before it those that were held back and are older, so that keys keep their order. */
  private tellUpTo(last: number): void {
    for (let index = 0; index <= last; index++) {
      const { press, digit, reports } = this.state.presses[index]!;
      if (press !== 0) continue;
      const count = this.state.count + 1;
      this.change(index, { press: count });
      this.state = { ...this.state, count };
      this.outputs.push({ type: 'pressed', press: count, digit, heard: reports.map(publicReport) });
    }
  }

  private releaseIfDue(index: number): void {
    const press = this.state.presses[index]!;
    if (press.press === 0 || press.released || this.now < this.releaseAt(press)) return;
    this.change(index, { released: true });
    const { digit, reports } = press;
    const timed = (['rfc4733', 'inband', 'info'] as const).flatMap((via) =>
      reports.filter((one) => one.via === via),
    )[0]!;
    const durationMs = timed.durationMs ?? 0;
    this.outputs.push({ type: 'released', press: press.press, digit, durationMs, heard: reports.map(publicReport) });
  }

  /** When no more reports of it are to be expected. */
  private releaseAt(press: Press): number {
    if (press.reports.some(({ via, upAt }) => upAt === null && via !== 'info')) return Number.POSITIVE_INFINITY;
    const byInfo = press.reports.some(({ via }) => via === 'info');
    if (byInfo && press.reports.length > 1) return Number.NEGATIVE_INFINITY;
    return endOf(press) + (!this.state.twice ? echoMs : byInfo ? jitterMs : lateMs);
  }

  private dueOf(press: Press): number {
    if (press.press === 0) return press.reports[0]!.at + holdMs;
    return press.released ? endOf(press) + pairMs : this.releaseAt(press);
  }

  private change(index: number, part: Partial<Press>): void {
    const presses = this.state.presses.map((press, i) => (i === index ? { ...press, ...part } : press));
    this.state = { ...this.state, presses };
  }
}

function isDown(press: Press, via: KeyPath): boolean {
  return press.reports.some((one) => one.via === via && one.upAt === null);
}

function startOf(press: Press): number {
  return Math.min(...press.reports.map(({ at }) => at));
}

/** A press that is held has no end yet. */
function endOf(press: Press): number {
  return Math.max(...press.reports.map(({ upAt }) => upAt ?? Number.POSITIVE_INFINITY));
}

function publicReport({ upAt: _, ...report }: Report): KeyReport {
  return report;
}
