// Owns: `keytone explain CALL`: a call in one line, then each of its gathers: what it waited for, what happened when, and why
// it ended. Reads from a running server or from a data folder; changes nothing.
import { resolve } from 'node:path';
import { CodedError } from '../../base/errors.ts';
import { formatTime } from '../../testkit/timeline.ts';
import { type ExplainedCall, type ExplainedGather, explainCall, type OpenGather } from './explain-call.ts';
import { folderSource, serverSource } from './explain-source.ts';
import { exitCodes, type Terminal } from './terminal.ts';

export interface ExplainCommand {
  /** Address of the HTTP interface; null unless it was named. */
  readonly server: string | null;
  readonly dataDir: string | null;
  readonly format: 'text' | 'json';
}

export const defaultServer = 'http://127.0.0.1:8080';

export async function explain(id: string, command: ExplainCommand, terminal: Terminal): Promise<number> {
  const { server, dataDir, format } = command;
  if (server !== null && dataDir !== null)
    throw new CodedError('command-invalid', '--server and --data-dir exclude each other');
  const find =
    dataDir === null
      ? serverSource(server ?? defaultServer, terminal.environment)
      : folderSource(resolve(terminal.workingDir, dataDir));
  const found = await find(id);
  if (found === null) {
    terminal.err(id === 'last' ? 'There was no call yet.' : `There is no call ${id}.`);
    return exitCodes.found;
  }
  const explained = explainCall(found.call, found.tape);
  terminal.out(format === 'json' ? JSON.stringify(explained, null, 2) : formatExplanation(explained));
  return exitCodes.ok;
}

export function formatExplanation(explained: ExplainedCall): string {
  const { gathers, open, troubles, unasked } = explained;
  const paragraphs = [
    callLine(explained),
    ...gathers.map(gatherLines),
    ...(open === null ? [] : [openLines(open, unasked)]),
    ...(gathers.length === 0 && open === null ? ['It asked for no keys.'] : []),
    ...(troubles.length === 0
      ? []
      : [
          [
            'What failed (docs/errors.md explains the codes):',
            ...troubles.map((one) => row(one.atMs, `${one.message} [${one.code}]`)),
          ].join('\n'),
        ]),
    ...unaskedLine(explained),
    keysLine(explained),
  ];
  return paragraphs.join('\n\n');
}

function callLine({ call, lengthMs }: ExplainedCall): string {
  const { id, from, to, app, direction, startedAt, state, reason, answeredAt } = call;
  const way = direction === 'inbound' ? `from ${from} to ${to}` : `placed from ${from} to ${to}`;
  const answered = answeredAt === null ? 'not answered' : 'answered';
  const end = state === 'ended' ? `ended after ${formatTime(lengthMs)}: ${reason}` : `is ${state}`;
  return `Call ${id} ${way}, app ${app}, ${startedAt}, ${answered}, ${end}`;
}

function gatherLines(gather: ExplainedGather): string {
  const { prompts, record, success, digits, terminator, reason, why, startedAtMs } = gather;
  const got = digits === '' ? 'no digits' : `the digits ${digits}`;
  const ended = terminator === '' ? '' : ` and ${terminator}`;
  return [
    `${placeOf(gather)}: ${success ? 'succeeded' : 'failed'} with ${got}${ended}`,
    `  why        ${why} (${reason})`,
    ...prompts.map((words) => `  asks       ${words}`),
    ...record.map(({ atMs, what }) => row(startedAtMs + atMs, what)),
  ].join('\n');
}

function placeOf({ path, line, attempt, attempts }: ExplainedGather): string {
  const place = line === null ? path : `${path}, line ${line}`;
  if (attempts === null) return attempt === 1 ? place : `${place}, attempt ${attempt}`;
  return attempts === 1 ? place : `${place}, attempt ${attempt} of ${attempts}`;
}

/** Its record comes with its end; until then there are the keys behind the last one. */
function openLines({ path, line, startedAtMs, prompts }: OpenGather, pressed: ExplainedCall['unasked']): string {
  return [
    `${path}, line ${line}: not over yet`,
    ...prompts.map((words) => `  asks       ${words}`),
    ...[
      { atMs: startedAtMs, what: 'began' },
      ...pressed.map(({ atMs, digit }) => ({ atMs, what: `key ${digit} was pressed` })),
    ]
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ atMs, what }) => row(atMs, what)),
  ].join('\n');
}

function unaskedLine({ call, gathers, open, unasked }: ExplainedCall): readonly string[] {
  if (unasked.length === 0 || open !== null) return [];
  const keys = unasked.map(({ atMs, digit }) => `${digit} at ${formatTime(atMs)}`).join(', ');
  const amount = count(unasked.length, 'key');
  if (call.state !== 'ended') return [`${amount} pressed behind the last entry and not asked for yet: ${keys}.`];
  const when = gathers.length === 0 ? 'although nothing asked for keys' : 'when nothing asked for keys any more';
  return [`${amount} came ${when}: ${keys}.`];
}

const waysInWords: Readonly<Record<string, string>> = {
  rfc4733: 'telephone-event in RTP (rfc4733)',
  info: 'SIP INFO (info)',
  inband: 'tone in the audio (inband)',
};

function keysLine({ heard, call }: ExplainedCall): string {
  const ways = Object.entries(heard).map(([way, amount]) => `${amount} by ${waysInWords[way] ?? way}`);
  if (ways.length > 0) return `Keys heard: ${ways.join(', ')}.`;
  if (call.answeredAt === null) return 'No key was heard.';
  return 'No key was heard in the whole call. If the caller pressed some, the phone or the trunk sends them in a way that does not arrive; see docs/gather.md.';
}

const row = (atMs: number, words: string): string => `  ${formatTime(atMs)}  ${words}`;
const count = (amount: number, word: string): string => `${amount} ${word}${amount === 1 ? '' : 's'}`;
