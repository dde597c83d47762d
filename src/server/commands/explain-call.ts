// Owns: what a tape says about the gathers of a call, and why each ended, as data. Does not: know where the tape came from.
import type { CallView } from '../../api/views.ts';
import { type CallEvent, type DecisionLine, isWorldEvent, type TapeLine } from '../../call/event.ts';
import { innerBlocks } from '../../flow/check.ts';
import type { Block, NodeOf } from '../../flow/node.ts';
import type { GatherReason } from '../../flow/report.ts';
import { describeSound } from '../../testkit/timeline.ts';
import { endWords } from './explain-words.ts';

export interface ExplainedGather {
  readonly path: string;
  /** Of the document; null when it is not on the tape. */
  readonly line: number | null;
  readonly attempt: number;
  /** How many attempts the document allows; null when it is not on the tape. */
  readonly attempts: number | null;
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
  /** Keys behind the last gather, which nobody has asked for yet; as on the tape, so `•` for a secret. */
  readonly unasked: readonly UnaskedKey[];
  /** The gather that is not over yet: its record comes with its end. */
  readonly open: OpenGather | null;
}

export interface OpenGather {
  readonly path: string;
  readonly line: number;
  readonly startedAtMs: number;
  readonly prompts: readonly string[];
}

export interface UnaskedKey {
  readonly atMs: number;
  readonly digit: string;
}

/** How the line of the record begins that says so. */
const keyLeft = 'a key is left for what follows';

type Finished = Extract<CallEvent, { type: 'gather.finished' }>;

export function explainCall(call: CallView, tape: readonly TapeLine[]): ExplainedCall {
  const gathers: ExplainedGather[] = [];
  const troubles: Trouble[] = [];
  const heard: Record<string, number> = {};
  const lines = new Map<string, number>();
  let body: Block = [];
  let unasked: UnaskedKey[] = [];
  let open: OpenGather | null = null;
  /** When the last thing happened: what is noted about it may stand a little later. */
  let now = 0;
  for (const { event, since } of tape) {
    if (isWorldEvent(event)) now = since;
    if (event.type === 'document.fetched' && event.flow.body.length > 0) ({ body } = event.flow);
    else if (event.type === 'command.received' && event.command.kind === 'run') ({ body } = event.command.flow);
    else if (event.type === 'verb.started') {
      const { path, line } = event;
      lines.set(path, line);
      const node = gatherAt(body, path);
      if (node !== undefined) open = { path, line, startedAtMs: now, prompts: promptsOf(node) };
    } else if (event.type === 'verb.finished' && event.path === open?.path) open = null;
    else if (event.type === 'call.ended') open = null;
    else if (event.type === 'gather.finished') {
      gathers.push(explain(event, now, body, lines.get(event.path) ?? null));
      const left = event.decisions.filter(({ what }) => what.startsWith(keyLeft)).length;
      unasked = left === 0 ? [] : unasked.slice(-left);
    } else if (event.type === 'digit' && event.leg === 'caller') {
      unasked.push({ atMs: since, digit: event.digit });
      for (const { via } of event.heard) heard[via] = (heard[via] ?? 0) + 1;
    } else if ('code' in event) troubles.push({ atMs: since, code: event.code, message: event.message });
  }
  return { call, lengthMs: tape.at(-1)?.since ?? 0, gathers, troubles, heard, unasked, open };
}

function explain(event: Finished, endedAtMs: number, body: Block, line: number | null): ExplainedGather {
  const { path, attempt, success, digits, terminator, reason, decisions } = event;
  const node = gatherAt(body, path);
  return {
    ...{ path, line, attempt, success, digits, terminator, reason },
    attempts: node?.attempts ?? null,
    startedAtMs: endedAtMs - (decisions.at(-1)?.atMs ?? 0),
    endedAtMs,
    why: endWords(event),
    prompts: node === undefined ? [] : promptsOf(node),
    record: decisions,
  };
}

function gatherAt(body: Block, path: string): NodeOf<'gather'> | undefined {
  return gathersIn(body).find(({ at }) => at.path === path);
}

function promptsOf({ prompts }: NodeOf<'gather'>): readonly string[] {
  return prompts.map(({ sound }) => describeSound(sound));
}

function gathersIn(body: Block): readonly NodeOf<'gather'>[] {
  return body.flatMap((node) => [...(node.kind === 'gather' ? [node] : []), ...innerBlocks(node).flatMap(gathersIn)]);
}
