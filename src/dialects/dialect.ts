// Owns: what a dialect must be able to do. A folder beside this file for each vendor; nothing vendor-specific outside.
import type { Destination, DialectName, Flow } from '../flow/node.ts';
import type { CallPlan } from '../flow/plan.ts';
import type { Problem } from '../flow/problem.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import type { StreamWords, TranscriptWords } from './stream-words.ts';

export interface Compiled {
  /** null when a problem of severity `error` was found. */
  readonly flow: Flow | null;
  readonly problems: readonly Problem[];
}

export interface HttpPlan {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Sent only when the answer is 401 with a Basic challenge (RFC 7617), to the origin that was asked. */
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** What a call that comes in begins with, where its app is not simply asked for a document. */
export interface AppOpening {
  /** The URL of the app; it may be a file's. */
  readonly first: Destination;
  /** Whether calls are answered by themselves. */
  readonly autoAnswer: boolean;
}

export interface Dialect {
  readonly name: DialectName;
  /** Parses, checks and compiles a document. Never throws for what a user wrote. */
  compile(text: string, source: string): Compiled;
  /** The HTTP request that tells `report` to the application in this vendor's words. An empty `url`: nobody is to be told. */
  request(report: Report, call: CallFacts): HttpPlan;
  /** Without them its documents cannot stream. */
  readonly streams?: StreamWords;
  /** Without them nothing that is said can be written down while it is said. */
  readonly transcripts?: TranscriptWords;
  /** Without it, or with null, the app is asked for the first document of the call. */
  opening?(app: AppOpening): CallPlan | null;
}
