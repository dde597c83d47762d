// Owns: one attempt at collecting keys, as a pure machine. It knows prompts by number and timers by name; gather.ts turns
// what it asks for into effects. Every decision it makes is told in words: the answer to "why did this gather end?".
//
//   before ──start──▶ prompting ──last prompt over / barge-in──▶ listening ──▶ done
//      └────start, no prompt or keys typed ahead──────────────────┘
//
// Timers are re-armed, never added up: first-digit runs from the end of the prompts, inter-digit from each key, total from
// the first of both. While prompts that cannot be interrupted play, no timer runs. (Compare RFC 4730 section 3.2.)
import type { DecisionLine } from '../call/event.ts';
import type { GatherReason } from '../flow/report.ts';
import {
  type CollectorRules,
  describeRule,
  describeRules,
  isChoice,
  isEnough,
  refusal,
  shown,
} from './collector-rules.ts';

export type CollectorTimer = 'first-digit' | 'inter-digit' | 'total';

export interface Ending {
  readonly success: boolean;
  readonly terminator: string;
  readonly reason: GatherReason;
}

export interface CollectorState {
  readonly phase: 'before' | 'prompting' | 'listening' | 'done';
  /** Which prompt plays, from 0. */
  readonly prompt: number;
  readonly digits: string;
  /** Set once the entry is complete; while prompts that cannot be interrupted play, that is before `done`. */
  readonly ending: Ending | null;
  readonly armed: readonly CollectorTimer[];
  readonly startedAt: number;
  readonly decisions: readonly DecisionLine[];
}

export type CollectorInput =
  | { readonly type: 'key'; readonly digit: string; readonly typedAheadMs: number | null }
  | { readonly type: 'start' }
  | { readonly type: 'prompt-started' }
  | { readonly type: 'prompt-over'; readonly why: 'end' | 'stopped' | 'key' | 'failed'; readonly detail: string }
  | { readonly type: 'timer'; readonly timer: CollectorTimer }
  | { readonly type: 'stop'; readonly reason: Extract<GatherReason, 'hung-up' | 'cancelled' | 'completed-by-command'> };

export type CollectorOutput =
  | { readonly type: 'play'; readonly prompt: number }
  | { readonly type: 'stop-prompt' }
  | { readonly type: 'arm'; readonly timer: CollectorTimer; readonly delayMs: number }
  | { readonly type: 'cancel'; readonly timer: CollectorTimer };

export type Stepped = readonly [CollectorState, readonly CollectorOutput[]];

export function createCollector(rules: CollectorRules, now: number): CollectorState {
  const decisions = [{ atMs: 0, what: describeRules(rules) }];
  return { phase: 'before', prompt: -1, digits: '', ending: null, armed: [], startedAt: now, decisions };
}

/** Whether the next key belongs to this entry. Otherwise it must stay where it is. */
export function wantsKey(state: CollectorState): boolean {
  return state.phase !== 'done' && state.ending === null;
}

export function noteDecision(state: CollectorState, now: number, what: string): CollectorState {
  return { ...state, decisions: [...state.decisions, { atMs: now - state.startedAt, what }] };
}

export function step(rules: CollectorRules, state: CollectorState, input: CollectorInput, now: number): Stepped {
  if (state.phase === 'done') return [state, []];
  const work = new Work(rules, state, now);
  if (input.type === 'key') work.key(input.digit, input.typedAheadMs);
  else if (input.type === 'start') work.start();
  else if (input.type === 'prompt-started') work.promptStarted();
  else if (input.type === 'prompt-over') work.promptOver(input.why, input.detail);
  else if (input.type === 'timer') work.timerFired(input.timer);
  else work.complete(input.reason, '', true);
  return [work.state, work.outputs];
}

/** One step in the making. */
class Work {
  readonly rules: CollectorRules;
  readonly now: number;
  readonly outputs: CollectorOutput[] = [];
  state: CollectorState;

  constructor(rules: CollectorRules, state: CollectorState, now: number) {
    this.rules = rules;
    this.state = state;
    this.now = now;
  }

  key(digit: string, typedAheadMs: number | null): void {
    const { rules } = this;
    if (!wantsKey(this.state)) {
      // Not its name: the key may turn out to belong to a secret.
      this.tell('a key is left for what follows: the entry is complete');
      return;
    }
    const ends = rules.terminators.includes(digit);
    const name = ends ? digit : shown(rules, digit);
    const when = typedAheadMs === null ? '' : `, typed ahead ${typedAheadMs} ms before`;
    const why = refusal(rules, this.state.digits, digit);
    if (why !== null) {
      this.tell(`key ${name} ignored${when}: ${why}`);
      return;
    }
    if (ends) {
      this.tell(`key ${name} taken${when}: it ends the entry`);
      this.bargeIn();
      this.complete('terminator', digit);
      return;
    }
    if (rules.soleKeys?.includes(digit) === true) {
      this.change({ digits: digit });
      this.tell(`key ${name} taken${when}: it is an entry by itself`);
      this.bargeIn();
      this.complete('max-digits', '');
      return;
    }
    this.change({ digits: this.state.digits + digit });
    this.tell(`key ${name} taken${when}: digit ${this.state.digits.length} of ${rules.maxDigits}`);
    this.bargeIn();
    if (this.state.digits.length >= rules.maxDigits) {
      this.complete('max-digits', '');
      return;
    }
    if (this.state.phase === 'listening') this.armForNextDigit(`digit ${this.state.digits.length}`);
  }

  start(): void {
    const { rules, state } = this;
    if (state.phase !== 'before') return;
    if (rules.prompts > 0 && rules.bargeIn && state.digits !== '') {
      this.tell('prompts skipped: keys were typed ahead');
      this.listen('the beginning: keys were typed ahead');
      return;
    }
    if (rules.prompts > 0) {
      this.play(0);
      return;
    }
    this.listen('the beginning: there is no prompt');
  }

  promptStarted(): void {
    this.tell(`prompt ${this.state.prompt + 1} is heard`);
  }

  promptOver(why: 'end' | 'stopped' | 'key' | 'failed', detail: string): void {
    const { phase, prompt } = this.state;
    this.tell(
      `prompt ${prompt + 1} ${why === 'failed' ? 'failed' : why === 'end' ? 'ended' : 'was stopped'}: ${detail}`,
    );
    if (phase !== 'prompting') return;
    if (prompt + 1 < this.rules.prompts && why !== 'key') {
      this.play(prompt + 1);
      return;
    }
    this.listen('the end of the prompts');
  }

  timerFired(timer: CollectorTimer): void {
    if (!this.state.armed.includes(timer)) return;
    this.change({ armed: this.state.armed.filter((other) => other !== timer) });
    this.tell(`timer ${timer} fired`);
    this.complete(`${timer}-timeout`, '');
  }

  complete(reason: GatherReason, terminator: string, atOnce = false): void {
    const { rules, state } = this;
    const { digits } = state;
    const forced = reason === 'hung-up' || reason === 'cancelled';
    const final = forced || reason === 'total-timeout' || reason === 'completed-by-command';
    if (!isChoice(rules, digits) && !final) {
      this.forget();
      return;
    }
    const success = !forced && isEnough(rules, digits, reason);
    this.change({ ending: { success, terminator, reason } });
    const waitsForPrompt =
      (state.phase === 'prompting' || (state.phase === 'before' && rules.prompts > 0)) && !rules.bargeIn && !atOnce;
    if (waitsForPrompt) {
      this.tell('entry complete; the prompt may not be interrupted and plays to its end');
      return;
    }
    if (state.phase === 'before' && rules.prompts > 0 && !forced)
      this.tell('prompts skipped: the whole entry was typed ahead');
    this.finish();
  }

  private finish(): void {
    const { ending, digits, phase } = this.state;
    for (const timer of this.state.armed) {
      this.outputs.push({ type: 'cancel', timer });
      this.tell(`timer ${timer} cancelled: the entry is over`);
    }
    if (phase === 'prompting') this.outputs.push({ type: 'stop-prompt' });
    this.change({ phase: 'done', armed: [] });
    if (ending === null) return;
    const { success, reason } = ending;
    const count = `${digits.length} digit${digits.length === 1 ? '' : 's'}`;
    this.tell(`${success ? 'succeeded' : 'failed'}: ${reason}, ${count}; ${describeRule(this.rules, digits, reason)}`);
  }

  private forget(): void {
    this.tell(`entry ${shown(this.rules, this.state.digits)} forgotten: it is none of the choices`);
    this.change({ digits: '' });
    this.disarm('inter-digit', 'the entry was forgotten');
    if (this.state.phase === 'listening') this.arm('first-digit', this.rules.firstDigitMs, 'the forgotten entry');
  }

  private bargeIn(): void {
    if (this.state.phase !== 'prompting' || !this.rules.bargeIn) return;
    const left = this.rules.prompts - this.state.prompt - 1;
    this.tell(`barge-in: prompt ${this.state.prompt + 1} stopped${left > 0 ? `, ${left} more skipped` : ''}`);
    this.outputs.push({ type: 'stop-prompt' });
    this.change({ phase: 'listening' });
  }

  private play(prompt: number): void {
    this.change({ phase: 'prompting', prompt });
    this.tell(`prompt ${prompt + 1} of ${this.rules.prompts} is asked for`);
    this.outputs.push({ type: 'play', prompt });
  }

  /** `from` is where the time begins, in words that follow "from". */
  private listen(from: string): void {
    this.change({ phase: 'listening' });
    if (this.state.ending !== null) {
      this.finish();
      return;
    }
    if (this.state.digits !== '') {
      this.armForNextDigit(from);
      return;
    }
    this.arm('first-digit', this.rules.firstDigitMs, from);
    this.arm('total', this.rules.totalMs, from);
  }

  private armForNextDigit(from: string): void {
    this.disarm('first-digit', `${from} came`);
    this.arm('inter-digit', this.rules.interDigitMs, from);
    if (!this.state.armed.includes('total')) this.arm('total', this.rules.totalMs, from);
  }

  private arm(timer: CollectorTimer, delayMs: number | null, from: string): void {
    if (delayMs === null) return;
    const again = this.state.armed.includes(timer);
    if (again) this.outputs.push({ type: 'cancel', timer });
    else this.change({ armed: [...this.state.armed, timer] });
    this.outputs.push({ type: 'arm', timer, delayMs });
    this.tell(`timer ${timer} ${again ? 'reset' : 'armed'}: ${delayMs} ms from ${from}`);
  }

  private disarm(timer: CollectorTimer, why: string): void {
    if (!this.state.armed.includes(timer)) return;
    this.change({ armed: this.state.armed.filter((other) => other !== timer) });
    this.outputs.push({ type: 'cancel', timer });
    this.tell(`timer ${timer} cancelled: ${why}`);
  }

  private change(part: Partial<CollectorState>): void {
    this.state = { ...this.state, ...part };
  }

  private tell(what: string): void {
    this.state = noteDecision(this.state, this.now, what);
  }
}
