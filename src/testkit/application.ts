// Owns: the scripted application: which reply a request gets, in memory. It keeps every request it was sent.
import type { HttpPlan } from '../dialects/dialect.ts';
import type { Report } from '../flow/report.ts';
import type { ApplicationScript, Reply, ReplyInFull } from './scenario.ts';

export interface ReceivedRequest {
  /** Counts from 1. */
  readonly number: number;
  readonly atMs: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** null: a real application sees requests, not what they are about. */
  readonly kind: Report['kind'] | null;
}

export interface ScriptedApplication {
  /** `id`: one that it was sent before is a repetition, which is not kept and gets the same reply. */
  receive(plan: HttpPlan, kind: Report['kind'] | null, atMs: number, id?: string): ReplyInFull;
  readonly requests: readonly ReceivedRequest[];
}

export function createScriptedApplication(script: ApplicationScript): ScriptedApplication {
  const used = new Map<string, number>();
  const requests: ReceivedRequest[] = [];
  const replies = new Map<string, ReplyInFull>();

  function choose(path: string): Reply {
    const scripted = script[path];
    if (scripted === undefined)
      return { status: 404, contentType: 'text/plain', body: `nothing is scripted for ${path}` };
    if (!isList(scripted)) return scripted;
    const turn = used.get(path) ?? 0;
    used.set(path, turn + 1);
    return scripted[Math.min(turn, scripted.length - 1)] ?? '';
  }

  return {
    requests,
    receive(plan, kind, atMs, id) {
      const before = id === undefined ? undefined : replies.get(id);
      if (before !== undefined) return before;
      const { method, url, headers, body } = plan;
      requests.push({ number: requests.length + 1, atMs, method, url, headers, body, kind });
      const reply = inFull(choose(new URL(url).pathname));
      if (id !== undefined) replies.set(id, reply);
      return reply;
    },
  };
}

function inFull(reply: Reply): ReplyInFull {
  if (typeof reply === 'string') return { status: 200, contentType: 'text/xml', body: reply };
  return 'dialect' in reply ? { status: 200, flow: reply } : reply;
}

function isList(reply: Reply | readonly Reply[]): reply is readonly Reply[] {
  return Array.isArray(reply);
}
