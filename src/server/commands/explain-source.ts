// Owns: where `keytone explain` finds a call: at a running server, by its HTTP interface, or in the database of a data folder.
import { type CallView, viewCall } from '../../api/views.ts';
import { CodedError } from '../../base/errors.ts';
import type { TapeLine } from '../../call/event.ts';
import { openStoredCalls } from '../../store/stored-calls.ts';
import { checkKey, keyHeaders } from './server-key.ts';

export interface FoundCall {
  readonly call: CallView;
  readonly tape: readonly TapeLine[];
}

/** `last` is the newest call. */
export type CallSource = (id: string) => Promise<FoundCall | null>;

const patienceMs = 15_000;

export function serverSource(server: string, environment: NodeJS.ProcessEnv): CallSource {
  const base = URL.parse(server);
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new CodedError('command-invalid', `--server ${server} is no http or https address`, {
      hint: 'Write it as --server http://127.0.0.1:8080.',
    });

  async function get<Body>(path: string): Promise<Body | null> {
    const url = new URL(path, base!);
    let response: Response;
    try {
      response = await fetch(url, { headers: keyHeaders(environment), signal: AbortSignal.timeout(patienceMs) });
    } catch (cause) {
      throw new CodedError('server-unreachable', `No server answers at ${url.origin}`, { cause });
    }
    checkKey(response, url.origin);
    if (response.status === 404) return null;
    if (!response.ok)
      throw new CodedError('server-unreachable', `${url.origin} answered ${response.status} to ${path}`);
    try {
      return (await response.json()) as Body;
    } catch (cause) {
      throw new CodedError('server-unreachable', `${url.origin} is not a server of this kind`, { cause });
    }
  }

  return async (id) => {
    const newest = async (): Promise<CallView | null> =>
      (await get<{ calls: readonly CallView[] }>('/v1/calls?limit=1'))?.calls[0] ?? null;
    const path = `/v1/calls/${encodeURIComponent(id)}`;
    const call = id === 'last' ? await newest() : await get<CallView>(path);
    if (call === null) return null;
    const tape = await get<{ lines: readonly TapeLine[] }>(`/v1/calls/${encodeURIComponent(call.id)}/tape`);
    return tape === null ? null : { call, tape: tape.lines };
  };
}

export function folderSource(dataDir: string): CallSource {
  return async (id) => {
    const stored = openStoredCalls(dataDir);
    try {
      const row = id === 'last' ? (await stored.calls({ limit: 1 }))[0] : await stored.call(id);
      const call = viewCall(row ?? null, undefined);
      return call === null ? null : { call, tape: await stored.tape(call.id) };
    } finally {
      await stored.close();
    }
  };
}
