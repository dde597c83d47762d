// Owns: what a tape says about the gathers of a call, and why each ended, as data. Does not: know where the tape came from.
import type { CallView } from '../../api/views.ts';
import type { CallEvent, DecisionLine, TapeLine } from '../../call/event.ts';
import { innerBlocks } from '../../flow/check.ts';
import type { Block, NodeOf } from '../../flow/node.ts';
import type { GatherReason } from '../../flow/report.ts';
import { describeSound } from '../../testkit/timeline.ts';
import { endWords } from './explain-words.ts';

export interface ExplainedGather {
  readonly path: string;
  readonly attempt: number;
  /** Milliseconds since the call came in. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly success: boolean;
  /** One `•` a digit when the gather is sensitive. */
  readonly digits: string;
  readonly terminator: string;
  readonly reason: GatherReason;
  readonly why: string;
  /** What it asked, as the document says it; empty when the document is not on the tape. */
  readonly prompts: readonly string[];
  readonly record: readonly DecisionLine[];
}

export interface Trouble {
  readonly atMs: number;
  readonly code: string;
  readonly message: string;
}

export interface ExplainedCall {
  readonly call: CallView;
  /** From the first line of the tape to the last. */
  readonly lengthMs: number;
  readonly gathers: readonly ExplainedGather[];
  /** Documents, sounds and keys that failed. */
  readonly troubles: readonly Trouble[];
  /** How the caller's keys came, and how many by each way. */
  readonly heard: Readonly<Record<string, number>>;
  /** Keys that came when nothing asked for them any more. */
  readonly keysAfterTheLast: number;
}

type Finished = Extract<CallEvent, { type: 'gather.finished' }>;

export function explainCall(call: CallView, tape: readonly TapeLine[]): ExplainedCall {
  const gathers: ExplainedGather[] = [];
  const troubles: Trouble[] = [];
  const heard: Record<string, number> = {};
  let body: Block = [];
  let keysAfterTheLast = 0;
  for (const { event, since } of tape) {
    if (event.type === 'document.fetched' && event.flow.body.length > 0) ({ body } = event.flow);
    else if (event.type === 'command.received' && event.command.kind === 'run') ({ body } = event.command.flow);
    else if (event.type === 'gather.finished') {
      gathers.push(explain(event, since, body));
      keysAfterTheLast = 0;
    } else if (event.type === 'digit' && event.leg === 'caller') {
      keysAfterTheLast += 1;
      for (const { via } of event.heard) heard[via] = (heard[via] ?? 0) + 1;
    } else if ('code' in event) troubles.push({ atMs: since, code: event.code, message: event.message });
  }
  return { call, lengthMs: tape.at(-1)?.since ?? 0, gathers, troubles, heard, keysAfterTheLast };
}

function explain(event: Finished, since: number, body: Block): ExplainedGather {
  const { path, attempt, success, digits, terminator, reason, decisions } = event;
  const [node] = gathersIn(body).filter(({ at }) => at.path === path);
  return {
    ...{ path, attempt, success, digits, terminator, reason },
    startedAtMs: since - (decisions.at(-1)?.atMs ?? 0),
    endedAtMs: since,
    why: endWords(event),
    prompts: node?.prompts.map(({ sound }) => describeSound(sound)) ?? [],
    record: decisions,
  };
}

function gathersIn(body: Block): readonly NodeOf<'gather'>[] {
  return body.flatMap((node) => [...(node.kind === 'gather' ? [node] : []), ...innerBlocks(node).flatMap(gathersIn)]);
}
