// Owns: what a dialect must be able to do. A folder beside this file for each vendor; nothing vendor-specific outside.
import type { DialectName, Flow } from '../flow/node.ts';
import type { Problem } from '../flow/problem.ts';
import type { CallFacts, Report } from '../flow/report.ts';

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

export interface Dialect {
  readonly name: DialectName;
  /** Parses, checks and compiles a document. Never throws for what a user wrote. */
  compile(text: string, source: string): Compiled;
  /** The HTTP request that tells `report` to the application in this vendor's words. */
  request(report: Report, call: CallFacts): HttpPlan;
}
