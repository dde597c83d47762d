// Owns: comparing what a scenario expects with what a call did, whoever ran it. Differences are sentences for a person.
import type { Effect } from '../call/effect.ts';
import type { CallEvent, TapeLine } from '../call/event.ts';
import type { ReceivedRequest } from './application.ts';
import { applicationOrigin, type Expectation, type ExpectedGather, type ExpectedRequest } from './scenario.ts';

export interface Observation {
  readonly tape: readonly TapeLine[];
  /** In the order in which they began to sound. */
  readonly prompts: readonly string[];
  /** Those that did not sound to their end. */
  readonly stopped: readonly string[];
  /** Addresses as the scenario writes them: a live runner puts `applicationOrigin` back. */
  readonly requests: readonly Pick<ReceivedRequest, 'method' | 'url' | 'body'>[];
  readonly effects: readonly Effect[];
  /** The keys that the caller's own phone heard; null where there is no such phone. */
  readonly keysHeard: string | null;
}

/** What the caller heard begin and what of it was cut short; `words` by name of the prompt. */
export function promptsOn(
  tape: readonly TapeLine[],
  words: ReadonlyMap<string, string>,
): Pick<Observation, 'prompts' | 'stopped'> {
  const begun: string[] = [];
  const stopped: string[] = [];
  for (const { event } of tape) {
    if (event.type === 'prompt.started') begun.push(event.prompt);
    else if (event.type === 'prompt.finished' && event.why !== 'end' && begun.includes(event.prompt))
      stopped.push(event.prompt);
  }
  const named = (prompts: readonly string[]) => prompts.map((prompt) => words.get(prompt) ?? prompt);
  return { prompts: named(begun), stopped: named(stopped) };
}

type EventOf<Type extends CallEvent['type']> = Extract<CallEvent, { type: Type }>;

export function checkScenario(expected: Expectation, seen: Observation): readonly string[] {
  const differences: string[] = [];
  const tell = (what: string) => differences.push(what);
  const all = <Type extends CallEvent['type']>(type: Type) =>
    seen.tape.map(({ event }) => event).filter((event): event is EventOf<Type> => event.type === type);

  compareLists('prompt', expected.prompts, seen.prompts, (want, got) => want === got, tell);
  compareLists('stopped prompt', expected.stopped, seen.stopped, (want, got) => want === got, tell);
  compareLists('request', expected.requests, seen.requests, isRequest, tell);
  compareLists('gather', expected.gathers, all('gather.finished'), isGather, tell);
  const failures = all('verb.finished')
    .filter(({ success }) => !success)
    .map(({ verb, reason }) => `${verb}: ${reason}`);
  compareLists('failure', expected.failures, failures, (want, got) => want === got, tell);

  const over = all('call.ended').length;
  if (over !== 1) tell(`call.ended must stand once on the tape, it stands ${over} times`);
  const ends = all('leg.ended').find(({ leg }) => leg === 'caller');
  if (expected.endedBy !== undefined) {
    const by = ends?.by === 'peer' ? 'caller' : ends?.by === 'us' ? 'application' : (ends?.by ?? 'nobody');
    if (by !== expected.endedBy) tell(`the call was to be ended by the ${expected.endedBy}, it was ended by ${by}`);
  }
  if (expected.answered !== undefined) {
    const answered = all('leg.answered').some(({ leg }) => leg === 'caller');
    if (answered !== expected.answered) tell(`the call was ${answered ? '' : 'not '}answered`);
  }
  const lengthMs = seen.tape.at(-1)?.since ?? 0;
  if (expected.withinMs !== undefined && lengthMs > expected.withinMs) {
    tell(`the call took ${lengthMs} ms, more than ${expected.withinMs} ms`);
  }
  if (expected.longerThanMs !== undefined && lengthMs <= expected.longerThanMs) {
    tell(`the call took ${lengthMs} ms, no more than ${expected.longerThanMs} ms`);
  }
  differences.push(...(expected.also?.(seen) ?? []));
  return differences;
}

function compareLists<Want, Got>(
  name: string,
  wanted: readonly Want[] | undefined,
  got: readonly Got[],
  same: (want: Want, got: Got) => boolean,
  tell: (what: string) => void,
): void {
  if (wanted === undefined) return;
  for (let index = 0; index < Math.max(wanted.length, got.length); index += 1) {
    const want = wanted[index];
    const have = got[index];
    if (want === undefined) tell(`${name} ${index + 1} was not expected: ${JSON.stringify(have)}`);
    else if (have === undefined) tell(`${name} ${index + 1} is missing: ${JSON.stringify(want)}`);
    else if (!same(want, have))
      tell(`${name} ${index + 1}: expected ${JSON.stringify(want)}, got ${JSON.stringify(have)}`);
  }
}

function isRequest(want: ExpectedRequest, got: Observation['requests'][number]): boolean {
  const wanted = new URL(want.url, applicationOrigin);
  const url = new URL(got.url);
  if (want.method !== got.method || wanted.origin !== url.origin || wanted.pathname !== url.pathname) return false;
  for (const [name, value] of wanted.searchParams) if (!url.searchParams.getAll(name).includes(value)) return false;
  if (want.body === undefined) return true;
  if (typeof want.body === 'string') return got.body?.includes(want.body) ?? false;
  return got.body !== null && contains(JSON.parse(got.body), want.body);
}

function contains(have: unknown, want: unknown): boolean {
  if (typeof want !== 'object' || want === null) return have === want;
  if (typeof have !== 'object' || have === null) return false;
  return Object.entries(want).every(([name, value]) => contains((have as Record<string, unknown>)[name], value));
}

function isGather(want: ExpectedGather, got: EventOf<'gather.finished'>): boolean {
  const { because = [], record, ...fields } = want;
  if (!contains(got, fields)) return false;
  if (record !== undefined && record.length !== got.decisions.length) return false;
  if (record?.every((words, index) => got.decisions[index]?.what.includes(words)) === false) return false;
  return because.every((words) => got.decisions.some(({ what }) => what.includes(words)));
}
