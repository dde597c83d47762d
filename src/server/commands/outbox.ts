// Owns: `keytone outbox`: the events that were given up, or wait, as a table; and sending given-up ones again.
// Does not: deliver; the running server does.
import { resolve } from 'node:path';
import { type EventView, viewEvent } from '../../api/outbox.ts';
import { CodedError } from '../../base/errors.ts';
import { openStoredCalls } from '../../store/stored-calls.ts';
import { defaultServer } from './explain.ts';
import { checkKey, keyHeaders } from './server-key.ts';
import { exitCodes, type Terminal } from './terminal.ts';

export interface OutboxCommand {
  readonly state: 'dead' | 'waiting';
  /** An id, or `all` that are dead. */
  readonly redeliver: string | null;
  /** Address of the HTTP interface; null unless it was named. */
  readonly server: string | null;
  readonly dataDir: string | null;
  readonly format: 'text' | 'json';
}

const patienceMs = 15_000;
const pageLimit = 200;

export async function outbox(command: OutboxCommand, terminal: Terminal): Promise<number> {
  const { state, redeliver, server, dataDir, format } = command;
  if (server !== null && dataDir !== null)
    throw new CodedError('command-invalid', '--server and --data-dir exclude each other');
  if (redeliver !== null && dataDir !== null)
    throw new CodedError('command-invalid', '--redeliver needs a running server, not --data-dir');
  const ask = serverAt(server ?? defaultServer, terminal.environment);
  if (redeliver !== null) {
    const ids = redeliver === 'all' ? (await readAll(ask, 'dead')).map(({ id }) => id) : [redeliver];
    for (const id of ids) await ask('POST', `/v1/outbox/${encodeURIComponent(id)}/redeliver`);
    terminal.out(`${ids.length} ${ids.length === 1 ? 'event is' : 'events are'} sent again.`);
    return exitCodes.ok;
  }
  const events = dataDir === null ? await readAll(ask, state) : await readFolder(terminal, dataDir, state);
  terminal.out(format === 'json' ? JSON.stringify(events, null, 2) : formatEvents(events, state));
  return exitCodes.ok;
}

type Ask = <Body>(method: 'GET' | 'POST', path: string) => Promise<Body>;

function serverAt(server: string, environment: NodeJS.ProcessEnv): Ask {
  const base = URL.parse(server);
  if (base === null || !/^https?:$/.test(base.protocol))
    throw new CodedError('command-invalid', `--server ${server} is no http or https address`, {
      hint: 'Write it as --server http://127.0.0.1:8080.',
    });
  return async <Body>(method: 'GET' | 'POST', path: string) => {
    const url = new URL(path, base);
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: keyHeaders(environment),
        signal: AbortSignal.timeout(patienceMs),
      });
    } catch (cause) {
      throw new CodedError('server-unreachable', `No server answers at ${url.origin}`, { cause });
    }
    checkKey(response, url.origin);
    type Answer = Body & { error?: { code?: string; message?: string } };
    const body = (await response.json().catch(() => ({}))) as Answer;
    if (response.ok) return body;
    const { code, message = `answered ${response.status}` } = body.error ?? {};
    const asked = code === 'outbox-not-dead' || (code === 'http-not-found' && method === 'POST');
    throw new CodedError(asked ? 'command-invalid' : 'server-unreachable', `${url.origin}: ${message}`);
  };
}

async function readAll(ask: Ask, state: OutboxCommand['state']): Promise<readonly EventView[]> {
  type Page = { readonly events: readonly EventView[]; readonly next: string | null };
  const all: EventView[] = [];
  for (let before: string | null = ''; before !== null; ) {
    const from: string = before === '' ? '' : `&before=${encodeURIComponent(before)}`;
    const { events, next }: Page = await ask('GET', `/v1/outbox?state=${state}&limit=${pageLimit}${from}`);
    all.push(...events);
    before = next;
  }
  return all;
}

async function readFolder(
  terminal: Terminal,
  dataDir: string,
  state: OutboxCommand['state'],
): Promise<readonly EventView[]> {
  const stored = openStoredCalls(resolve(terminal.workingDir, dataDir));
  try {
    return (await stored.events(state, { limit: 10_000 })).map(viewEvent);
  } finally {
    await stored.close();
  }
}

function formatEvents(events: readonly EventView[], state: OutboxCommand['state']): string {
  if (events.length === 0) return state === 'dead' ? 'No event was given up.' : 'No event waits.';
  const rows = events.map((one) => [
    one.createdAt,
    one.app,
    one.type,
    one.id,
    one.nextAttemptAt === null ? `${one.attempts} attempts` : `${one.attempts} attempts, next ${one.nextAttemptAt}`,
    one.fault ?? '',
  ]);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
