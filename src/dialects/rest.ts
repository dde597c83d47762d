// Owns: what a dialect's REST interface is made of: routes that answer in the vendor's words, and the server as they see it.
// api/ mounts the routes and says who asks; api/voice.ts is the server. Nothing vendor-specific.
// Does not: know HTTP's library, accounts' secrets, or how a call is carried out.
import type { Readable } from 'node:stream';
import type { Command, ConferenceCommand, TapeLine } from '../call/event.ts';
import type { ConferenceEvents, Destination, DialectName, DialTarget } from '../flow/node.ts';
import type { CallPlan } from '../flow/plan.ts';
import type { CallFacts, ConferenceMember } from '../flow/report.ts';
import type { Dialect } from './dialect.ts';

export interface RestRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The parts of the path that a route names with a colon, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly remoteAddress: string;
  /** Base URL of this server as clients write it, without a slash at its end. */
  readonly here: string;
}

export interface RestReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** Parts that begin with a colon are parameters: `/v1/users/:account/calls`. `:account` must be the account that asks. */
  readonly path: string;
  /** How long a body may be; 64 KiB. */
  readonly bodyLimit?: number;
  answer(request: RestRequest, voice: Voice): RestReply | Promise<RestReply>;
}

/** What went wrong before a route could answer, or what it threw; `words` say it without secrets. */
export interface RestFault {
  readonly kind: 'unauthenticated' | 'not-yours' | 'no-route' | 'wrong-method' | 'too-large' | 'fault' | 'unavailable';
  readonly words: string;
}

/** Clients say who they are by HTTP Basic or Bearer. */
export interface RestFace {
  readonly dialect: DialectName;
  /** Everything below is this face's: what no route takes is answered by `fault`. */
  readonly prefix: string;
  readonly routes: readonly RestRoute[];
  fault(fault: RestFault, request: RestRequest): RestReply;
}

/** Clients say who they are in parameters, and everything comes to one address, by GET or POST. */
export interface CommandFace {
  readonly dialect: DialectName;
  /** Whether a request is for this face; other faces are asked first. */
  takes(request: RestRequest): boolean;
  answer(request: RestRequest, signIn: SignIn): Promise<RestReply>;
}

/** A call as it is known now or was when it ended. */
export interface CallRecord extends CallFacts {
  readonly endedAt: string | null;
  readonly reason: string | null;
  readonly q850Cause: number | null;
}

export interface RecordingRecord {
  readonly id: string;
  readonly call: string;
  readonly tag: string | null;
  readonly durationMs: number;
  readonly bytes: number;
  readonly channels: 'mixed' | 'one-each';
  readonly startedAt: string;
  /** Of one that is or was to be put into words. `completedAt`: ISO 8601, once it is decided. */
  readonly transcription?: { readonly state: TranscriptionState; readonly completedAt: string | null };
}

export type TranscriptionState = 'processing' | 'available' | 'error' | 'too-short';

/** Times are milliseconds from the beginning of the recording. */
export interface TranscriptRecord {
  readonly channels: number;
  readonly parts: readonly {
    readonly channel: number;
    readonly startMs: number;
    readonly endMs: number;
    readonly text: string;
    /** 0..1; null where the engine does not say. */
    readonly confidence: number | null;
  }[];
}

/** What was said in the recordings of an account's calls. */
export interface Transcriptions {
  /** Whether there is an engine. */
  readonly enabled: boolean;
  /** In the place of what there is. False when there is no such recording. Throws CodedError `transcription-none`. */
  ask(
    call: string,
    recording: string,
    wish: { readonly destination: Destination | null; readonly detectLanguage: boolean },
  ): Promise<boolean>;
  /** null: none was asked for. */
  get(
    call: string,
    recording: string,
  ): Promise<{ readonly state: TranscriptionState; readonly transcript: TranscriptRecord | null } | null>;
  /** What was written down while it was said, the oldest first; null: it could not be. `channel` 0 is inbound, 1 outbound. */
  live(call: string): Promise<
    readonly {
      /** In the place of a recording's. */
      readonly id: string;
      readonly name: string;
      readonly tracks: 'inbound' | 'outbound' | 'both';
      readonly language: string | null;
      readonly transcript: TranscriptRecord | null;
    }[]
  >;
  /** False when there is none. */
  drop(call: string, recording: string): Promise<boolean>;
}

export interface AppRecord {
  readonly name: string;
  readonly dialect: DialectName;
  readonly numbers: readonly string[];
}

/** An app that an account makes for itself. Its URLs are reached as those of documents are, not as the configuration's. */
export interface AppOrder {
  /** A word that no other app has, of any account: best a random one, such as the vendor's id of it. */
  readonly name: string;
  readonly dialect: DialectName;
  /** Asked for the document of a call that comes in; http or https. */
  readonly first?: Destination;
  /** In place of `first`: what a call that comes in does. With neither, none comes in. */
  readonly plan?: CallPlan;
  /** Told when a call is over. */
  readonly last?: Destination;
}

export interface CallOrder {
  /** One of the account's. */
  readonly app: string;
  readonly from: string;
  readonly to: DialTarget;
  readonly plan: CallPlan;
  /** The name shown beside the number. */
  readonly displayName?: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  /** 1 goes first; 5. Of those that wait for their turn. */
  readonly priority?: number;
  /** Kept with it as `notes.get('call', id)`, from before anything is told of it. */
  readonly notes?: unknown;
}

export interface CallFilter {
  readonly from?: string;
  readonly to?: string;
  readonly dialect?: DialectName;
  /** Only calls that are not over, of any age. */
  readonly live?: true;
  /** ISO 8601. */
  readonly startedFrom?: string;
  readonly startedTo?: string;
  /** Whether the oldest comes first. */
  readonly oldestFirst?: boolean;
  readonly offset: number;
  readonly limit: number;
}

export interface ConferenceRecord {
  readonly id: string;
  readonly name: string;
  readonly app: string;
  readonly state: 'live' | 'ended';
  /** ISO 8601 UTC with milliseconds. */
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly events: ConferenceEvents | null;
  /** In the order in which they joined; none when it is over. */
  readonly members: readonly (ConferenceMember & { readonly joinedAt: string })[];
}

export interface ConferenceOrder {
  /** One of the account's; its dialect words what is told. */
  readonly app: string;
  readonly name: string;
  readonly events: ConferenceEvents | null;
}

export interface ConferenceFilter {
  readonly name?: string;
  readonly dialect?: DialectName;
  /** ISO 8601. */
  readonly createdFrom?: string;
  readonly createdTo?: string;
  readonly offset: number;
  readonly limit: number;
}

/** The conferences of one account. What happens in one is on its tape: `Voice.tape(id)`, `Voice.recordings(id)`. */
export interface Conferences {
  /** Begins one without a member, which is over when its last one leaves. Throws CodedError `conference-exists`. */
  create(order: ConferenceOrder): Promise<ConferenceRecord>;
  get(id: string): Promise<ConferenceRecord | null>;
  /** The one of that name that is not over. */
  named(name: string): ConferenceRecord | null;
  /** The newest first. */
  list(filter: ConferenceFilter): Promise<readonly ConferenceRecord[]>;
  /** Resolves when it is kept. Throws CodedError `conference-not-found` or `conference-over`. */
  command(id: string, command: ConferenceCommand): Promise<void>;
}

/** What belongs to one account. Everything of another one is as if it were not there. */
export interface Voice {
  readonly account: string;
  apps(): readonly AppRecord[];
  /** The app that calls of this dialect belong to when a request names none: the account's first one, or one made for it. */
  appFor(dialect: DialectName): AppRecord;
  dialect(name: DialectName): Dialect;
  /** Resolves when it is kept. One of the account's of that name is replaced. Throws CodedError `app-name-taken`, `app-invalid`, `app-configured`, `account-full`. */
  saveApp(order: AppOrder): Promise<AppRecord>;
  /** Its numbers go with it; calls that are up go on. False when there is none. Throws CodedError `app-configured`. */
  dropApp(name: string): Promise<boolean>;
  /** The app is one of the account's. Throws CodedError `number-taken`, `number-invalid`, `app-not-found`, `app-configured`. */
  saveNumber(number: string, app: string): Promise<void>;
  /** False when there is none. Throws CodedError `app-configured`. */
  dropNumber(number: string): Promise<boolean>;
  /** Resolves when it is kept, before it rings. Throws CodedError `call-queue-full`, `call-not-placed`. */
  place(order: CallOrder): Promise<CallFacts>;
  queue(): { readonly size: number; readonly most: number };
  call(id: string): Promise<CallRecord | null>;
  calls(filter: CallFilter): Promise<readonly CallRecord[]>;
  tape(call: string): Promise<readonly TapeLine[]>;
  /** Resolves when it is kept. Throws CodedError `call-not-found` or `call-over`. */
  command(call: string, command: Command): Promise<void>;
  /** Of one call, or of all. Newest first. */
  recordings(call: string | null): Promise<readonly RecordingRecord[]>;
  /** A WAV file; null when there is none any more. */
  recordingFile(call: string, recording: string): Promise<{ readonly body: Readable; readonly bytes: number } | null>;
  dropRecording(call: string, recording: string): Promise<boolean>;
  readonly conferences: Conferences;
  /** Missing only where there can be none. */
  readonly transcriptions?: Transcriptions;
  /** Small JSON documents of the account, by kind and id: what a vendor's interface must remember and no call does. */
  readonly notes: Notes;
  /** Phones that may register, and how many contacts of each are there now. */
  phones(): readonly { readonly login: string; readonly contacts: number }[];
  /** A phone that may register; of one of the account's the password is changed. Throws CodedError `phone-taken`, `phone-invalid`, `app-configured`. */
  savePhone(login: string, password: string): Promise<void>;
  /** False when there is none. Throws CodedError `app-configured`. */
  dropPhone(login: string): Promise<boolean>;
  log(level: 'info' | 'warn', message: string): void;
}

export interface Notes {
  get<Note>(kind: string, id: string): Promise<Note | null>;
  /** Resolves when it is kept. */
  put(kind: string, id: string, note: unknown): Promise<void>;
  drop(kind: string, id: string): Promise<boolean>;
  /** The newest first. */
  list<Note>(
    kind: string,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<readonly (readonly [id: string, note: Note])[]>;
}

/** null: the name and the password are nobody's. */
export type SignIn = (username: string, password: string) => Promise<Voice | null>;
