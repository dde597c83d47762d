// Owns: a story of one call as data: what the application answers, what the caller does, what must come of it. The same
// story runs in virtual time (simulate.ts) and over a real SIP call, so steps wait for things that both can see and
// nothing is said in absolute time.
import type { Command, ConferenceCommand } from '../call/event.ts';
import type { Destination, DialectName, Flow } from '../flow/node.ts';
import type { CallPlan } from '../flow/plan.ts';
import type { GatherReason } from '../flow/report.ts';
import type { Observation } from './scenario-check.ts';
import type { ConferenceScript } from './simulate-conference.ts';

/** The application's address inside every scenario. A live runner puts its own server's address in its place. */
export const applicationOrigin = 'http://app.test';

/** Where the end of a story's call is told. */
export function statusDestination(origin: string, path: string): Destination {
  return { url: `${origin}${path}`, method: 'POST', fallbackUrl: null, timeoutMs: null, extra: { tag: '{{tag}}' } };
}

/** A document's text (status 200), a ready Flow (simulation only), or an answer in full. */
export type Reply = string | Flow | ReplyInFull;
export interface ReplyInFull {
  readonly status?: number;
  readonly contentType?: string;
  readonly body?: string;
  readonly flow?: Flow;
  readonly delayMs?: number;
  /** The connection is refused. */
  readonly refused?: boolean;
}

/** Keys are paths, e.g. `/start`; queries are left out. A list is used up in order and its last entry stays. */
export type ApplicationScript = Readonly<Record<string, Reply | readonly Reply[]>>;

export type Which = number | string;
export type CallerStep =
  /** Keys with `w` (0.5 s) and `W` (1 s) between them; each key sounds for `toneMs` (100) and is followed by `gapMs` (100). */
  | { readonly press: string; readonly toneMs?: number; readonly gapMs?: number }
  | { readonly waitMs: number }
  /** The prompt that counts so from 1 in the call, or the next whose text or address holds the string. */
  | { readonly until: 'prompt-started' | 'prompt-ended'; readonly prompt: Which }
  /** The request that counts so from 1, or the next whose address holds the string. */
  | { readonly until: 'request'; readonly request: Which }
  | { readonly until: 'answered' }
  /** Speaks for so long: ends a recording's silence. */
  | { readonly speakMs: number }
  | { readonly hangUp: true };
/** A step of a story: the caller's, or a command of somebody else's to the call. */
export type StoryStep =
  | CallerStep
  | { readonly command: Command }
  /** To the conference that the call is in. */
  | { readonly conference: ConferenceCommand };

/** What a dialled address does: one that is told nothing rings for ever. A real call reaches only those that are named. */
export interface CalleeScript {
  readonly answerAfterMs?: number;
  readonly refuse?: { readonly sipStatus: number; readonly afterMs?: number };
  readonly hangUpAfterMs?: number;
  /** Keys that it presses half a second after its answer. */
  readonly press?: string;
}

export interface ExpectedRequest {
  readonly method: string;
  /** Path, with a query when it matters: parameters named here must be there, others may be. */
  readonly url: string;
  /** Must be contained in the body: text as text, an object as a subset of the JSON. */
  readonly body?: string | Readonly<Record<string, unknown>>;
}

export interface ExpectedGather {
  readonly digits: string;
  readonly reason: GatherReason;
  readonly terminator?: string;
  readonly success?: boolean;
  readonly attempt?: number;
  /** Each must be found in some line of the decision record. */
  readonly because?: readonly string[];
  /** The whole decision record, line by line: each must be found in its line, and there are no others. */
  readonly record?: readonly string[];
}

export interface Expectation {
  /** What the caller hears begin, in order: speech as its text, other sounds as address or name. */
  readonly prompts?: readonly string[];
  /** Those of them that were not heard to their end, in order. */
  readonly stopped?: readonly string[];
  /** Every request to the application, in order, the first document's included. */
  readonly requests?: readonly ExpectedRequest[];
  readonly gathers?: readonly ExpectedGather[];
  readonly endedBy?: 'caller' | 'application';
  /** Whether the call was answered at all. */
  readonly answered?: boolean;
  /** The verbs that failed, in order, as `Dial: busy 1/1`. */
  readonly failures?: readonly string[];
  /** The call is longer than this: nothing is cut short. */
  readonly longerThanMs?: number;
  /** The call is shorter than this: nothing waits for a timer that should not run. */
  readonly withinMs?: number;
  /** What else is to be looked at; what is wrong with it, in sentences. */
  readonly also?: (seen: Observation) => readonly string[];
}

export interface Scenario {
  readonly name: string;
  /** `none`: the application answers with flows built by hand, which only a simulation can do. */
  readonly dialect: DialectName | 'none';
  /** Path of the first document; `/start` unless told, asked for by POST. */
  readonly first?: { readonly path: string; readonly method: 'GET' | 'POST' };
  /** Path that is told when the call is over; nobody is unless told. */
  readonly statusPath?: string;
  readonly application: ApplicationScript;
  /** What the call does without asking for a first document. */
  readonly plan?: CallPlan;
  /** The call is placed, to a phone that does this; `caller` is who answers it. Needs a plan. */
  readonly placed?: CalleeScript;
  readonly callees?: Readonly<Record<string, CalleeScript>>;
  /** By name: conferences that others have begun. A real call meets nobody there. */
  readonly conferences?: Readonly<Record<string, ConferenceScript>>;
  /** Length of media files by address, in milliseconds. */
  readonly mediaMs?: Readonly<Record<string, number>>;
  /** Media addresses that cannot be fetched. */
  readonly brokenMedia?: readonly string[];
  readonly caller: readonly StoryStep[];
  readonly expect: Expectation;
  /** What a real call cannot do or show, in words; such a scenario runs in virtual time only. */
  readonly onlySimulated?: string;
}
