// Owns: what the verbs of one call share. Changed by the tape's lines (create-run.ts) and by the verbs themselves; holds
// nothing that cannot be had again by replaying the tape.
import type { LegName } from '../call/event.ts';
import type { Block, Destination, DialTarget, Transcribe } from '../flow/node.ts';
import type { CallPlan } from '../flow/plan.ts';
import type { GatherReason, ReportedLeg, VerbResult } from '../flow/report.ts';
import { createKeyBuffer, type KeyBuffer } from './key-buffer.ts';
import { createListeners, type Listeners } from './listeners.ts';
import type { OpenStream } from './stream.ts';
import type { Exit, Steps } from './verb.ts';

export interface OpenRecording {
  readonly tag: string | null;
  readonly notify: Destination | null;
  readonly transcribe?: Transcribe;
  paused: boolean;
  stopAsked: boolean;
}

/** A leg whose end somebody is to be told. */
export interface WatchedLeg {
  readonly notify: Destination;
  readonly target: DialTarget;
  readonly callerId: string | null;
  readonly dialledMs: number;
  answeredMs: number | null;
  /** Set when it was we who let it go. */
  leftBecause: string | null;
}

export interface CallState {
  readonly language: string;
  facts: {
    readonly id: string;
    readonly app: string;
    readonly from: string;
    readonly to: string;
    /** Of a call that came in. */
    readonly signalling?: Readonly<Record<string, string>>;
  };
  direction: 'inbound' | 'outbound';
  /** Of a call that somebody asked for; null where the app is asked for the first document. */
  plan: CallPlan | null;
  answered: boolean;
  /** `since` of the turn of a call that we place. */
  invitedAt: number | null;
  answerAsked: boolean;
  /** Where keys are told that no gather listens to. */
  keysTo: Destination | null;
  /** How many gathers run, those included that wait for the answer to their report. */
  gathering: number;
  /** How many of them keep a secret. */
  secrets: number;
  /** How many verbs hold the caller. */
  holds: number;
  readonly listeners: Listeners;
  /** Of the document that runs. */
  source: string;
  /** Whom the document runs for; null is the caller. */
  readonly leg: ReportedLeg | null;
  /** What takes its turn: the name of what runs beside the document, '' is the document. */
  strand: string;
  /** The newest verb of it asked for a document in vain, and nothing has been done about it. */
  lost: boolean;
  /** The code of the newest document that could not be had, until another one is. */
  fault: string | null;
  /** `since` of the newest line. */
  now: number;
  /** Why the running verbs are being closed. */
  closing: Extract<GatherReason, 'hung-up' | 'cancelled'>;
  readonly history: VerbResult[];
  readonly keys: KeyBuffer;
  readonly variables: Map<string, string | readonly string[]>;
  readonly recordings: Map<string, OpenRecording>;
  /** Legs that were dialled and are not over. */
  readonly legs: Map<LegName, 'dialled' | 'live' | 'leaving'>;
  readonly watched: Map<LegName, WatchedLeg>;
  readonly streams: Map<string, OpenStream>;
  /** The next deterministic name: `prompt-1`, `timer-3`. */
  name(kind: 'prompt' | 'timer' | 'request' | 'notice' | 'recording' | 'stream'): string;
  nextLeg(): LegName;
  /** The same call, as a document sees it that runs for a leg which was dialled: with keys and a fate of its own. */
  ofLeg(leg: ReportedLeg, variables: Readonly<Record<string, string>>): CallState;
  /** Runs a block of nodes in the place where the verb stands. */
  block(body: Block): Steps<Exit>;
}

/** Reports carry the history; a flow that loops for hours must not make them grow for hours. */
const longestHistory = 200;

export function remember(state: CallState, result: VerbResult): void {
  state.history.push(result);
  if (state.history.length > longestHistory) state.history.shift();
}

export function createState(language: string, block: (state: CallState, body: Block) => Steps<Exit>): CallState {
  const counts = new Map<string, number>();
  function count(kind: string): number {
    const next = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, next);
    return next;
  }
  const state: CallState = {
    language,
    facts: { id: '', app: '', from: '', to: '' },
    direction: 'inbound',
    plan: null,
    answered: false,
    invitedAt: null,
    answerAsked: false,
    keysTo: null,
    gathering: 0,
    secrets: 0,
    holds: 0,
    listeners: createListeners(),
    source: '',
    leg: null,
    strand: '',
    lost: false,
    fault: null,
    now: 0,
    closing: 'hung-up',
    history: [],
    keys: createKeyBuffer(),
    variables: new Map(),
    recordings: new Map(),
    legs: new Map(),
    watched: new Map(),
    streams: new Map(),
    name: (kind) => `${kind}-${count(kind)}`,
    nextLeg: () => `callee-${count('callee')}`,
    ofLeg: (leg, variables) => ofLeg(state, leg, variables, block),
    block: (body) => block(state, body),
  };
  return state;
}

/** What is not set here is read from the call's own state at any moment. */
function ofLeg(
  call: CallState,
  leg: ReportedLeg,
  variables: Readonly<Record<string, string>>,
  block: (state: CallState, body: Block) => Steps<Exit>,
): CallState {
  const own: CallState = Object.create(call);
  const fresh: Partial<CallState> = {
    ...{ leg, answered: true, gathering: 0, secrets: 0, keysTo: null, lost: false, fault: null },
    ...{ listeners: createListeners(), keys: createKeyBuffer() },
    variables: new Map([...call.variables, ...Object.entries(variables)]),
    block: (body) => block(own, body),
  };
  return Object.assign(own, fresh);
}
