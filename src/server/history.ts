// Owns: what is kept and logged of each call: a reader of the tape. Keys of sensitive gathers are masked before they leave.
// Does not: change the tape, on which the call itself depends.
import type { Log } from '../base/log.ts';
import type { TapeLine } from '../call/event.ts';
import type { CallFacts } from '../flow/report.ts';
import { mostKeysWaiting } from '../run/key-buffer.ts';
import type { CallRow, OutboxEvent } from '../store/rows.ts';
import type { Store } from '../store/store.ts';

export interface History {
  keep(call: CallFacts, line: TapeLine, sensitive: boolean): void;
  /** A call of a killed process goes on: what is known of it is known again. */
  resume(row: CallRow, lines: readonly TapeLine[]): void;
}

const mask = '•';

export function createHistory(
  store: Pick<Store, 'saveCall' | 'appendLines' | 'maskLine' | 'sealLine' | 'saveRecording' | 'dropLegs'>,
  log: Log,
  /** What the application of the call is to be told of a line. */
  tell: (call: CallFacts, line: TapeLine) => readonly OutboxEvent[] = () => [],
  accountOf: (app: string) => string = () => '',
): History {
  const recordings = new Map<string, { readonly channels: 'mixed' | 'one-each'; readonly startedAt: number }>();
  const rows = new Map<string, CallRow>();
  /** By call: keys that no gather has used yet. A sensitive gather may turn out to be what they were typed for. */
  const waiting = new Map<string, TapeLine[]>();

  function save(row: CallRow): void {
    rows.set(row.id, row);
    store.saveCall(row);
  }

  function secret(call: string, line: TapeLine): void {
    // As long as the call lives, a restart must be able to read what was keyed.
    if (line.event.type === 'digit') store.sealLine(call, line);
  }

  function follow(call: string, line: TapeLine): void {
    const { event, at } = line;
    const early = waiting.get(call) ?? [];
    if (event.type === 'digit') waiting.set(call, [...early.slice(1 - mostKeysWaiting), line]);
    else if (event.type === 'gather.finished') {
      const used = event.digits.length + event.terminator.length;
      if (used > 0) waiting.set(call, early.slice(used));
    } else if (event.type === 'recording.started')
      recordings.set(`${call}/${event.recording}`, { channels: event.channels, startedAt: at });
  }

  function keep(call: CallFacts, line: TapeLine, sensitive: boolean): void {
    const { event, at } = line;
    const row = rows.get(call.id);
    const kept = sensitive ? masked(line) : line;
    store.appendLines(call.id, [kept], tell(call, kept));
    if (sensitive) {
      secret(call.id, line);
      for (const early of waiting.get(call.id) ?? []) {
        secret(call.id, early);
        store.maskLine(call.id, masked(early));
      }
      waiting.delete(call.id);
    }
    if (!sensitive || event.type !== 'digit') follow(call.id, line);
    switch (event.type) {
      case 'call.incoming':
      case 'call.placed': {
        const { id, app, direction, from, to } = call;
        const isPlaced = event.type === 'call.placed';
        const sipCallId = isPlaced ? null : (event.signalling['Call-ID'] ?? null);
        const state = isPlaced && event.order.enqueuedAt !== undefined ? 'queued' : 'ringing';
        save({
          ...{ id, app, account: accountOf(app), direction, from, to, sipCallId, startedAt: at, state },
          ...{ answeredAt: null, endedAt: null, q850Cause: null, reason: null },
        });
        log.info({ call: id, app, from, to }, isPlaced ? 'call placed' : 'call came in');
        return;
      }
      case 'conference.created': {
        const { id, app, account, direction, from, to, conference } = call;
        save({
          ...{ id, app, direction, from, to, sipCallId: null, startedAt: at, state: 'live', answeredAt: at },
          ...{ endedAt: null, q850Cause: null, reason: null },
          ...(account !== undefined && { account }),
          ...(conference !== undefined && { conference }),
        });
        log.info({ conference: id, app, name: conference }, 'conference began');
        return;
      }
      case 'leg.invited':
        if (row !== undefined) save({ ...row, sipCallId: event.sipCallId, state: 'ringing' });
        return;
      case 'leg.answered':
        if (event.leg === 'caller' && row !== undefined) save({ ...row, answeredAt: at, state: 'live' });
        return;
      case 'document.failed':
      case 'flow.failed':
        log.warn({ call: call.id, app: call.app, code: event.code }, event.message);
        return;
      case 'prompt.failed':
      case 'digits.failed':
      case 'recording.failed':
      case 'bridge.failed':
      case 'conference.failed':
        if (event.type === 'recording.failed') recordings.delete(`${call.id}/${event.recording}`);
        log.warn({ call: call.id, app: call.app, code: event.code, what: event.type }, event.message);
        return;
      case 'recording.finished': {
        const { recording: id, tag, file, durationMs, bytes } = event;
        const begun = recordings.get(`${call.id}/${id}`);
        recordings.delete(`${call.id}/${id}`);
        const { channels, startedAt } = begun ?? { channels: 'mixed', startedAt: at - durationMs };
        store.saveRecording({ id, callId: call.id, tag, file, durationMs, bytes, channels, startedAt });
        return;
      }
      case 'call.ended': {
        const { reason, q850Cause } = event;
        if (row !== undefined) save({ ...row, endedAt: at, state: 'ended', reason, q850Cause });
        store.dropLegs(call.id);
        rows.delete(call.id);
        waiting.delete(call.id);
        const talkedMs = row?.answeredAt == null ? 0 : at - row.answeredAt;
        const what = call.conference === undefined ? 'call ended' : 'conference ended';
        log.info({ call: call.id, app: call.app, reason, q850Cause, talkedMs }, what);
        return;
      }
      case 'call.recovered':
        log.info({ call: call.id, app: call.app, downMs: event.downMs }, 'call goes on after a restart');
        return;
    }
  }

  return {
    keep,
    resume(row, lines) {
      rows.set(row.id, row);
      for (const line of lines) follow(row.id, line);
    },
  };
}

function masked(line: TapeLine): TapeLine {
  return line.event.type === 'digit' ? { ...line, event: { ...line.event, digit: mask } } : line;
}
