// Owns: one conference from its first line to its last: whom it tells that somebody came or went, the documents that run in
// it, one after the other, and its end: when the last member has left, when somebody ends it, or after a day. It is the same
// kind of run as a call's, over a tape of its own; who sits where is not decided here (call/live-conference.ts).
import type { Effect } from '../call/effect.ts';
import { type ConferenceCommand, isWorldEvent, type WorldEvent } from '../call/event.ts';
import type { Block, ConferenceEvents, ConferenceEventType, Flow, FlowNode } from '../flow/node.ts';
import type { ConferenceMember, Report } from '../flow/report.ts';
import { createConferenceTeller } from './conference-teller.ts';
import { createLastWords } from './last-words.ts';
import { stopRecording } from './record.ts';
import type { Run, RunOptions } from './run.ts';
import { createState } from './state.ts';
import { takeTurn } from './turn.ts';
import { advance, closing, type Line, type Steps } from './verb.ts';
import { verbOf } from './verb-name.ts';
import { runBlock } from './verbs.ts';

const longestMs = 24 * 3_600_000;
const normalClearing = 16;
const asked: ReadonlySet<ConferenceEventType> = new Set(['created', 'joined', 'left']);

export function createConferenceRun({ defaults }: Pick<RunOptions, 'defaults'>): Run {
  const state = createState(defaults.language, runBlock);
  state.answered = true;
  const teller = createConferenceTeller(state);
  const lastWords = createLastWords(state, () => undefined);
  const members = new Map<string, ConferenceMember>();
  const waiting: Flow[] = [];
  let events: ConferenceEvents | null = null;
  let document: Steps<void> | null = null;
  let limit = '';
  let ending = false;
  let ended: string | null = null;
  let over = false;

  function tell(event: ConferenceEventType, member: ConferenceMember | null, effects: Effect[]): void {
    if (events?.types.includes(event) !== true) return;
    const asks = events.answers === 'documents' && asked.has(event);
    teller.tell(reportOf(event, member, events.destination), asks, effects);
  }

  function reportOf(
    event: Extract<Report, { kind: 'conference' }>['event'],
    member: ConferenceMember | null,
    destination: Report['destination'],
  ): Report {
    const facts = { size: members.size, atMs: state.now };
    return { kind: 'conference', destination, history: [], event, member, ...facts };
  }

  /** For all, behind what sounds now; no document waits for it. */
  function beep(effects: Effect[]): void {
    const sound = { kind: 'progress', name: 'beep', durationMs: null } as const;
    const how = { to: 'caller', times: 1, stopKeys: '' } as const;
    effects.push({ type: 'prompt.start', prompt: state.name('prompt'), sound, ...how });
  }

  /** What stands next, once nothing runs. */
  function begin(effects: Effect[]): void {
    while (document === null) {
      const flow = waiting.shift();
      if (flow === undefined) return;
      const { source, body } = flow;
      if (isEmpty(body)) continue;
      const stranger = strangerIn(body);
      if (stranger !== null) {
        const message = `<${verbOf(stranger)}> in line ${stranger.at.line} cannot run in a conference.`;
        effects.push({ type: 'note', event: { type: 'flow.failed', source, code: 'conference-verb', message } });
        continue;
      }
      state.source = source;
      effects.push({ type: 'note', event: { type: 'flow.started', source } });
      document = follow(flow);
      goOn(undefined, effects);
    }
  }

  function* follow({ body }: Flow): Steps<void> {
    yield* state.block(body);
  }

  function goOn(line: Line | undefined, effects: Effect[]): void {
    if (document === null) return;
    const turn = takeTurn(document, line, effects);
    if (turn === 'sleeps') return;
    if (turn === 'ended') document = null;
    else {
      const { code, message } = turn;
      closeDocument(effects);
      effects.push({ type: 'note', event: { type: 'flow.failed', source: state.source, code, message } });
    }
  }

  function closeDocument(effects: Effect[]): void {
    if (document === null) return;
    state.closing = 'cancelled';
    const steps = document;
    document = null;
    advance(closing(steps), undefined, effects);
  }

  function end(reason: string, effects: Effect[]): void {
    if (ending) return;
    ending = true;
    effects.push({ type: 'call.hangup', reason });
  }

  function obey(command: ConferenceCommand, effects: Effect[]): void {
    if (ending) return;
    if (command.kind === 'end') end(command.reason, effects);
    else if (command.kind === 'redirect') teller.tell(reportOf('redirect', null, command.destination), true, effects);
    else if (command.kind === 'run' || command.kind === 'queue') {
      if (command.kind === 'run') {
        waiting.length = 0;
        closeDocument(effects);
      }
      if (command.flow.body.length > 0) waiting.push(command.flow);
    }
  }

  function finish(reason: string, effects: Effect[]): void {
    ending = true;
    ended = reason;
    waiting.length = 0;
    closeDocument(effects);
    effects.push({ type: 'timer.cancel', timer: limit });
    for (const recording of state.recordings.keys()) advance(stopRecording(state, recording), undefined, effects);
    tell('completed', null, effects);
    teller.close(effects);
    lastWords.callerGone({ by: 'us', reason, q850Cause: normalClearing }, []);
  }

  function observe(event: WorldEvent, effects: Effect[]): void {
    switch (event.type) {
      case 'conference.created':
        state.facts = { id: event.conference, app: event.app, from: '', to: '' };
        events = event.events;
        // What goes with its webhooks goes with those of its documents.
        for (const [word, value] of Object.entries(events?.destination.extra ?? {})) state.variables.set(word, value);
        limit = state.name('timer');
        effects.push({ type: 'timer.arm', timer: limit, delayMs: longestMs });
        tell('created', null, effects);
        return;
      case 'member.joined':
        members.set(event.member.call, event.member);
        if (event.member.tones?.join === true) beep(effects);
        tell('joined', event.member, effects);
        return;
      case 'member.changed':
        members.set(event.member.call, event.member);
        tell('changed', event.member, effects);
        return;
      case 'member.left': {
        const member = members.get(event.call);
        members.delete(event.call);
        if (member?.tones?.leave === true && members.size > 0 && !ending) beep(effects);
        if (member !== undefined) tell('left', member, effects);
        if (members.size === 0) end('the last member left', effects);
        return;
      }
      case 'conference.commanded':
        obey(event.command, effects);
        return;
      case 'conference.ended':
        finish(event.reason, effects);
        return;
      case 'recording.finished': {
        const recording = state.recordings.get(event.recording);
        state.recordings.delete(event.recording);
        if (recording !== undefined) lastWords.recordingOver(recording, event, effects);
        return;
      }
      case 'recording.failed':
        state.recordings.delete(event.recording);
        return;
      case 'timer.fired':
        if (event.timer === limit) end('it lasted for a day', effects);
        return;
    }
  }

  return {
    step(line) {
      const { event } = line;
      if (over || !isWorldEvent(event)) return [];
      const effects: Effect[] = [];
      state.now = line.since;
      const before = document;
      observe(event, effects);
      lastWords.observe(event, effects);
      const flow = teller.observe(event, effects);
      if (document === before) goOn(line as Line, effects);
      if (flow !== null && !ending) waiting.push(flow);
      if (!ending) begin(effects);
      if (ended !== null && teller.idle && state.recordings.size === 0 && lastWords.said) {
        over = true;
        const note = { type: 'call.ended', reason: ended, q850Cause: normalClearing } as const;
        effects.push({ type: 'note', event: note });
      }
      return effects;
    },
    get over() {
      return over;
    },
  };
}

/** A document without a verb ends a call, and means nothing here. */
function isEmpty([first, ...others]: Block): boolean {
  return first === undefined || (others.length === 0 && first.kind === 'hangup' && !first.at.path.includes('['));
}

/** The first node that is none of a conference's: it plays, and records in the background; nobody in it has keys or legs. */
function strangerIn(body: Block, chosen = false): FlowNode | null {
  for (const node of body) {
    if (node.kind === 'play' || (chosen && node.kind === 'set')) continue;
    if (node.kind === 'record' && node.mode !== 'during' && node.mode !== 'until') continue;
    if (node.kind !== 'branch') return node;
    for (const inner of [...node.cases.map((one) => one.body), node.otherwise]) {
      const stranger = strangerIn(inner, true);
      if (stranger !== null) return stranger;
    }
  }
  return null;
}
