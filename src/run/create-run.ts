// Owns: one call from its first line to its last: keeps what every verb may know up to date, starts and replaces
// documents, obeys commands, and ends the call exactly once. The verbs themselves stand in a file each beside this one;
// what runs at the same time as the document stands in beside.ts.
import { causeOfStatus } from '../call/cause.ts';
import type { Effect } from '../call/effect.ts';
import { type Command, isWorldEvent, type WorldEvent } from '../call/event.ts';
import type { Flow } from '../flow/node.ts';
import { apology } from './apology.ts';
import { createBesides } from './beside.ts';
import { letGo, wordsOfStatus } from './dial.ts';
import { follow, onceAnswered, wholeCall } from './documents.ts';
import { createLastWords } from './last-words.ts';
import { stopRecording } from './record.ts';
import type { Run, RunOptions } from './run.ts';
import { type CallState, createState } from './state.ts';
import { takeTurn } from './turn.ts';
import { advance, closing, type Exit, type Line, type Steps } from './verb.ts';
import { runBlock } from './verbs.ts';

export function createRun(options: RunOptions): Run {
  const state = createState(options.defaults.language, runBlock);
  const lastWords = createLastWords(state, () => (state.plan === null ? options.last : (state.plan.last ?? undefined)));
  let document: Steps<void> | null = null;
  /** Set when the caller is gone; the call is over once the recordings are written and what is said last is told. */
  let gone: { reason: string; q850Cause: number } | null = null;
  let leaving = false;
  let over = false;
  const besides = createBesides(state, besideLeft);

  function begin(steps: Steps<void>, effects: Effect[]): void {
    document = steps;
    goOn(undefined, effects);
  }

  function goOn(line: Line | undefined, effects: Effect[]): void {
    if (document === null) return;
    const turn = takeTurn(document, line, effects);
    if (turn === 'sleeps') return;
    if (turn === 'ended') {
      document = null;
      return;
    }
    closeDocument('cancelled', effects);
    const { code, message } = turn;
    const { source, language } = state;
    effects.push({ type: 'note', event: { type: 'flow.failed', source, code, message } });
    begin(follow(state, apology(language, source)), effects);
  }

  function closeDocument(why: CallState['closing'], effects: Effect[]): void {
    if (document === null) return;
    state.closing = why;
    const steps = document;
    document = null;
    advance(closing(steps), undefined, effects);
  }

  function replaceDocument(flow: Flow, effects: Effect[]): void {
    closeDocument('cancelled', effects);
    begin(onceAnswered(state, flow), effects);
  }

  function besideLeft(exit: Exclude<Exit, 'go-on'>, effects: Effect[]): void {
    if (exit !== 'end') {
      state.fault = null;
      if (!leaving && !effects.some(endsCall)) replaceDocument(exit.replaceWith, effects);
      return;
    }
    // It has said that the call ends; what lets go of something comes before that, as when a command ends it.
    const end = effects.splice(effects.findLastIndex(endsCall));
    closeDocument('cancelled', effects);
    besides.close('cancelled', effects);
    effects.push(...end);
  }

  function obey(command: Command, effects: Effect[]): void {
    if (leaving || gone !== null) return;
    switch (command.kind) {
      case 'run':
        replaceDocument(command.flow, effects);
        return;
      case 'hangup':
        closeDocument('cancelled', effects);
        besides.close('cancelled', effects);
        effects.push({ type: 'call.hangup', reason: command.reason });
        return;
      case 'beside':
        besides.start(command.name, command.body, effects);
        return;
      case 'end-beside':
        besides.end(command.name, effects);
        return;
      case 'complete-gather':
        state.listeners.complete(command.name);
        return;
    }
  }

  function callerGone(by: 'peer' | 'us' | 'fault', reason: string, q850Cause: number, effects: Effect[]): void {
    if (gone !== null) return;
    gone = { reason, q850Cause };
    closeDocument('hung-up', effects);
    besides.close('hung-up', effects);
    for (const leg of state.legs.keys()) advance(letGo(state, leg), undefined, effects);
    for (const recording of state.recordings.keys()) advance(stopRecording(state, recording), undefined, effects);
    for (const stream of state.streams.keys()) effects.push({ type: 'stream.stop', stream });
    lastWords.callerGone({ by, reason, q850Cause }, effects);
  }

  function observe(event: WorldEvent, effects: Effect[]): void {
    switch (event.type) {
      case 'call.incoming':
      case 'call.placed': {
        const { call: id, app, from, to } = event;
        const signalling = event.type === 'call.incoming' ? { signalling: event.signalling } : {};
        state.facts = { id, app, from, to, ...signalling };
        state.plan = event.plan ?? null;
        state.direction = event.type === 'call.incoming' ? 'inbound' : 'outbound';
        begin(wholeCall(state, options), effects);
        return;
      }
      case 'leg.invited':
        state.invitedAt = state.now;
        return;
      case 'leg.answered':
        if (event.leg === 'caller') {
          state.answered = true;
          return;
        }
        lastWords.legAnswered(event.leg);
        // Its answer and our hang-up crossed on the way.
        if (state.legs.get(event.leg) === 'leaving') effects.push({ type: 'leg.hangup', leg: event.leg });
        else if (state.legs.has(event.leg)) state.legs.set(event.leg, 'live');
        return;
      case 'leg.ended':
        state.legs.delete(event.leg);
        if (event.leg === 'caller') callerGone(event.by, event.reason, event.q850Cause, effects);
        else lastWords.legOver(event.leg, event.reason, effects);
        return;
      case 'leg.failed':
        state.legs.delete(event.leg);
        if (event.leg === 'caller') callerGone('peer', event.reason, causeOfStatus(event.sipStatus), effects);
        else lastWords.legOver(event.leg, wordsOfStatus(event.sipStatus, event.reason), effects);
        return;
      case 'digit':
        if (event.leg !== 'caller') return;
        state.listeners.keyPressed();
        state.keys.push({ press: event.press, digit: event.digit, at: state.now });
        lastWords.keyPressed(event.digit, effects);
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
      case 'stream.started':
        lastWords.streamBegan(event.stream, effects);
        return;
      case 'stream.failed':
        lastWords.streamOver(event.stream, null, event.message, effects);
        return;
      case 'stream.ended':
        lastWords.streamOver(event.stream, event.cause, event.message, effects);
        return;
      case 'command.received':
        obey(event.command, effects);
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
      // A document that this very line started has not slept yet, so the line is not for it.
      if (document === before) goOn(line as Line, effects);
      besides.goOn(line as Line, effects);
      const said = endedOnce(effects, leaving);
      lastWords.sent(said);
      leaving ||= said.some(endsCall);
      if (gone !== null && state.recordings.size === 0 && lastWords.said) {
        over = true;
        said.push({ type: 'note', event: { type: 'call.ended', ...gone } });
      }
      return said;
    },
    get over() {
      return over;
    },
  };
}

function endsCall({ type }: Effect): boolean {
  return type === 'call.hangup' || type === 'call.reject';
}

/** A document and one beside it may both want to end the call; the first does. */
function endedOnce(effects: readonly Effect[], before: boolean): Effect[] {
  const first = before ? -1 : effects.findIndex(endsCall);
  return effects.filter((effect, index) => !endsCall(effect) || index === first);
}
