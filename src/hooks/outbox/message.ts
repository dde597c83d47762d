// Owns: what an application is sent of a line of a tape: its id, which no attempt changes, and its body.
// Does not: choose lines, mask them (whoever hands them in does).
import type { CallFacts } from '../../flow/report.ts';

export interface Message {
  readonly id: string;
  readonly app: string;
  readonly seq: number;
  readonly type: string;
  /** JSON; what is sent and signed, byte for byte. */
  readonly body: string;
}

interface Line {
  readonly seq: number;
  readonly at: number;
  readonly event: { readonly type: string };
}

/** Standard Webhooks: smaller than 20 kB. */
export const maxBodyBytes = 20_000;

export function formatMessage(call: CallFacts, { seq, at, event }: Line): Message {
  const { id, app, direction, from, to, startedAt, answeredAt, state } = call;
  const bodyWith = (data: object): string =>
    JSON.stringify({
      type: event.type,
      call: { id, app, direction, from, to, startedAt, answeredAt, state },
      sequence: seq,
      at: new Date(at).toISOString(),
      data,
    });
  const whole = bodyWith(event);
  // What does not fit is on the tape of the call, which can be asked for.
  const body = Buffer.byteLength(whole) < maxBodyBytes ? whole : bodyWith({ type: event.type, truncated: true });
  return { id: `msg_${id}_${seq}`, app, seq, type: event.type, body };
}
