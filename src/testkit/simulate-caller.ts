// Owns: playing a caller's script: each step waits for what it names, then does what it says. The clock may be virtual or real.
import type { Clock } from '../base/clock.ts';
import type { Command, ConferenceCommand } from '../call/event.ts';
import type { CallerStep, StoryStep, Which } from './scenario.ts';
import { keystrokes } from './script.ts';

export type PressStep = Extract<CallerStep, { press: string }>;

export interface ScriptedCallerOptions {
  readonly clock: Clock;
  readonly steps: readonly StoryStep[];
  /** Begins a whole step; the next one comes when its keys and pauses are over. */
  readonly press: (step: PressStep) => void;
  readonly speak: (forMs: number) => void;
  readonly hangUp: () => void;
  readonly command: (command: Command) => void;
  readonly conference: (command: ConferenceCommand) => void;
}

export interface ScriptedCaller {
  answered(): void;
  promptStarted(prompt: string, words: string): void;
  promptEnded(prompt: string): void;
  requestSent(url: string): void;
  begin(): void;
  /** The step that is waited for, or null when the script is done. */
  readonly waitingFor: StoryStep | null;
}

export function createScriptedCaller(options: ScriptedCallerOptions): ScriptedCaller {
  const { clock, steps } = options;
  const prompts: { readonly prompt: string; readonly words: string; ended: boolean }[] = [];
  const requests: string[] = [];
  let isAnswered = false;
  let index = 0;
  let begun = false;
  /** A step is being carried out and will go on by itself. */
  let acting = false;
  // A word matches each prompt once, so that "after prompt X" twice means two playings of X.
  let startsUsed = 0;
  let endsUsed = 0;
  let requestsUsed = 0;

  function find<T>(list: readonly T[], from: number, which: Which, words: (item: T) => string): number {
    if (typeof which === 'number') return which <= list.length ? which - 1 : -1;
    return list.findIndex((item, at) => at >= from && words(item).includes(which));
  }

  function met(step: Extract<CallerStep, { until: string }>): boolean {
    if (step.until === 'answered') return isAnswered;
    if (step.until === 'request') {
      const at = find(requests, requestsUsed, step.request, (url) => url);
      if (at >= 0) requestsUsed = at + 1;
      return at >= 0;
    }
    const ends = step.until === 'prompt-ended';
    const at = find(prompts, ends ? endsUsed : startsUsed, step.prompt, ({ words }) => words);
    if (at < 0 || (ends && prompts[at]?.ended !== true)) return false;
    startsUsed = Math.max(startsUsed, at + 1);
    if (ends) endsUsed = at + 1;
    return true;
  }

  function after(delayMs: number): void {
    acting = true;
    clock.after(delayMs, () => {
      acting = false;
      go();
    });
  }

  function go(): void {
    while (begun && !acting) {
      const step = steps[index];
      if (step === undefined) return;
      if ('until' in step && !met(step)) return;
      index += 1;
      if ('press' in step) {
        options.press(step);
        after(keystrokes(step).lengthMs);
      } else if ('waitMs' in step) after(step.waitMs);
      else if ('speakMs' in step) {
        options.speak(step.speakMs);
        after(step.speakMs);
      } else if ('hangUp' in step) options.hangUp();
      else if ('command' in step) options.command(step.command);
      else if ('conference' in step) options.conference(step.conference);
    }
  }

  /** Never inside the event that is being told: a person is slower than that. */
  function soon(): void {
    clock.after(0, go);
  }

  return {
    begin() {
      begun = true;
      soon();
    },
    answered() {
      isAnswered = true;
      soon();
    },
    promptStarted(prompt, words) {
      prompts.push({ prompt, words, ended: false });
      soon();
    },
    promptEnded(prompt) {
      for (const told of prompts) if (told.prompt === prompt) told.ended = true;
      soon();
    },
    requestSent(url) {
      requests.push(url);
      soon();
    },
    get waitingFor() {
      return steps[index] ?? null;
    },
  };
}
