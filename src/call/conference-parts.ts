// Owns: what a conference is to whoever uses it, and what it is handed by server/. Types only.
import type { ConferenceEvents } from '../flow/node.ts';
import type { CallFacts, ConferenceMember } from '../flow/report.ts';
import type { MediaPlane, MediaSession } from '../media/plane.ts';
import type { CallParts } from './call-parts.ts';
import type { ConferenceCommand, WorldEvent } from './event.ts';
import type { Interpreter } from './loop.ts';

export interface ConferenceParts
  extends Pick<
    CallParts,
    | 'ask'
    | 'notify'
    | 'sounds'
    | 'shelf'
    | 'clock'
    | 'log'
    | 'durable'
    | 'recordingPlace'
    | 'repairRecording'
    | 'onLine'
    | 'newId'
  > {
  readonly plane: Pick<MediaPlane, 'openRoom'>;
  readonly createConferenceInterpreter: () => Interpreter;
  /** Whose an app is; names of conferences are an account's own. */
  readonly accountOf: (app: string) => string;
}

export interface ConferenceOrder {
  readonly app: string;
  readonly account: string;
  readonly name: string;
  readonly events: ConferenceEvents | null;
}

/** A call as a conference sees it. */
export interface ConferenceCall {
  readonly id: string;
  readonly facts: CallFacts;
  /** null before the answer. */
  readonly session: MediaSession | null;
  put(event: WorldEvent): void;
}

export interface LiveConference extends ConferenceOrder {
  readonly id: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly createdAt: string;
  /** Whether somebody may still get in. */
  readonly isOpen: boolean;
  readonly members: readonly (ConferenceMember & { readonly joinedAt: string })[];
  join(
    call: ConferenceCall,
    member: Pick<ConferenceMember, 'mute' | 'hold' | 'coach' | 'tones'>,
    created: boolean,
  ): void;
  /** After a restart: takes its seat again. False when the conference knows of no such member. */
  rejoin(call: ConferenceCall): boolean;
  leave(call: string): void;
  /** While a secret is keyed nobody hears the call. */
  quiet(call: string, on: boolean): void;
  command(command: ConferenceCommand): void;
  /** After a restart: who is not there by now has left. */
  settle(): void;
  /** Ends it without asking anybody. */
  end(reason: string): void;
}
