// Owns: the vocabulary of the tape. Past tense; plain JSON. `world` events are what happened to the call and are the
// only input of the interpreter; `note` events are what the interpreter said about its own decisions, kept for readers.
import type { Block, ConferenceEvents, ConferenceTones, Destination, DialTarget, Flow, Party } from '../flow/node.ts';
import type { CallPlan } from '../flow/plan.ts';
import type { ConferenceMember, GatherReason } from '../flow/report.ts';

/** `caller` is the leg that a run belongs to (also on calls we placed); `callee-1` … are legs it dialled. */
export type LegName = 'caller' | `callee-${number}`;
/** How one path reported a press. `level` is in dBm0; `lost` are RTP packets missing inside the press. docs/keys.md */
export interface Heard {
  readonly via: 'rfc4733' | 'inband' | 'info';
  /** Milliseconds since 1970 UTC at which this path first heard it. */
  readonly at: number;
  readonly durationMs?: number;
  readonly level?: number;
  readonly lost?: number;
}

/** How a call that we place was asked for, beside what the call is: a restart depends on nobody who asked. */
export interface PlacedOrder {
  readonly kind: DialTarget['kind'];
  /** Whose calls it waits with for its turn. */
  readonly account: string;
  /** 1 goes first; 5. */
  readonly priority: number;
  readonly displayName?: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  /** ISO 8601; of one that had to wait for its turn. */
  readonly enqueuedAt?: string;
}

export type WorldEvent =
  | { readonly type: 'call.incoming'; readonly call: string; readonly app: string; readonly from: string; readonly to: string; readonly signalling: Readonly<Record<string, string>>; readonly plan?: CallPlan }
  /** We call somebody: his leg is `caller`, for it is whom the run talks to. */
  | { readonly type: 'call.placed'; readonly call: string; readonly app: string; readonly from: string; readonly to: string; readonly plan: CallPlan; readonly order: PlacedOrder }
  /** It is the turn of a call that we place: its phone is called from now on. */
  | { readonly type: 'leg.invited'; readonly leg: 'caller'; readonly sipCallId: string }
  | { readonly type: 'leg.ringing'; readonly leg: LegName; readonly sipStatus: number }
  | { readonly type: 'leg.answered'; readonly leg: LegName }
  | { readonly type: 'leg.failed'; readonly leg: LegName; readonly sipStatus: number; readonly reason: string }
  | { readonly type: 'leg.ended'; readonly leg: LegName; readonly by: 'peer' | 'us' | 'fault'; readonly q850Cause: number; readonly reason: string }
  | { readonly type: 'document.fetched'; readonly request: string; readonly flow: Flow; readonly httpStatus: number | null }
  | { readonly type: 'document.failed'; readonly request: string; readonly code: string; readonly message: string }
  | { readonly type: 'prompt.started'; readonly prompt: string }
  | { readonly type: 'prompt.finished'; readonly prompt: string; readonly why: 'end' | 'stopped' | 'key'; readonly playedMs: number }
  | { readonly type: 'prompt.failed'; readonly prompt: string; readonly code: string; readonly message: string }
  /** One press, told once, at key-down, with the path that heard it first. `press` pairs it with digit.released. */
  | { readonly type: 'digit'; readonly leg: LegName; readonly press: number; readonly digit: string; readonly heard: readonly Heard[] }
  /** Told once no path is expected to report the press any more: `heard` names all that did. */
  | { readonly type: 'digit.released'; readonly leg: LegName; readonly press: number; readonly durationMs: number; readonly heard: readonly Heard[] }
  | { readonly type: 'flash'; readonly leg: LegName }
  | { readonly type: 'digits.sent'; readonly request: string }
  | { readonly type: 'digits.failed'; readonly request: string; readonly code: string; readonly message: string }
  | { readonly type: 'recording.started'; readonly recording: string; readonly tag: string | null; readonly channels: 'mixed' | 'one-each' }
  | { readonly type: 'recording.finished'; readonly recording: string; readonly tag: string | null; readonly durationMs: number; readonly bytes: number; readonly file: string; readonly why: 'stopped' | 'silence' | 'max' | 'ended' }
  | { readonly type: 'recording.failed'; readonly recording: string; readonly code: string; readonly message: string }
  | { readonly type: 'bridge.failed'; readonly call: string; readonly code: string; readonly message: string }
  | { readonly type: 'bridge.ended'; readonly call: string }
  /** The call is in that conference now, by id. `created`: it was the first. */
  | { readonly type: 'conference.joined'; readonly conference: string; readonly name: string; readonly created: boolean }
  | { readonly type: 'conference.failed'; readonly name: string; readonly code: string; readonly message: string }
  /** It is no longer, and did not leave by itself. */
  | { readonly type: 'conference.left'; readonly conference: string; readonly why: 'ended' | 'removed' | 'fault' }
  /** The tape of a conference begins: it is like a call whose only leg is its mixer. `waits`: for its first member. */
  | { readonly type: 'conference.created'; readonly conference: string; readonly name: string; readonly app: string; readonly account: string; readonly events: ConferenceEvents | null; readonly waits: boolean }
  | { readonly type: 'member.joined'; readonly member: ConferenceMember }
  /** Who hears it is another question now. */
  | { readonly type: 'member.changed'; readonly member: ConferenceMember }
  | { readonly type: 'member.left'; readonly call: string; readonly why: 'left' | 'ended' | 'removed' | 'fault' }
  | { readonly type: 'conference.commanded'; readonly command: ConferenceCommand }
  /** Nobody is in it any more, and nobody gets in. */
  | { readonly type: 'conference.ended'; readonly reason: string }
  /** Somebody speaks, or no longer does; told a moment later, and only while it is watched. */
  | { readonly type: 'voice.began' | 'voice.ended'; readonly leg: LegName }
  /** A single tone of 1400 or 2300 Hz has ended; only while it is watched for. */
  | { readonly type: 'tone.heard'; readonly leg: LegName; readonly frequencyHz: number; readonly durationMs: number }
  | { readonly type: 'stream.started'; readonly stream: string }
  | { readonly type: 'stream.failed'; readonly stream: string; readonly message: string }
  | { readonly type: 'stream.ended'; readonly stream: string; readonly cause: 'closed' | 'connection-error' | 'error'; readonly message: string }
  /** `variables`: what the answer sets. */
  | { readonly type: 'http.answered'; readonly request: string; readonly httpStatus: number; readonly variables?: Readonly<Record<string, string>> }
  | { readonly type: 'notice.told'; readonly notice: string; readonly httpStatus: number }
  | { readonly type: 'notice.failed'; readonly notice: string; readonly code: string; readonly message: string }
  | { readonly type: 'timer.fired'; readonly timer: string }
  | { readonly type: 'command.received'; readonly command: Command }
  /** The process was killed and another one took the call up; for `downMs` nothing was heard and no timer ran. */
  | { readonly type: 'call.recovered'; readonly downMs: number };

export type Command =
  | { readonly kind: 'hangup'; readonly reason: string }
  | { readonly kind: 'run'; readonly flow: Flow }
  /**
   * Ends a gather with what was keyed so far, as its timer would; without one nothing follows. With a name it is the one that
   * runs beside the document under that name, or whose path begins with it; otherwise the newest that listens.
   */
  | { readonly kind: 'complete-gather'; readonly name?: string }
  /**
   * Runs beside the document, which goes on, until its end or that of the call; another document does not end it. An answer
   * to one of its reports that holds verbs takes the document's place. Its nodes' paths begin with `name`. Under a name that
   * still runs it is refused: a `flow.failed` of that source says so, and nothing else follows.
   */
  | { readonly kind: 'beside'; readonly name: string; readonly body: Block }
  /** Ends what runs beside under that name as if the call's document had been replaced; without one nothing follows. */
  | { readonly kind: 'end-beside'; readonly name: string };

/** A document in a conference may play, and start, stop, pause and resume a recording; one with anything else is not run. */
export type ConferenceCommand =
  /** Its members' documents go on behind their conference. */
  | { readonly kind: 'end'; readonly reason: string }
  /** In the place of what runs and waits; an empty one only ends that. */
  | { readonly kind: 'run'; readonly flow: Flow }
  /** Behind what runs and waits. */
  | { readonly kind: 'queue'; readonly flow: Flow }
  /** Asks for a document, which is then queued. */
  | { readonly kind: 'redirect'; readonly destination: Destination }
  /** What is not named stays as it is. A call that is no member is passed over. */
  | { readonly kind: 'member'; readonly call: string; readonly mute?: boolean; readonly hold?: boolean; readonly coach?: readonly string[] | null; readonly tones?: ConferenceTones }
  /** Sends a member out; its document goes on. */
  | { readonly kind: 'remove'; readonly call: string };

export interface DecisionLine {
  /** Milliseconds since the attempt started. */
  readonly atMs: number;
  readonly what: string;
}

export type NoteEvent =
  | { readonly type: 'flow.started'; readonly source: string }
  /**
   * A document that was running cannot go on; what the caller hears instead is the flow that starts next. Of what runs
   * beside it `source` is the name, and the document goes on.
   */
  | { readonly type: 'flow.failed'; readonly source: string; readonly code: string; readonly message: string }
  | { readonly type: 'verb.started'; readonly path: string; readonly verb: string; readonly line: number }
  | { readonly type: 'verb.finished'; readonly path: string; readonly verb: string; readonly success: boolean; readonly reason: string }
  | {
      readonly type: 'gather.finished';
      readonly path: string;
      readonly attempt: number;
      readonly success: boolean;
      /** Masked as one `•` a digit when the gather is sensitive. */
      readonly digits: string;
      readonly terminator: string;
      readonly reason: GatherReason;
      readonly decisions: readonly DecisionLine[];
    }
  | { readonly type: 'sound.to'; readonly party: Party }
  | { readonly type: 'call.ended'; readonly reason: string; readonly q850Cause: number };

export type CallEvent = WorldEvent | NoteEvent;
export type EventType = CallEvent['type'];

/** A line of the tape. `seq` counts from 1 without gaps; `at` is milliseconds since 1970 UTC, `since` since line 1. */
export interface TapeLine<E extends CallEvent = CallEvent> {
  readonly seq: number;
  readonly at: number;
  readonly since: number;
  readonly event: E;
}

const noteTypes: ReadonlySet<string> = new Set(['flow.started', 'flow.failed', 'verb.started', 'verb.finished', 'gather.finished', 'sound.to', 'call.ended'] satisfies NoteEvent['type'][]);

export function isWorldEvent(event: CallEvent): event is WorldEvent {
  return !noteTypes.has(event.type);
}
