import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp, type HttpFace } from '../../api/create-http.ts';
import { silentLog } from '../../base/log.ts';
import { createStore, type Store } from '../../store/store.ts';
import { runProgram } from './program.ts';

let folder: string;
let store: Store;
let http: HttpFace;
let server: string;

async function keytone(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await runProgram(['outbox', ...args], {
    ...{ environment: {}, workingDir: folder },
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keytone-outbox-'));
  store = await createStore({ dataDir: join(folder, 'data'), log: silentLog });
  const redeliver = async (id: string) => {
    if ((await store.outbox.event(id))?.state !== 'dead') return false;
    store.outbox.redeliver(id, 5000);
    return true;
  };
  http = createHttp({
    ...{ host: '127.0.0.1', port: 0, log: silentLog, store, dataDir: folder, live: () => [] },
    ...{ health: () => ({ status: 'ok' }), outbox: { ...store.outbox, redeliver } },
  });
  const { port } = await http.start();
  server = `http://127.0.0.1:${port}`;
  for (const seq of [1, 2, 3]) {
    const line = { seq, at: seq, since: 0, event: { type: 'flash', leg: 'caller' } } as const;
    store.appendLines('c1', [line], [{ id: `msg_c1_${seq}`, app: 'menu', seq, type: 'flash', body: '{}' }]);
  }
  const failed = { at: 4, attempts: 10, dueAt: null, httpStatus: 500, fault: 'It answered 500.' };
  for (const seq of [1, 2]) await store.outbox.settle(`msg_c1_${seq}`, { state: 'dead', ...failed });
});

afterAll(async () => {
  await http.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('keytone outbox', () => {
  it('lists what was given up, of a server or of a folder', async () => {
    const line = (seq: number) =>
      `1970-01-01T00:00:00.00${seq}Z  menu  flash  msg_c1_${seq}  10 attempts  It answered 500.`;
    const expected = { exitCode: 0, err: '', out: `${line(2)}\n${line(1)}` };
    expect(await keytone('--server', server)).toEqual(expected);
    expect(await keytone('--data-dir', 'data')).toEqual(expected);
  });

  it('lists what waits, also for programs', async () => {
    const { out } = await keytone('--server', server, '--waiting', '--format', 'json');
    expect(JSON.parse(out)).toMatchObject([{ id: 'msg_c1_3', state: 'waiting', call: 'c1', sequence: 3 }]);
  });

  it('says when there is nothing to send again, and sends all of it once', async () => {
    const refused = await keytone('--server', server, '--redeliver', 'msg_c1_3');
    expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('still being delivered') });
    expect(await keytone('--server', server, '--redeliver', 'nobody')).toMatchObject({ exitCode: 2 });
    expect((await keytone('--server', server, '--redeliver', 'all')).out).toBe('2 events are sent again.');
    expect((await keytone('--server', server)).out).toBe('No event was given up.');
  });

  it('needs a server to send again', async () => {
    const { exitCode, err } = await keytone('--data-dir', 'data', '--redeliver', 'all');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('needs a running server')]);
    expect(await keytone('--server', 'nonsense')).toMatchObject({ exitCode: 2 });
  });
});
