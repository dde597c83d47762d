// Owns: what an application is told when it is asked for a document or told an event, before a dialect words it.
import type { Destination } from './node.ts';

/** What everybody may know of a call. `from` and `to` are as received (no scheme). */
export interface CallFacts {
  readonly id: string;
  readonly app: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  readonly state: 'ringing' | 'live' | 'ended';
  /** ISO 8601 UTC with milliseconds. */
  readonly startedAt: string;
  readonly answeredAt: string | null;
}

/** One verb that has run: the raw material of Opentact's `history`. */
export interface VerbResult {
  readonly path: string;
  readonly verb: string;
  readonly success: boolean;
  readonly reason: string;
}

interface ReportBase {
  readonly destination: Destination;
  readonly history: readonly VerbResult[];
}
export type Report =
  /** The first document of a call. */
  | (ReportBase & { readonly kind: 'call-start' })
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
  | (ReportBase & { readonly kind: 'dial'; readonly success: boolean; readonly reason: string })
  | (ReportBase & { readonly kind: 'recording'; readonly recordingId: string; readonly durationMs: number })
  | (ReportBase & { readonly kind: 'notify' })
  | (ReportBase & {
      readonly kind: 'http';
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | null;
    });

export type GatherReason =
  | 'max-digits'
  | 'terminator'
  | 'first-digit-timeout'
  | 'inter-digit-timeout'
  | 'total-timeout'
  | 'hung-up'
  | 'cancelled'
  | 'completed-by-command';
