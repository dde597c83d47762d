// Owns: playing a caller's script over a real line. Prompts are known there as stretches of sound only, counted from the
// answer: `after prompt 2` is after the second stretch. What names words or requests cannot be kept and is refused before
// anything is dialled. The virtual twin is simulate-caller.ts.
import { CodedError } from '../base/errors.ts';
import type { CallerStep } from './scenario.ts';
import { parseScript } from './script.ts';

export type PressOutcome =
  | { readonly done: true }
  | {
      readonly done: false;
      /** ended: the call was over first; refused: the other side did not take a key. */
      readonly why: 'ended' | 'refused';
      /** The answer to the INFO that was refused. */
      readonly status?: number;
      /** The step that was not done, and those behind it. */
      readonly left: readonly CallerStep[];
    };

export type PressStep = Extract<CallerStep, { press: string }>;

/** What a script does to a call. */
export interface ScriptedLine {
  readonly isOver: boolean;
  /** Resolves when the call is over. */
  readonly over: Promise<unknown>;
  readonly answered: Promise<unknown>;
  /** `lastKeyDown` is called when no key is left but the last, which now goes down. */
  press(step: PressStep, lastKeyDown: () => void): Promise<{ readonly refused: number } | null>;
  wait(ms: number): Promise<void>;
  speak(ms: number): Promise<unknown>;
  sound(number: number, edge: 'started' | 'ended'): Promise<unknown>;
  hangUp(): void;
}

/** The steps of a script; throws CodedError script-invalid or script-not-live. */
export function liveSteps(script: string | readonly CallerStep[]): readonly CallerStep[] {
  const steps = typeof script === 'string' ? parse(script) : script;
  for (const step of steps) {
    if (!('until' in step)) continue;
    if (step.until === 'request') {
      throw new CodedError(
        'script-not-live',
        'A phone does not see the requests of the server: a script for a real call cannot wait for one.',
      );
    }
    if (step.until !== 'answered' && typeof step.prompt === 'string') {
      throw new CodedError(
        'script-not-live',
        `A phone hears sound, not words: a script for a real call cannot wait for the prompt "${step.prompt}".`,
      );
    }
  }
  return steps;
}

function parse(script: string): readonly CallerStep[] {
  const { steps, problems } = parseScript(script);
  const [problem] = problems;
  if (problem === undefined) return steps;
  throw new CodedError('script-invalid', problem.message, { place: { source: 'script', line: problem.line } });
}

export async function playSteps(steps: readonly CallerStep[], line: ScriptedLine): Promise<PressOutcome> {
  for (const [index, step] of steps.entries()) {
    if (line.isOver) return { done: false, why: 'ended', left: steps.slice(index) };
    if ('hangUp' in step) {
      line.hangUp();
      continue;
    }
    let pressed = false;
    const lastKeyDown = (): void => {
      pressed = true;
    };
    const outcome = await Promise.race([carryOut(step, line, lastKeyDown), line.over.then(() => 'over' as const)]);
    if (outcome === 'over') {
      // Who is hung up on while the last key sounds has pressed it: servers act when a key goes down.
      const left = steps.slice(pressed ? index + 1 : index);
      return left.length === 0 ? { done: true } : { done: false, why: 'ended', left };
    }
    if (outcome !== null) return { done: false, why: 'refused', status: outcome.refused, left: steps.slice(index) };
  }
  return { done: true };
}

async function carryOut(
  step: Exclude<CallerStep, { hangUp: true }>,
  line: ScriptedLine,
  lastKeyDown: () => void,
): Promise<{ readonly refused: number } | 'over' | null> {
  if ('press' in step) return line.press(step, lastKeyDown);
  if ('waitMs' in step) await line.wait(step.waitMs);
  else if ('speakMs' in step) await line.speak(step.speakMs);
  else if (step.until === 'answered') await line.answered;
  else if (step.until !== 'request' && typeof step.prompt === 'number') {
    // A wait that ends with the call fails; the end itself is what is told.
    const heard = line.sound(step.prompt, step.until === 'prompt-started' ? 'started' : 'ended');
    return heard.then(
      () => null,
      () => 'over' as const,
    );
  }
  return null;
}
