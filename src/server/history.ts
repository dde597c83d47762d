// Owns: what is kept and logged of each call: a reader of the tape. Keys of sensitive gathers are masked before they leave.
// Does not: change the tape, on which the call itself depends.
import type { Log } from '../base/log.ts';
import type { TapeLine } from '../call/event.ts';
import type { CallFacts } from '../flow/report.ts';
import { mostKeysWaiting } from '../run/key-buffer.ts';
import type { CallRow } from '../store/rows.ts';
import type { Store } from '../store/store.ts';

export type History = (call: CallFacts, line: TapeLine, sensitive: boolean) => void;

const mask = '•';

export function createHistory(
  store: Pick<Store, 'saveCall' | 'appendLines' | 'maskLine' | 'saveRecording'>,
  log: Log,
): History {
  const recordings = new Map<string, { readonly channels: 'mixed' | 'one-each'; readonly startedAt: number }>();
  const rows = new Map<string, CallRow>();
  /** By call: keys that no gather has used yet. A sensitive gather may turn out to be what they were typed for. */
  const waiting = new Map<string, TapeLine[]>();

  function save(row: CallRow): void {
    rows.set(row.id, row);
    store.saveCall(row);
  }

  return (call, line, sensitive) => {
    const { event, at } = line;
    const row = rows.get(call.id);
    store.appendLines(call.id, [sensitive ? masked(line) : line]);
    if (sensitive) {
      for (const early of waiting.get(call.id) ?? []) store.maskLine(call.id, masked(early));
      waiting.delete(call.id);
    }
    switch (event.type) {
      case 'digit': {
        if (sensitive) return;
        const early = waiting.get(call.id) ?? [];
        waiting.set(call.id, [...early.slice(1 - mostKeysWaiting), line]);
        return;
      }
      case 'gather.finished': {
        const used = event.digits.length + event.terminator.length;
        if (used > 0 && waiting.has(call.id)) waiting.set(call.id, waiting.get(call.id)!.slice(used));
        return;
      }
      case 'call.incoming':
      case 'call.placed': {
        const { id, app, direction, from, to } = call;
        const sipCallId = event.type === 'call.incoming' ? (event.signalling['Call-ID'] ?? null) : null;
        save({
          ...{ id, app, direction, from, to, sipCallId, startedAt: at, state: 'ringing' },
          ...{ answeredAt: null, endedAt: null, q850Cause: null, reason: null },
        });
        log.info({ call: id, app, from, to }, 'call came in');
        return;
      }
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
        if (event.type === 'recording.failed') recordings.delete(`${call.id}/${event.recording}`);
        log.warn({ call: call.id, app: call.app, code: event.code, what: event.type }, event.message);
        return;
      case 'recording.started':
        recordings.set(`${call.id}/${event.recording}`, { channels: event.channels, startedAt: at });
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
        rows.delete(call.id);
        waiting.delete(call.id);
        const talkedMs = row?.answeredAt == null ? 0 : at - row.answeredAt;
        log.info({ call: call.id, app: call.app, reason, q850Cause, talkedMs }, 'call ended');
        return;
      }
    }
  };
}

function masked(line: TapeLine): TapeLine {
  return line.event.type === 'digit' ? { ...line, event: { ...line.event, digit: mask } } : line;
}
