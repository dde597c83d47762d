// Owns: the form of a story in words of no vendor: what the caller does, what must come of it, and how each dialect says it.
// What a dialect cannot say stands there with its reason: a gap is data.
import type { BuiltDialect } from '../../../src/dialects/index.ts';
import type { CallPlan } from '../../../src/flow/plan.ts';
import type { CalleeScript, ReplyInFull, StoryStep } from '../../../src/testkit/index.ts';

/** Why the keys of an entry were complete. */
export type EntryEnd = 'full' | 'terminator' | 'nothing-keyed' | 'time-over' | 'hung-up';

export interface Entry {
  readonly digits: string;
  readonly ended: EntryEnd;
}

/** What an application is told; of the first document of a call it is asked in any case. */
export type Told =
  | {
      readonly what: 'entry';
      readonly digits: string;
      readonly finishedBy: string;
      readonly success: boolean;
      readonly ended: 'full' | 'terminator' | 'time-over';
    }
  /** A key that no entry takes. */
  | { readonly what: 'key'; readonly digit: string }
  /** A recording is complete. */
  | { readonly what: 'recording' }
  | { readonly what: 'transfer'; readonly outcome: 'talked' | 'busy' | 'nobody' }
  /** Somebody who was dialled has answered, and what he is to hear is asked for. */
  | { readonly what: 'callee-answered' }
  /** A sound that was ordered over REST. */
  | { readonly what: 'sound'; readonly edge: 'started' | 'done' }
  /** For another document. */
  | { readonly what: 'asked'; readonly path: string }
  | { readonly what: 'over'; readonly why: 'hung-up' | 'refused' | 'given-up' | 'fault' | 'busy' | 'nobody' };

export interface KeysSent {
  readonly to: 'caller' | 'callee' | 'both';
  readonly keys: string;
}

/** What is not named is not looked at. */
export interface Outcome {
  /** Speech by its words, other sounds by address or name, in the order in which they begin. */
  readonly heard?: readonly string[];
  /** Those of them that were not heard to their end. */
  readonly cutShort?: readonly string[];
  readonly entries?: readonly Entry[];
  readonly told?: readonly Told[];
  readonly sent?: readonly KeysSent[];
  /** Why each recording ended. */
  readonly recordings?: readonly ('stopped' | 'silence' | 'max')[];
  readonly holds?: number;
  readonly answered?: boolean;
  readonly hungUpBy?: 'caller' | 'application';
  readonly longerThanMs?: number;
  readonly withinMs?: number;
}

/** A text stands inside of the root element; an empty one, and an answer in full, are sent as they are. */
export type Answer = string | ReplyInFull;
/** What the application answers, by path; `/start` is the first document. */
export type Documents = Readonly<Record<`/${string}`, Answer | readonly Answer[]>>;

export interface NotSupported {
  readonly notSupported: string;
}
/** Documents, and what is ordered over REST where the story says so. */
export interface Commanded {
  readonly documents: Documents;
  readonly orders: Readonly<Record<string, readonly StoryStep[]>>;
}
/** The call is not one that comes in: the dialect's REST interface was asked to place it. */
export interface Placed {
  readonly documents: Documents;
  readonly plan: CallPlan;
}
/** The dialect says it, and something else comes of it. */
export interface Different {
  readonly documents: Documents;
  readonly because: string;
  readonly expect: Outcome;
}
export type Cell = Documents | NotSupported | Commanded | Placed | Different;

/** What happens in a story; `order` is a command of the dialect's own. */
export type Step = StoryStep | { readonly order: string };

export interface Story {
  readonly name: string;
  readonly caller: readonly Step[];
  readonly callees?: Readonly<Record<string, CalleeScript>>;
  /** What the phone of a call that is placed does. */
  readonly placed?: CalleeScript;
  readonly mediaMs?: Readonly<Record<string, number>>;
  readonly brokenMedia?: readonly string[];
  readonly expect: Outcome;
  /** Every dialect that is built must be named. */
  readonly in: Readonly<Record<BuiltDialect, Cell>>;
  /** What a real call cannot do or show, in words. */
  readonly onlySimulated?: string;
}

export interface Chapter {
  readonly title: string;
  readonly stories: readonly Story[];
}

export const notSupported = (reason: string): NotSupported => ({ notSupported: reason });
export const differs = (documents: Documents, because: string, expect: Outcome): Different => ({
  ...{ documents, because, expect },
});
export const commanded = (documents: Documents, orders: Commanded['orders']): Commanded => ({ documents, orders });
export const placed = (documents: Documents, plan: CallPlan): Placed => ({ documents, plan });

export const isNotSupported = (cell: Cell): cell is NotSupported => 'notSupported' in cell;
export const isDifferent = (cell: Cell): cell is Different => 'because' in cell;
export const isPlaced = (cell: Cell): cell is Placed => 'plan' in cell;
export const isCommanded = (cell: Cell): cell is Commanded => 'orders' in cell;

type ToldEntry = Extract<Told, { what: 'entry' }>;

/** An entry that is told: full and a success unless said otherwise. */
export const entered = (digits: string, more: Partial<Omit<ToldEntry, 'what' | 'digits'>> = {}): ToldEntry => ({
  ...{ what: 'entry', digits, finishedBy: '', success: true, ended: 'full' },
  ...more,
});
export const over = (why: Extract<Told, { what: 'over' }>['why'] = 'hung-up'): Told => ({ what: 'over', why });
