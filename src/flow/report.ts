// Owns: what an application is told when it is asked for a document or told an event, before a dialect words it.
import type { ConferenceEventType, ConferenceTones, Destination } from './node.ts';

/** What everybody may know of a call. `from` and `to` are as received (no scheme). */
export interface CallFacts {
  readonly id: string;
  readonly app: string;
  /** Whose app it is, where there are accounts. */
  readonly account?: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  /** queued: one that we place, which waits for its turn. */
  readonly state: 'queued' | 'ringing' | 'live' | 'ended';
  /** ISO 8601 UTC with milliseconds. */
  readonly startedAt: string;
  readonly answeredAt: string | null;
  /** When an outbound call was put into a queue, if it was. */
  readonly enqueuedAt?: string;
  /** Set when these are the facts of a conference, which is like a call whose only leg is its mixer: its name. */
  readonly conference?: string;
}

/** One verb that has run: the raw material of Opentact's `history`. */
export interface VerbResult {
  readonly path: string;
  readonly verb: string;
  readonly success: boolean;
  readonly reason: string;
}

/** A call in a conference. */
export interface ConferenceMember {
  readonly call: string;
  readonly from: string;
  readonly to: string;
  readonly mute: boolean;
  readonly hold: boolean;
  /** The calls that alone hear it; null is heard by everybody. */
  readonly coach: readonly string[] | null;
  readonly tones?: ConferenceTones;
}

interface ReportBase {
  readonly destination: Destination;
  readonly history: readonly VerbResult[];
  /** Of a document that runs for a leg that was dialled. */
  readonly ownLeg?: ReportedLeg;
}

/** Times are milliseconds since the call started. */
export interface ReportedLeg {
  readonly leg: string;
  readonly target: string;
  readonly callerId: string | null;
  readonly dialledMs: number;
  readonly answeredMs: number;
}

export type Report =
  /** The first document of a call. `signalling`: what its INVITE said, by the names of headers, as the tape has it. */
  | (ReportBase & { readonly kind: 'call-start'; readonly signalling?: Readonly<Record<string, string>> })
  /** An `ask` node. */
  | (ReportBase & { readonly kind: 'ask' })
  | (ReportBase & {
      readonly kind: 'gather';
      readonly digits: string;
      readonly terminator: string;
      readonly success: boolean;
      readonly reason: GatherReason;
      readonly attempt: number;
    })
  | (ReportBase & {
      readonly kind: 'dial';
      readonly success: boolean;
      readonly reason: string;
      /** The address that answered, or the last one that did not. */
      readonly target: string;
      readonly callerId: string | null;
    })
  /** A dialled leg has answered, and what it is to hear is asked for; `ownLeg` is there. */
  | (ReportBase & { readonly kind: 'leg-answer' })
  /** A dialled leg is over. Times are milliseconds since the call started. */
  | (ReportBase & {
      readonly kind: 'leg-end';
      readonly leg: string;
      readonly target: string;
      readonly callerId: string | null;
      readonly reason: string;
      readonly dialledMs: number;
      readonly answeredMs: number | null;
      readonly endedMs: number;
    })
  /** The call is over. `fault` is the code of the document that could not be had, if that ended it. */
  | (ReportBase & {
      readonly kind: 'call-end';
      readonly by: 'peer' | 'us' | 'fault';
      readonly reason: string;
      readonly q850Cause: number;
      readonly fault: string | null;
      readonly endedMs: number;
    })
  | (ReportBase & { readonly kind: 'recording'; readonly recordingId: string; readonly durationMs: number })
  /** For ourselves, its destination is nowhere: what was said in a recording is to be written down, and `notify` told of it. */
  | (ReportBase & {
      readonly kind: 'transcribe';
      readonly recordingId: string;
      readonly detectLanguage: boolean;
      readonly notify: Destination | null;
    })
  /** That has been done, or will not be. Times are ISO 8601 UTC with milliseconds. */
  | (ReportBase & {
      readonly kind: 'transcription';
      readonly recordingId: string;
      readonly startedAt: string;
      readonly durationMs: number;
      readonly channels: number;
      readonly status: 'available' | 'error' | 'too-short';
      readonly completedAt: string;
      /** Of a stream, as `recordingId` names it, not of a recording. */
      readonly live?: LiveTranscript;
    })
  | (ReportBase & { readonly kind: 'notify' })
  /** Something happened in a conference, whose facts come with it. `redirect`: somebody asked that it be given a document. */
  | (ReportBase & {
      readonly kind: 'conference';
      readonly event: ConferenceEventType | 'redirect';
      /** Who joined, changed or left. */
      readonly member: ConferenceMember | null;
      /** How many members there are then. */
      readonly size: number;
      /** Milliseconds since the conference began. */
      readonly atMs: number;
    })
  /** A sound that its node told about: `started`, then `done` however it ended. */
  | (ReportBase & { readonly kind: 'sound'; readonly status: 'started' | 'done'; readonly sound: 'speech' | 'file' })
  /** What became of a `stream` node. Times are milliseconds since the call started. */
  | (ReportBase & {
      readonly kind: 'stream';
      readonly status: 'started' | 'rejected' | 'stopped';
      /** It writes down what is said. */
      readonly transcribe?: true;
      readonly stream: string;
      readonly name: string;
      readonly url: string;
      readonly tracks: 'inbound' | 'outbound' | 'both';
      readonly startedMs: number;
      readonly endedMs: number | null;
      readonly cause: StreamCause | null;
      readonly message: string | null;
    })
  /** A key of the caller that no gather listens to. */
  | (ReportBase & { readonly kind: 'key'; readonly digit: string })
  | (ReportBase & {
      readonly kind: 'http';
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | null;
    });

/** What was heard while it was said. */
export interface LiveTranscript {
  readonly name: string;
  /** Where the words went meanwhile; '' is nowhere. */
  readonly url: string;
  readonly tracks: 'inbound' | 'outbound' | 'both';
}

/** `closed`: the other end did, or we were asked to. */
export type StreamCause = 'closed' | 'connection-error' | 'error' | 'duplicate' | 'track-limit';

export type GatherReason =
  | 'max-digits'
  | 'terminator'
  | 'first-digit-timeout'
  | 'inter-digit-timeout'
  | 'total-timeout'
  | 'hung-up'
  | 'cancelled'
  | 'completed-by-command';
