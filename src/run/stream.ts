// Owns: `stream` and `end-stream`, and what is told of a stream: begun, refused, over. It runs in the background, so most of
// that is told by whoever follows the tape (last-words.ts).
import type { NodeOf, StreamNode } from '../flow/node.ts';
import type { Report, StreamCause } from '../flow/report.ts';
import { answered } from './answered.ts';
import { noticeOf } from './notice.ts';
import type { CallState } from './state.ts';
import { substitute, substituteDestination } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

export interface OpenStream extends Pick<StreamNode, 'url' | 'tracks' | 'mode' | 'notify' | 'transcribe'> {
  readonly name: string;
  startedMs: number;
}

/** Tracks of one call that may be copied at a time. */
const mostTracks = 4;

export function* stream(node: NodeOf<'stream'>, state: CallState): Steps<Outcome> {
  yield* answered(state);
  const { tracks, mode, params, credentials, notify, transcribe } = node;
  const id = state.name('stream');
  const name = node.name === null ? id : substitute(state, node.name);
  const url = substitute(state, node.url);
  const writes = transcribe === undefined ? {} : { transcribe };
  const open: OpenStream = { name, url, tracks, mode, notify, ...writes, startedMs: state.now };
  const refused = refusal(open, state);
  if (refused !== null) {
    const { cause, message } = refused;
    const report = streamReport(id, open, state, { status: 'rejected', cause, message });
    if (report !== null) yield noticeOf(state, report);
    return failed(message);
  }
  state.streams.set(id, open);
  const named = credentials === undefined ? {} : { credentials };
  const told =
    transcribe === undefined
      ? {}
      : { transcribe, notify: notify === null ? null : substituteDestination(state, notify) };
  yield { type: 'stream.start', stream: id, name, url, tracks, mode, params, ...named, ...told };
  return succeeded('started');
}

export function* endStream(node: NodeOf<'end-stream'>, state: CallState): Steps<Outcome> {
  const name = substitute(state, node.name);
  const kind = [...state.streams].filter(([, { transcribe }]) => transcribe === node.transcribe);
  if (node.transcribe === true && name === '') {
    for (const [stream] of kind) yield { type: 'stream.stop', stream };
    return succeeded('stopped');
  }
  const found = kind.find(([, open]) => open.name === name);
  if (found === undefined) return failed(`no stream named ${name} runs`);
  const [id, { mode }] = found;
  if (!node.wait || mode === 'one-way') {
    yield { type: 'stream.stop', stream: id };
    return succeeded('stopped');
  }
  while (state.streams.has(id)) yield* nextLine();
  return succeeded('closed');
}

function refusal(open: OpenStream, state: CallState): { cause: StreamCause; message: string } | null {
  const others = [...state.streams.values()].filter(({ transcribe }) => transcribe === open.transcribe);
  if (others.some(({ name }) => name === open.name))
    return { cause: 'duplicate', message: `a stream named ${open.name} runs already` };
  const tracks = [...others, open].reduce((sum, one) => sum + (one.tracks === 'both' ? 2 : 1), 0);
  if (tracks > mostTracks) return { cause: 'track-limit', message: `more than ${mostTracks} tracks of one call` };
  return null;
}

/** null when nobody is to be told. */
export function streamReport(
  id: string,
  { name, url, tracks, notify, transcribe, startedMs }: OpenStream,
  state: CallState,
  what: { status: 'started' | 'rejected' | 'stopped'; cause?: StreamCause; message?: string },
): Report | null {
  if (notify === null) return null;
  const { status, cause = null, message = null } = what;
  return {
    ...{ kind: 'stream', destination: notify, history: [...state.history] },
    ...(transcribe === undefined ? {} : { transcribe }),
    ...{ status, stream: id, name, url, tracks, startedMs, cause, message },
    endedMs: status === 'started' ? null : state.now,
  };
}
