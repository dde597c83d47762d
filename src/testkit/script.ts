// Owns: the caller's script as a person writes it, for the command line and for quick tests; compiled to CallerStep.
//
//   after prompt "enter your code" press 12w34#
//   during prompt 2 press 1
//   after request 2 wait 500 ms
//   wait 2 s
//   speak 3 s
//   hang up
//
// One step a line, or several separated by `;`. `#` is a key, so comments begin with `//`.
import type { CallerStep, Which } from './scenario.ts';

export interface ScriptProblem {
  readonly line: number;
  readonly message: string;
}

export type ParsedScript =
  | { readonly steps: readonly CallerStep[]; readonly problems: readonly [] }
  | { readonly steps: readonly CallerStep[]; readonly problems: readonly ScriptProblem[] };

const which = String.raw`("[^"]*"|\d+)`;
const promptWords = new RegExp(`^(after|during|until|when)\\s+prompt\\s+${which}(?:\\s+(starts|ends))?[,:]?\\s*`, 'i');
const requestWords = new RegExp(`^(?:after|until|when)\\s+request\\s+${which}[,:]?\\s*`, 'i');
const pressWords = /^(?:press\s+)([0-9*#A-Da-dwW,\s]+)$/;
const keysOnly = /^[0-9*#A-DwW]+$/;
const timeWords = /^(wait|speak|silence)\s+(\d+(?:\.\d+)?)\s*(ms|s)$/i;

export function parseScript(text: string): ParsedScript {
  const steps: CallerStep[] = [];
  const problems: ScriptProblem[] = [];
  for (const [index, row] of text.split('\n').entries()) {
    const bare = row.replace(/(^|\s)\/\/.*$/, '');
    for (const part of bare.split(';')) {
      const message = parseStep(part.trim(), steps);
      if (message !== null) problems.push({ line: index + 1, message });
    }
  }
  return { steps, problems };
}

function whichOf(word: string): Which {
  return word.startsWith('"') ? word.slice(1, -1) : Number(word);
}

function parseStep(part: string, steps: CallerStep[]): string | null {
  if (part === '') return null;
  const prompt = promptWords.exec(part);
  if (prompt !== null) {
    const [whole, word = '', name = '', edge] = prompt;
    const started = edge === undefined ? word.toLowerCase() === 'during' : edge.toLowerCase() === 'starts';
    steps.push({ until: started ? 'prompt-started' : 'prompt-ended', prompt: whichOf(name) });
    return parseStep(part.slice(whole.length), steps);
  }
  const request = requestWords.exec(part);
  if (request !== null) {
    const [whole, name = ''] = request;
    steps.push({ until: 'request', request: whichOf(name) });
    return parseStep(part.slice(whole.length), steps);
  }
  const time = timeWords.exec(part);
  if (time !== null) {
    const [, word = '', amount = '', unit = ''] = time;
    const ms = Math.round(Number(amount) * (unit.toLowerCase() === 's' ? 1000 : 1));
    steps.push(word.toLowerCase() === 'speak' ? { speakMs: ms } : { waitMs: ms });
    return null;
  }
  if (/^hang\s*up$/i.test(part)) {
    steps.push({ hangUp: true });
    return null;
  }
  const press = pressWords.exec(part);
  if (press !== null || keysOnly.test(part)) {
    steps.push({ press: (press?.[1] ?? part).replaceAll(/[\s]/g, '').replaceAll(',', 'w') });
    return null;
  }
  return `"${part}" is no step; write: after prompt "…" press 1#, wait 500 ms, speak 2 s, hang up`;
}

export interface Keystroke {
  readonly digit: string;
  /** From the start of the step. */
  readonly atMs: number;
  readonly toneMs: number;
}

/** When each key of a press step goes down, and how long the whole step takes. */
export function keystrokes(step: { readonly press: string; readonly toneMs?: number; readonly gapMs?: number }): {
  readonly keys: readonly Keystroke[];
  readonly lengthMs: number;
} {
  const toneMs = step.toneMs ?? 100;
  const gapMs = step.gapMs ?? 100;
  const keys: Keystroke[] = [];
  let atMs = 0;
  for (const sign of step.press) {
    if (sign === 'w') atMs += 500;
    else if (sign === 'W') atMs += 1000;
    else {
      keys.push({ digit: sign.toUpperCase(), atMs, toneMs });
      atMs += toneMs + gapMs;
    }
  }
  return { keys, lengthMs: atMs };
}
