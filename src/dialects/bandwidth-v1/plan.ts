// Owns: what a call of v1 does by itself: one that came in for an app, and one that was asked for over REST. Everything
// else is commands (rest/) or the documents of the GET mode (compile.ts).
import * as build from '../../flow/build.ts';
import type { Block, Destination, DialTarget, FlowNode } from '../../flow/node.ts';
import type { CallPlan } from '../../flow/plan.ts';
import type { AppOpening } from '../dialect.ts';
import { type Callback, callbackOf, documentsKnow, tell } from './callback.ts';
import { byDefault } from './decisions.ts';

const flowOf = (body: Block): CallPlan['flow'] => build.flow(body, { dialect: 'bandwidth-v1', source: 'rest:' });

/** Who is called instead for calls to that number. */
export interface FallbackTarget {
  readonly number: string;
  readonly target: DialTarget;
}

/** Words of a call that came in: where it was diverted from, as its INVITE said. */
export const cameIn = { diversion: '{{diversion}}' } as const;

/** What the app of a call that comes in is told, and whether it answers by itself. A document of its own needs nobody. */
export function openingPlan(app: AppOpening, fallbacks: readonly FallbackTarget[] = []): CallPlan | null {
  const { url, method, fallbackUrl, timeoutMs } = app.first;
  if (/^file:/i.test(url)) return null;
  const callback = callbackOf({ url, fallbackUrl, timeoutMs, method: method === 'GET' ? 'GET' : 'POST' });
  // An application that cannot be told of a call cannot drive it either; the caller's provider may have another way.
  const cases = fallbacks.map(({ number, target }) => ({
    when: { subject: 'to', equals: [number, number.startsWith('+') ? number.slice(1) : `+${number}`] },
    body: [build.dial([target], { answers: 'with-target' }), build.hangup()],
  }));
  const refuse = [build.reject({ sipStatus: 503 })];
  const onFailed = cases.length === 0 ? refuse : [build.choose(cases, refuse)];
  return {
    flow: flowOf([
      build.http(tell(callback, 'incomingcall', cameIn), { onFailed }),
      ...(app.autoAnswer ? [build.answer(), ...afterAnswer(callback, [], cameIn)] : waitForAnswer),
    ]),
    last: tell(callback, 'hangup'),
    ringMs: byDefault.ringMs,
  };
}

/** Nobody's phone rings for ever. */
const waitForAnswer: Block = [build.pause(byDefault.waitForAnswerMs), build.reject({ sipStatus: 480 })];

/** What runs once somebody is there: by GET the application answers with a document, else it sends commands. */
export function afterAnswer(
  callback: Callback,
  before: Block = [],
  more: Readonly<Record<string, string>> = {},
): readonly FlowNode[] {
  const answered = tell(callback, 'answer', more);
  if (callback.method === 'GET') return [...before, ...documentsKnow(callback), build.ask('Answer', answered)];
  return [build.notify(answered), ...before, ...waiting(callback)];
}

/** The call waits for commands and tells its keys meanwhile. */
export const waiting = (callback: Callback): readonly FlowNode[] => [
  build.tellKeys(tell(callback, 'dtmf')),
  build.park(),
];

export const commandFlow = flowOf;

export interface PlacedCall {
  readonly callback: Callback;
  readonly ringMs: number;
  /** Runs once it is answered, after that was told. */
  readonly before: Block;
}

export const placedPlan = ({ callback, ringMs, before }: PlacedCall): CallPlan => ({
  flow: flowOf(afterAnswer(callback, before)),
  last: tell(callback, 'hangup'),
  ringMs,
});

/** Where events of a call go that has this plan; null for a call of another dialect. */
export function callbackIn(last: Destination | null | undefined): Callback | null {
  if (last?.extra['now'] === undefined) return null;
  const { event: _event, ...extra } = last.extra;
  return { ...last, extra };
}
