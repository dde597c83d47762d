// Owns: a simulated (or any finished) call as lines that a person reads: when, what the caller heard, which keys, what the
// application was asked, and why each gather ended.

import type { Effect } from '../call/effect.ts';
import type { CallEvent, TapeLine } from '../call/event.ts';
import type { Sound } from '../flow/node.ts';
import type { ReceivedRequest } from './application.ts';

export function describeSound(sound: Sound): string {
  switch (sound.kind) {
    case 'speech':
      return sound.text;
    case 'media':
      return sound.url;
    case 'recorded':
      return `recording ${sound.tag}`;
    case 'silence':
      return `silence of ${sound.durationMs} ms`;
    case 'tone':
      return `tone of ${sound.frequenciesHz.join('+')} Hz`;
    case 'progress':
      return sound.name;
  }
}

export interface TimelineOptions {
  readonly tape: readonly TapeLine[];
  readonly effects: readonly { readonly effect: Effect }[];
  readonly requests: readonly ReceivedRequest[];
  /** Shows verbs and the decision record too. */
  readonly detailed?: boolean;
}

export function formatTimeline({ tape, effects, requests, detailed = false }: TimelineOptions): string {
  const sounds = new Map<string, Sound>();
  for (const { effect } of effects) if (effect.type === 'prompt.start') sounds.set(effect.prompt, effect.sound);
  const words = (prompt: string): string => {
    const sound = sounds.get(prompt);
    if (sound === undefined) return prompt;
    return sound.kind === 'speech' ? `“${sound.text}”` : describeSound(sound);
  };
  const masked = sensitiveSpans(tape, effects);

  const rows: { readonly at: number; readonly seq: number; readonly text: string }[] = [];
  for (const line of tape) {
    for (const text of rowsOf(line.event, words, masked.has(line.seq), detailed))
      rows.push({ at: line.since, seq: line.seq, text });
  }
  for (const request of requests) {
    rows.push({ at: request.atMs, seq: seqAt(tape, request.atMs), text: `→ ${request.method} ${request.url}` });
  }
  rows.sort((a, b) => a.at - b.at || a.seq - b.seq);
  return rows.map(({ at, text }) => `${formatTime(at)}  ${text}`).join('\n');
}

function seqAt(tape: readonly TapeLine[], atMs: number): number {
  const last = tape.findLast(({ since }) => since <= atMs);
  return (last?.seq ?? 0) + 0.5;
}

/** `01:02.345` */
export function formatTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const part = (value: number, width: number) => String(value).padStart(width, '0');
  return `${part(Math.floor(seconds / 60), 2)}:${part(seconds % 60, 2)}.${part(ms % 1000, 3)}`;
}

function rowsOf(
  event: CallEvent,
  words: (prompt: string) => string,
  secret: boolean,
  detailed: boolean,
): readonly string[] {
  switch (event.type) {
    case 'call.incoming':
      return [`call from ${event.from} to ${event.to}`];
    case 'call.placed':
      return [`call placed from ${event.from} to ${event.to}`];
    case 'leg.invited':
      return ['its turn has come: the phone is called'];
    case 'leg.answered':
      return [event.leg === 'caller' ? 'answered' : `${event.leg} answered`];
    case 'leg.ringing':
      return [`${event.leg} rings`];
    case 'leg.failed':
      return [`${event.leg} failed: ${event.reason} (${event.sipStatus})`];
    case 'leg.ended':
      return [`${event.leg} ended by ${event.by}: ${event.reason}`];
    case 'document.fetched':
      return [
        `← ${event.httpStatus ?? 'file'}, ${event.flow.body.length} verb${event.flow.body.length === 1 ? '' : 's'}`,
      ];
    case 'document.failed':
      return [`← failed: ${event.message} [${event.code}]`];
    case 'flow.failed':
      return [`the document cannot go on: ${event.message} [${event.code}]`];
    case 'prompt.started':
      return [`hears ${words(event.prompt)}`];
    case 'prompt.finished':
      return event.why === 'end' && !detailed
        ? []
        : [
            `  ${event.why === 'end' ? 'heard to the end' : event.why === 'key' ? 'stopped by a key' : 'stopped'} after ${event.playedMs} ms`,
          ];
    case 'prompt.failed':
      return [`  could not be played: ${event.message} [${event.code}]`];
    case 'digit':
      return event.leg === 'caller'
        ? [`presses ${secret ? '•' : event.digit}`]
        : [`${event.leg} presses ${event.digit}`];
    case 'recording.started':
      return ['recording starts'];
    case 'recording.finished':
      return [`recording of ${event.durationMs} ms ends: ${event.why}`];
    case 'conference.joined':
      return [`${event.created ? 'begins' : 'is in'} conference ${event.name}`];
    case 'conference.failed':
      return [`is not in conference ${event.name}: ${event.message} [${event.code}]`];
    case 'conference.left':
      return [`conference over for this call: ${event.why}`];
    case 'conference.created':
      return [`conference ${event.name} begins`];
    case 'member.joined':
      return [`${event.member.from} joins`];
    case 'member.left':
      return [`${event.call} leaves: ${event.why}`];
    case 'conference.commanded':
      return [`command: ${event.command.kind}`];
    case 'command.received':
      return [`command: ${event.command.kind}`];
    case 'verb.started':
      return detailed ? [`${event.path} (line ${event.line})`] : [];
    case 'verb.finished':
      return event.success || !detailed ? [] : [`${event.path} failed: ${event.reason}`];
    case 'gather.finished': {
      const got = event.digits === '' ? 'no digits' : `“${event.digits}”`;
      const head = `gather ${event.success ? 'got' : 'failed with'} ${got}: ${event.reason}${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}`;
      const record = detailed ? event.decisions.map(({ atMs, what }) => `    +${atMs} ms ${what}`) : [];
      return [head, ...record];
    }
    case 'call.ended':
      return [`call over: ${event.reason}`];
    default:
      return [];
  }
}

/** The lines on which a sensitive gather was listening, or keys waited for it. */
function sensitiveSpans(
  tape: readonly TapeLine[],
  effects: readonly { readonly effect: Effect; readonly after?: number }[],
): ReadonlySet<number> {
  const spans = new Set<number>();
  const turns = effects.filter(({ effect }) => effect.type === 'sensitive');
  let from: number | null = null;
  for (const { effect, after = 0 } of turns) {
    if (effect.type !== 'sensitive') continue;
    if (effect.on) {
      const { sinceMs } = effect;
      const begun = tape.find(({ seq }) => seq === after)?.since ?? 0;
      from = tape.find(({ since }) => since >= begun - sinceMs)?.seq ?? after;
    } else if (from !== null) {
      for (const { seq } of tape) if (seq >= from && seq <= after) spans.add(seq);
      from = null;
    }
  }
  return spans;
}
