// Owns: `record` in its four modes, and what is told when a recording ends. A recording that outlives its verb (mode
// `start`, or the call ended meanwhile) is told by create-run.ts when its file is complete.
import type { NodeOf } from '../flow/node.ts';
import { answered } from './answered.ts';
import { afterAnswer, askApplication } from './ask-application.ts';
import { takeKey } from './listeners.ts';
import type { CallState } from './state.ts';
import { closing, failed, type Line, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';

type Node = NodeOf<'record'>;
type Finished = { readonly durationMs: number; readonly why: string };

export function* record(node: Node, state: CallState): Steps<Outcome> {
  if (node.mode === 'stop') return yield* stop(node, state);
  if (node.mode === 'pause' || node.mode === 'resume') return yield* pause(node, state, node.mode === 'pause');
  yield* answered(state);
  if (node.beep) yield* beep(state);
  const recording = state.name('recording');
  const refused = yield* start(node, state, recording);
  if (refused !== null) return failed(refused);
  if (node.mode === 'start') return succeeded('started');

  try {
    const inside =
      node.mode === 'during' ? yield* during(node, state, recording) : yield* until(node, state, recording);
    if (inside.kind === 'failed') return failed(inside.reason);
    let finished: Finished;
    if (inside.kind === 'finished') finished = inside.finished;
    else {
      yield* stopRecording(state, recording);
      const end = yield* untilOver(recording);
      if (end.kind === 'failed') return failed(end.reason);
      finished = end.finished;
    }
    const outcome = succeeded(inside.kind === 'left' ? inside.why : finished.why);
    if (inside.kind === 'left' && inside.exit !== 'go-on') return { ...outcome, exit: inside.exit };
    if (node.report === null) return outcome;
    const answer = yield* askApplication(state, {
      kind: 'recording',
      destination: node.report,
      history: [...state.history],
      recordingId: recording,
      durationMs: finished.durationMs,
    });
    return afterAnswer(answer, outcome);
  } finally {
    yield* stopRecording(state, recording);
  }
}

/** Once for each recording; harmless when it is over. */
export function* stopRecording(state: CallState, recording: string): Steps<void> {
  const open = state.recordings.get(recording);
  if (open === undefined || open.stopAsked) return;
  open.stopAsked = true;
  yield { type: 'record.stop', recording };
}

/** null when it runs, or why it does not. */
function* start(node: Node, state: CallState, recording: string): Steps<string | null> {
  const { tag, channels, maxMs, silenceMs, notify, transcribe } = node;
  const told = { notify, ...(transcribe !== undefined && { transcribe }) };
  state.recordings.set(recording, { tag, ...told, paused: false, stopAsked: false });
  yield { type: 'record.start', recording, tag, channels, maxMs, silenceMs };
  for (;;) {
    const { event } = yield* nextLine();
    if (event.type === 'recording.started' && event.recording === recording) return null;
    if (event.type === 'recording.failed' && event.recording === recording) return event.message;
  }
}

/** The newest that runs, of the tag that the node names. */
const running = (node: Node, state: CallState) =>
  [...state.recordings].filter(([, { tag }]) => node.tag === null || tag === node.tag).at(-1);
const noneRuns = 'no such recording is running';

function* pause(node: Node, state: CallState, on: boolean): Steps<Outcome> {
  const [recording, open] = running(node, state) ?? [];
  if (recording === undefined || open === undefined) return failed(noneRuns);
  if (open.paused !== on) yield { type: 'record.pause', recording, on };
  open.paused = on;
  return succeeded(on ? 'paused' : 'resumed');
}

function* stop(node: Node, state: CallState): Steps<Outcome> {
  const open = running(node, state);
  if (open === undefined) return failed(noneRuns);
  const [recording] = open;
  yield* stopRecording(state, recording);
  const end = yield* untilOver(recording);
  return end.kind === 'failed' ? failed(end.reason) : succeeded('stopped');
}

type End =
  | { readonly kind: 'finished'; readonly finished: Finished }
  | { readonly kind: 'failed'; readonly reason: string };
type Left = { readonly kind: 'left'; readonly why: string; readonly exit: Outcome['exit'] };

function endOf(line: Line, recording: string): End | null {
  const { event } = line;
  if (event.type === 'recording.finished' && event.recording === recording)
    return { kind: 'finished', finished: event };
  if (event.type === 'recording.failed' && event.recording === recording)
    return { kind: 'failed', reason: event.message };
  return null;
}

function* untilOver(recording: string): Steps<End> {
  for (;;) {
    const end = endOf(yield* nextLine(), recording);
    if (end !== null) return end;
  }
}

function isTerminator(line: Line, node: Node, state: CallState): boolean {
  const { event } = line;
  if (event.type !== 'digit' || event.leg !== 'caller' || !node.terminators.includes(event.digit)) return false;
  // Not there: it was the habitual end of the entry before this.
  return takeKey(state, event.press);
}

function* until(node: Node, state: CallState, recording: string): Steps<End | Left> {
  for (;;) {
    const line = yield* nextLine();
    const end = endOf(line, recording);
    if (end !== null) return end;
    if (isTerminator(line, node, state)) return { kind: 'left', why: 'terminator', exit: 'go-on' };
  }
}

/** Runs the body and watches for what ends the recording before it. */
function* during(node: Node, state: CallState, recording: string): Steps<End | Left> {
  const body = state.block(node.body);
  let running = true;
  try {
    let result = body.next(undefined);
    for (;;) {
      if (result.done === true) {
        running = false;
        return { kind: 'left', why: 'body ended', exit: result.value };
      }
      if (result.value !== null) {
        yield result.value;
        result = body.next(undefined);
        continue;
      }
      const line = yield* nextLine();
      const end = endOf(line, recording);
      if (end !== null) return end;
      if (isTerminator(line, node, state)) return { kind: 'left', why: 'terminator', exit: 'go-on' };
      result = body.next(line);
    }
  } finally {
    if (running) yield* closing(body);
  }
}

function* beep(state: CallState): Steps<void> {
  const prompt = state.name('prompt');
  const sound = { kind: 'progress', name: 'beep', durationMs: null } as const;
  yield { type: 'prompt.start', prompt, to: 'caller', sound, times: 1, stopKeys: '' };
  for (;;) {
    const { event } = yield* nextLine();
    if ((event.type === 'prompt.finished' || event.type === 'prompt.failed') && event.prompt === prompt) return;
  }
}
