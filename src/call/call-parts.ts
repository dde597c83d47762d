// Owns: what a live call is handed by server/: the planes it lives on, the application it asks, where its legs may go and
// who reads its tape. Types only.
import type { DialTarget, Flow } from '../flow/node.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import type { MediaPlane } from '../media/plane.ts';
import type { IncomingLeg, OutgoingInvite, SipEndpoint } from '../sip/endpoint.ts';
import type { ConferenceDoor } from './conferences.ts';
import type { LegName, TapeLine } from './event.ts';
import type { KeyWay } from './key-sender.ts';
import type { LegParts, SavedParts } from './leg.ts';
import type { Interpreter } from './loop.ts';
import type { RecordingPlace } from './recordings.ts';
import type { SoundSource } from './sound-source.ts';
import type { OpenStream } from './streams.ts';

export interface Failure {
  readonly ok: false;
  /** A code of base/codes.ts, or of a problem in a document. */
  readonly code: string;
  readonly message: string;
}
export type Answer = { readonly ok: true; readonly flow: Flow; readonly httpStatus: number | null } | Failure;
export type Delivery =
  | { readonly ok: true; readonly httpStatus: number; readonly variables?: Readonly<Record<string, string>> }
  | Failure;

/** Where a dialled target is reached, or why it is not. */
export type Route =
  | {
      readonly ok: true;
      readonly invite: Pick<OutgoingInvite, 'uri' | 'from' | 'credentials' | 'outboundProxy'>;
      /** How keys are sent there; null as its description says. */
      readonly keyWay: KeyWay | null;
    }
  | { readonly ok: false; readonly sipStatus: number; readonly reason: string };

export interface CallParts extends LegParts {
  readonly createInterpreter: (app: string) => Interpreter;
  /** Never reject. `id` is the same when one is sent again. */
  readonly ask: (report: Report, call: CallFacts, id: string) => Promise<Answer>;
  readonly notify: (report: Report, call: CallFacts, id: string) => Promise<Delivery>;
  readonly sounds: SoundSource;
  readonly route: (target: DialTarget, callerId: string) => Route;
  readonly invite: SipEndpoint['invite'];
  readonly restore: SipEndpoint['restore'];
  /** Whose an app is: calls of one account are never joined with those of another. */
  readonly accountOf: (app: string) => string;
  /** How many calls an account may begin within a second; 0 for as many as it likes. */
  readonly callsPerSecond: (account: string) => number;
  /** Why no call is placed now; null when one may be. */
  readonly refusesPlaced: () => string | null;
  /** The same for whoever calls. */
  readonly keyWayOf: (leg: Pick<IncomingLeg, 'login' | 'source'>) => KeyWay | null;
  readonly conferences: ConferenceDoor;
  readonly openStream: OpenStream;
  readonly recordingPlace: (call: string) => RecordingPlace;
  readonly repairRecording: MediaPlane['repairRecording'];
  /** Keeps what a restart needs of a part of a leg, in the place of what was kept of it. */
  readonly saveLeg: (call: string, leg: LegName, part: keyof SavedParts, state: object) => void;
  /** A leg that nothing was heard of for so long is hung up; Infinity never does. Looked at every 30 s. */
  readonly mediaAbsentMs: number;
  /** Told every line as it is written. `sensitive`: keys on it are secrets. */
  readonly onLine: (call: CallFacts, line: TapeLine, sensitive: boolean) => void;
  readonly newId: () => string;
}
