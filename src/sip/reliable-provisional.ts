// Owns: reliable provisional responses (RFC 3262): RSeq, repetition until PRACK, one open at a time; and RAck values.
// Does not: decide when to be reliable.
import { getHeader, parseUnsigned } from './header.ts';
import type { AgentContext } from './invite-usage.ts';
import type { Header, SipRequest } from './message.ts';
import { repeatUntil } from './repeat-until.ts';
import type { SavedReliable } from './saved-leg.ts';

export interface ReliableSender {
  queue(status: number, sdp: string | null): void;
  /** A PRACK for the INVITE numbered `cseq`; false deserves 481. */
  acknowledge(prack: SipRequest, cseq: number): boolean;
  /** Runs now, or when the open responses are acknowledged. */
  whenSettled(run: () => void): void;
  /** What a restart needs: the number that the first of `waiting` has, or will have. */
  readonly saved: SavedReliable;
  close(): void;
}

export function createReliableSender(
  context: AgentContext,
  on: { send(status: number, sdp: string | null, headers: readonly Header[]): void; gaveUp(): void },
  before: SavedReliable | null = null,
): ReliableSender {
  // Section 3: the first is chosen between 1 and 2**31-1; small ones are as good.
  let rseq = before?.rseq ?? 1 + Math.floor(Math.random() * 0xffff);
  let open: { readonly rseq: number; readonly response: SavedReliable['waiting'][number]; stop(): void } | null = null;
  const waiting = [...(before?.waiting ?? [])];
  let settled: (() => void) | null = null;

  function next(): void {
    const response = waiting.shift();
    if (response === undefined) {
      const run = settled;
      settled = null;
      run?.();
      return;
    }
    const number = rseq++;
    const headers = [
      { name: 'Require', value: '100rel' },
      { name: 'RSeq', value: String(number) },
    ];
    const repeat = repeatUntil(
      context,
      () => on.send(response.status, response.sdp, headers),
      () => {
        open = null;
        on.gaveUp();
      },
      // Section 3: these intervals double without the cap of T2.
      Number.POSITIVE_INFINITY,
    );
    open = { rseq: number, response, stop: () => repeat.stop() };
  }

  if (waiting.length > 0) next();
  return {
    queue(status, sdp) {
      waiting.push({ status, sdp });
      if (open === null) next();
    },
    acknowledge(prack, cseq) {
      const rack = parseRAck(getHeader(prack, 'RAck'));
      if (open === null || rack === null || rack.rseq !== open.rseq || rack.cseq !== cseq || rack.method !== 'INVITE')
        return false;
      open.stop();
      open = null;
      next();
      return true;
    },
    whenSettled(run) {
      if (open === null && waiting.length === 0) run();
      else settled = run;
    },
    get saved() {
      return open === null
        ? { rseq, waiting: [...waiting] }
        : { rseq: open.rseq, waiting: [open.response, ...waiting] };
    },
    close() {
      open?.stop();
      open = null;
      waiting.length = 0;
      settled = null;
    },
  };
}

export function parseRAck(
  text: string | undefined,
): { readonly rseq: number; readonly cseq: number; readonly method: string } | null {
  const parts = (text ?? '').trim().split(/\s+/);
  const rseq = parseUnsigned(parts[0] ?? '');
  const cseq = parseUnsigned(parts[1] ?? '');
  const method = parts[2];
  return rseq === null || cseq === null || method === undefined ? null : { rseq, cseq, method };
}
