// Owns: `gather`: attempts, the report of each, and the choice of a branch. What happens inside an attempt is decided by
// collector.ts; here its prompts and timers get names, and keys come out of the type-ahead buffer.
import type { DecisionLine } from '../call/event.ts';
import type { Block, Destination, NodeOf } from '../flow/node.ts';
import type { Report } from '../flow/report.ts';
import { answered } from './answered.ts';
import { afterAnswer, askApplication } from './ask-application.ts';
import * as collector from './collector.ts';
import { bargeInKeys, type CollectorRules, shown } from './collector-rules.ts';
import type { Key } from './key-buffer.ts';
import type { Listener } from './listeners.ts';
import { noticeOf } from './notice.ts';
import { isOwnKey, partyOf } from './own-leg.ts';
import type { CallState } from './state.ts';
import { substituteSound } from './substitute.ts';
import { failed, nextLine, type Outcome, type Steps, succeeded } from './verb.ts';
import { verbOf } from './verb-name.ts';

type Node = NodeOf<'gather'>;
type Entry = collector.Ending & { readonly digits: string; readonly attempt: number };

/** How long after a full entry a terminator is taken as its end. People press it out of habit, a little late. */
const trailingTerminatorMs = 2_000;

export function* gather(node: Node, state: CallState): Steps<Outcome> {
  yield* answered(state);
  if (node.sensitive) {
    state.secrets += 1;
    const [oldest] = state.keys.waiting;
    if (state.secrets === 1)
      yield { type: 'sensitive', on: true, sinceMs: oldest === undefined ? 0 : state.now - oldest.at };
  }
  state.gathering += 1;
  const order = state.listeners.nextOrder();
  try {
    for (let attempt = 1; ; attempt += 1) {
      const entry = yield* collect(node, state, attempt, order);
      const last =
        entry.success ||
        attempt >= node.attempts ||
        entry.reason === 'completed-by-command' ||
        (node.retryOn === 'nothing-keyed' && entry.digits !== '');
      const outcome = outcomeOf(node, entry);
      if (!reportIsDue(node, entry, last)) {
        if (last) return outcome;
        continue;
      }
      const after = yield* tell(node, state, entry, outcome);
      if (last || after !== outcome) return after;
    }
  } finally {
    state.gathering -= 1;
    if (node.sensitive) {
      state.secrets -= 1;
      if (state.secrets === 0) yield { type: 'sensitive', on: false, sinceMs: 0 };
    }
  }
}

function branchOf(node: Node, entry: Entry): Block | null | undefined {
  return node.branches.find(({ digits }) => digits === entry.digits)?.body;
}

function outcomeOf(node: Node, entry: Entry): Outcome {
  if (!entry.success) return failed(entry.reason);
  return succeeded(entry.reason, { next: branchOf(node, entry) ?? node.onOther });
}

function reportIsDue(node: Node, entry: Entry, last: boolean): boolean {
  if (node.report === null) return false;
  if (node.reportWhen === 'each-attempt') return true;
  if (!last) return false;
  if (node.reportWhen === 'end') return true;
  if (node.reportWhen === 'end-if-keyed') return entry.digits !== '';
  return entry.success && branchOf(node, entry) === undefined;
}

function reportOf(node: Node, state: CallState, entry: Entry, destination: Destination): Report {
  const { digits, terminator, success, reason, attempt } = entry;
  const history = [...state.history, { path: node.at.path, verb: verbOf(node), success, reason }];
  return { kind: 'gather', destination, history, digits, terminator, success, reason, attempt };
}

function* tell(node: Node, state: CallState, entry: Entry, outcome: Outcome): Steps<Outcome> {
  if (node.report === null) return outcome;
  const answer = yield* askApplication(state, reportOf(node, state, entry, node.report));
  return afterAnswer(answer, outcome);
}

function rulesOf(node: Node): CollectorRules {
  const {
    minDigits,
    minDigitsAtTimeout,
    maxDigits,
    terminators,
    acceptEmpty,
    soleKeys = '',
    firstDigitMs,
    interDigitMs,
    totalMs,
    bargeIn,
    sensitive,
  } = node;
  const only = node.unmatched === 'ignore' ? node.branches.map(({ digits }) => digits) : null;
  const prompts = node.prompts.length;
  return {
    prompts,
    minDigits,
    minDigitsAtTimeout,
    maxDigits,
    terminators,
    soleKeys,
    acceptEmpty,
    firstDigitMs,
    interDigitMs,
    totalMs,
    bargeIn,
    sensitive,
    only,
  };
}

function* collect(node: Node, state: CallState, attempt: number, order: number): Steps<Entry> {
  const rules = rulesOf(node);
  const { keys, listeners } = state;
  const stopKeys = bargeInKeys(rules);
  const timers = new Map<string, collector.CollectorTimer>();
  const startedAt = state.now;
  let machine = collector.createCollector(rules, startedAt);
  let prompt: string | null = null;
  const { strand } = state;
  const { path } = node.at;
  const me: Listener = { order, strand, path, wants: () => collector.wantsKey(machine) };
  listeners.add(me);

  function* feed(input: collector.CollectorInput): Steps<void> {
    const [next, outputs] = collector.step(rules, machine, input, state.now);
    machine = next;
    for (const output of outputs) {
      if (output.type === 'play') {
        const { sound, times } = node.prompts[output.prompt]!;
        prompt = state.name('prompt');
        yield {
          type: 'prompt.start',
          prompt,
          to: partyOf(state, 'caller'),
          sound: substituteSound(state, sound),
          times,
          stopKeys: without(stopKeys, keys.trailingAt(state.now)),
        };
      } else if (output.type === 'stop-prompt') {
        if (prompt !== null) yield { type: 'prompt.stop', prompt };
      } else if (output.type === 'arm') {
        const timer = state.name('timer');
        timers.set(timer, output.timer);
        yield { type: 'timer.arm', timer, delayMs: output.delayMs };
      } else {
        for (const [timer, name] of timers) {
          if (name !== output.timer) continue;
          timers.delete(timer);
          yield { type: 'timer.cancel', timer };
        }
      }
    }
  }

  function* takeKeys(): Steps<void> {
    while (collector.wantsKey(machine)) {
      const key = keys.shift();
      if (key === undefined) return;
      const typedAheadMs = machine.phase === 'before' ? startedAt - key.at : null;
      yield* feed({ type: 'key', digit: key.digit, typedAheadMs });
    }
  }

  function tellDropped(): void {
    for (const { key, why } of keys.takeDropped())
      machine = collector.noteDecision(machine, state.now, droppedWords(rules, key, why));
  }

  try {
    if (node.typeAhead === 'flush') keys.flush('this gather flushes keys typed ahead');
    tellDropped();
    yield* takeKeys();
    yield* feed({ type: 'start' });
    while (machine.phase !== 'done') {
      const { event } = yield* nextLine();
      if (isOwnKey(event, state)) {
        tellDropped();
        if (listeners.owner === me) yield* takeKeys();
        else if (listeners.owner === null) yield* feed({ type: 'key', digit: event.digit, typedAheadMs: null });
      } else if (event.type === 'timer.fired') {
        const timer = timers.get(event.timer);
        timers.delete(event.timer);
        if (timer !== undefined) yield* feed({ type: 'timer', timer });
      } else if (event.type === 'command.received' && event.command.kind === 'complete-gather') {
        if (listeners.completed === me) yield* feed({ type: 'stop', reason: 'completed-by-command' });
      } else if (event.type === 'prompt.started' && event.prompt === prompt) {
        yield* feed({ type: 'prompt-started' });
      } else if (event.type === 'prompt.finished' && event.prompt === prompt) {
        yield* feed({ type: 'prompt-over', why: event.why, detail: `${event.playedMs} ms were heard` });
        yield* takeKeys();
      } else if (event.type === 'prompt.failed' && event.prompt === prompt) {
        yield* feed({ type: 'prompt-over', why: 'failed', detail: event.message });
        yield* takeKeys();
      }
    }
  } finally {
    listeners.remove(me);
    if (machine.phase !== 'done') {
      yield* feed({ type: 'stop', reason: state.closing });
      if (node.report !== null)
        machine = collector.noteDecision(machine, state.now, 'not reported: the document is over');
    }
    const { success, terminator, reason } = machine.ending!;
    if (reason === 'max-digits' && rules.terminators !== '')
      keys.expectTrailing(rules.terminators, state.now + trailingTerminatorMs);
    const decisions: DecisionLine[] = [...machine.decisions];
    const digits = shown(rules, machine.digits);
    yield {
      type: 'note',
      event: { type: 'gather.finished', path, attempt, success, digits, terminator, reason, decisions },
    };
    const entry = { success, terminator, reason, digits: machine.digits, attempt };
    if (node.notify !== undefined) yield noticeOf(state, reportOf(node, state, entry, node.notify));
  }
  return { ...machine.ending!, digits: machine.digits, attempt };
}

const without = (keys: string, those: string): string => [...keys].filter((key) => !those.includes(key)).join('');

function droppedWords(rules: CollectorRules, key: Key, why: string): string {
  return `key ${rules.terminators.includes(key.digit) ? key.digit : shown(rules, key.digit)} ignored: ${why}`;
}
