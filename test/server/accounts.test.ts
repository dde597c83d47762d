// Accounts of a whole server: the first start, keys that come and go beside it, and what accounts make for themselves.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { destination, flow, hangup, pause } from '../../src/flow/build.ts';
import { runProgram } from '../../src/server/commands/program.ts';
import { createStore } from '../../src/store/store.ts';
import { ada, basicOf, bob, startApplication, startTwoAccounts, type Who } from './accounts-rig.ts';
import { register } from './register.ts';
import { closeAll, onClose, startPhone, startServer, type TestServer } from './rig.ts';

afterEach(closeAll);

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-accounts-'));
  onClose(async () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const startIn = (dataDir: string): Promise<TestServer> => startServer({ apps: {}, config: () => ({ dataDir }) });

const keytone = (...args: readonly string[]) => keytoneIn({}, ...args);

async function keytoneIn(
  environment: NodeJS.ProcessEnv,
  ...args: readonly string[]
): Promise<{ exitCode: number; out: string; err: string }> {
  const said: string[] = [];
  const complained: string[] = [];
  const terminal = {
    ...{ environment, workingDir: tmpdir() },
    out: (text: string) => void said.push(text),
    err: (text: string) => void complained.push(text),
  };
  const exitCode = await runProgram(args, terminal);
  return { exitCode, out: said.join('\n'), err: complained.join('\n') };
}

const keysSeenBy = async (at: TestServer, key: { id: string; secret: string }): Promise<number> =>
  (await at.fetch('/v1/keys', { headers: basicOf(key) })).status;

/** Asks until it is so: the server looks by itself. */
async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what()));
}

const code = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    (result) => result,
    (error: { code: string }) => error.code,
  );

describe('the first start', () => {
  it('makes an account and says its key once', async () => {
    const dataDir = newFolder();
    const first = await startIn(dataDir);
    const key = first.server.firstKey!;
    expect(key.account).toMatch(/^[1-9]\d{6}$/);
    expect(await keysSeenBy(first, key)).toBe(200);
    await first.server.close();
    const second = await startIn(dataDir);
    expect(second.server.firstKey).toBeNull();
    expect(await keysSeenBy(second, key)).toBe(200);
  });

  it('that fails makes none, so that the next one says it', async () => {
    const dataDir = newFolder();
    const other = createTcpServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onClose(async () => void other.close());
    const { port } = other.address() as { port: number };
    const taken = startServer({ apps: {}, config: () => ({ dataDir, http: { host: '127.0.0.1', port } }) });
    expect(await code(taken)).toBe('http-listen-failed');
    expect((await startIn(dataDir)).server.firstKey).not.toBeNull();
  });

  it('makes none when the configuration has one', async () => {
    const at = await startTwoAccounts();
    expect(at.server.firstKey).toBeNull();
    expect(await keysSeenBy(at, ada)).toBe(200);
  });

  it('gives calls of before there were accounts to that of their app, or to the first one', async () => {
    const dataDir = newFolder();
    const store = await createStore({ dataDir, log: silentLog });
    const row = { direction: 'inbound', from: '1', to: '2', startedAt: 1, answeredAt: 1, endedAt: 2 } as const;
    const end = { state: 'ended', q850Cause: 16, reason: 'hung up', sipCallId: null } as const;
    for (const app of ['app-1', 'app-2', 'gone']) store.saveCall({ ...row, ...end, id: `of-${app}`, app });
    await store.close();
    const at = await startTwoAccounts(() => ({ dataDir }));
    const idsOf = async (who: Who): Promise<readonly string[]> =>
      (await (await at.voiceOf(who)).calls({ offset: 0, limit: 10 })).map(({ id }) => id).toSorted();
    expect(await idsOf(ada)).toEqual(['of-app-1', 'of-gone']);
    expect(await idsOf(bob)).toEqual(['of-app-2']);
  });

  it('refuses an app of an account that there is not', async () => {
    const wrong = startServer({
      apps: { '1': flow([hangup()]) },
      config: ({ apps }) => ({ apps: apps.map((app) => ({ ...app, account: '7654321' })) }),
    });
    expect(await code(wrong)).toBe('account-not-found');
  });
});

describe('keytone account, beside a running server', () => {
  it('makes keys that work at once and ends keys within a second or so', async () => {
    const dataDir = newFolder();
    const at = await startIn(dataDir);
    const { account, id: firstId } = at.server.firstKey!;
    const made = await keytone(
      'account',
      'key',
      'add',
      account,
      '--label',
      'ci',
      '--data-dir',
      dataDir,
      '--format',
      'json',
    );
    const key = JSON.parse(made.out) as { id: string; secret: string };
    expect(await keysSeenBy(at, key)).toBe(200);
    const listed = await keytone('account', 'key', 'list', account, '--data-dir', dataDir);
    expect(listed.out).toContain(`${key.id}  since`);
    expect(listed.out).toContain(firstId);
    expect(listed.out).not.toContain(key.secret);
    expect((await keytone('account', 'key', 'remove', account, key.id, '--data-dir', dataDir)).exitCode).toBe(0);
    await until(async () => (await keysSeenBy(at, key)) === 401);
    expect(await keysSeenBy(at, at.server.firstKey!)).toBe(200);
  });

  it('makes accounts, and takes them away with what they made', async () => {
    const dataDir = newFolder();
    const at = await startIn(dataDir);
    const made = await keytone('account', 'create', '--id', 'shop', '--data-dir', dataDir, '--format', 'json');
    const key = JSON.parse(made.out) as { account: string; id: string; secret: string };
    expect(key.account).toBe('shop');
    expect(await keysSeenBy(at, key)).toBe(200);
    expect((await keytone('account', 'list', '--data-dir', dataDir)).out).toMatch(/^shop {5}1 key/m);
    const again = await keytone('account', 'create', '--id', 'shop', '--data-dir', dataDir);
    expect(again).toMatchObject({ exitCode: 2, err: expect.stringContaining('account-exists') });
    expect((await keytone('account', 'delete', 'shop', '--data-dir', dataDir)).exitCode).toBe(0);
    await until(async () => (await keysSeenBy(at, key)) === 401);
    expect(await keytone('account', 'delete', 'shop', '--data-dir', dataDir)).toMatchObject({ exitCode: 2 });
  });

  it('makes an account before there is a server', async () => {
    const dataDir = join(newFolder(), 'not-yet');
    const made = await keytone('account', 'create', '--data-dir', dataDir, '--format', 'json');
    const at = await startIn(dataDir);
    expect(at.server.firstKey).toBeNull();
    expect(await keysSeenBy(at, JSON.parse(made.out) as { id: string; secret: string })).toBe(200);
  });
});

describe('commands that ask a running server', () => {
  it('show the key of the environment', async () => {
    const at = await startTwoAccounts(({ http }) => ({ http: { ...http, anonymous: 'never' } }));
    const server = `http://127.0.0.1:${at.server.http.port}`;
    for (const args of [['outbox'], ['explain', 'last']]) {
      const refused = await keytone(...args, '--server', server);
      expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining('KEYTONE_KEY') });
      const wrong = await keytoneIn({ KEYTONE_KEY: 'ada:wrong' }, ...args, '--server', server);
      expect(wrong).toMatchObject({ exitCode: 2, err: expect.stringContaining('auth-required') });
    }
    const key = { KEYTONE_KEY: `${ada.id}:${ada.secret}` };
    expect(await keytoneIn(key, 'outbox', '--server', server)).toMatchObject({ exitCode: 0, err: '' });
    await (await (await startPhone()).call(at.uri('3'))).ended;
    expect(await keytoneIn(key, 'explain', 'last', '--server', server)).toMatchObject({ exitCode: 0, err: '' });
  });
});

describe('a server that is not for this machine alone', () => {
  it('wants a key everywhere but for its health', async () => {
    const at = await startTwoAccounts(({ http }) => ({ http: { ...http, host: '0.0.0.0' } }));
    for (const path of ['/v1/calls', '/v1/calls/x', '/v1/calls/x/tape', '/v1/outbox', '/v1/keys'])
      expect([path, (await at.fetch(path)).status, (await at.as(ada, path)).status]).toEqual([
        ...[path, 401, path.includes('/x') ? 404 : 200],
      ]);
    expect((await at.fetch('/health')).status).toBe(200);
  });
});

describe('keys over HTTP', () => {
  it('are made, listed without secrets, and ended, those of the account only', async () => {
    const at = await startTwoAccounts();
    const post = { method: 'POST', body: '{"label":"ci"}', headers: { 'content-type': 'application/json' } };
    type Made = { readonly account: string; readonly id: string; readonly secret: string };
    const made = (await (await at.as(ada, '/v1/keys', post)).json()) as Made;
    expect(made).toEqual({ account: ada.account, id: expect.any(String), secret: expect.any(String), label: 'ci' });
    expect(await keysSeenBy(at, made)).toBe(200);
    const listed = await (await at.as(made, '/v1/keys')).text();
    expect(listed).not.toContain(made.secret);
    expect(listed).not.toContain(ada.secret);
    expect(JSON.parse(listed)).toMatchObject({
      ...{ account: ada.account, used: made.id },
      keys: [
        { id: made.id, label: 'ci', configured: false },
        { id: 'ada', label: null, configured: true, createdAt: null },
      ],
    });
    expect((await at.as(bob, `/v1/keys/${made.id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await at.as(ada, '/v1/keys/ada', { method: 'DELETE' })).status).toBe(409);
    expect((await at.as(ada, `/v1/keys/${made.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await keysSeenBy(at, made)).toBe(401);
    expect((await at.as(ada, '/v1/keys', { ...post, body: '{"lable":1}' })).status).toBe(400);
  });
});

describe('recordings of an account', () => {
  it('are listed, read and taken away, with their files', async () => {
    const at = await startTwoAccounts();
    const voice = await at.voiceOf(ada);
    const phone = await startPhone();
    for (let left = 2; left > 0; left--) await (await phone.call(at.uri('3'))).ended;
    const [newest, oldest] = await voice.recordings(null);
    expect(newest!.startedAt >= oldest!.startedAt).toBe(true);
    expect(await voice.recordings(oldest!.call)).toEqual([oldest]);
    const { body, bytes } = (await voice.recordingFile(oldest!.call, oldest!.id))!;
    const sound = Buffer.concat(await body.toArray());
    expect([sound.length, sound.toString('latin1', 0, 4)]).toEqual([bytes, 'RIFF']);
    const files = () =>
      readdirSync(join(at.dataDir, 'recordings'), { recursive: true }).filter((one) => /wav$/.test(String(one)));
    expect(files()).toHaveLength(2);
    expect(await voice.dropRecording(oldest!.call, oldest!.id)).toBe(true);
    expect(await voice.dropRecording(oldest!.call, oldest!.id)).toBe(false);
    expect(await voice.recordingFile(oldest!.call, oldest!.id)).toBeNull();
    expect(await voice.recordings(null)).toEqual([newest]);
    expect(files()).toHaveLength(1);
    expect(await (await at.voiceOf(bob)).recordings(null)).toEqual([]);
  });
});

describe('notes of an account', () => {
  it('are read as they were put, the newest first, and are there after a restart', async () => {
    const dataDir = newFolder();
    const at = await startTwoAccounts(() => ({ dataDir }));
    const { notes } = await at.voiceOf(ada);
    for (const id of ['a', 'b', 'c']) await notes.put('kind', id, { id, ü: [1, null, '\u0000'] });
    await notes.put('kind', 'a', { id: 'changed' });
    await notes.put('other', 'a', 'text');
    expect(await notes.get('kind', 'a')).toEqual({ id: 'changed' });
    expect(await notes.get('kind', 'x')).toBeNull();
    expect((await notes.list('kind', { offset: 0, limit: 10 })).map(([id]) => id)).toEqual(['c', 'b', 'a']);
    expect(await notes.list('kind', { offset: 2, limit: 10 })).toHaveLength(1);
    expect([await notes.drop('kind', 'b'), await notes.drop('kind', 'b')]).toEqual([true, false]);
    await at.server.close();
    const later = await (await startTwoAccounts(() => ({ dataDir }))).voiceOf(ada);
    expect(await later.notes.get('kind', 'c')).toEqual({ id: 'c', ü: [1, null, '\u0000'] });
    expect(await later.notes.get('other', 'a')).toBe('text');
    expect(await later.notes.get('kind', 'b')).toBeNull();
  });
});

describe('what an account makes', () => {
  it('answers calls at once, tells its own calls to it alone, and is there after a restart', async () => {
    const application = await startApplication('<Response><Hangup/></Response>');
    const dataDir = newFolder();
    const start = () => startTwoAccounts(({ outbound }) => ({ dataDir, outbound: { ...outbound, loopback: 'allow' } }));
    const at = await start();
    const voice = await at.voiceOf(ada);
    const url = application.origin.replace('//', '//user:app-canary@');
    await voice.saveApp({ name: 'a-1', dialect: 'opentact', first: destination(`${url}/start`) });
    await voice.saveNumber('+15550199', 'a-1');
    expect(voice.apps()).toContainEqual({ name: 'a-1', dialect: 'opentact', numbers: ['+15550199'] });
    const phone = await startPhone();
    await (await phone.call(at.uri('15550199'))).ended;
    expect(application.asked).toEqual([
      {
        path: expect.stringMatching(/^\/start\?/),
        authorization: `Basic ${Buffer.from('user:app-canary').toString('base64')}`,
      },
    ]);
    const [call] = await voice.calls({ offset: 0, limit: 10 });
    expect(call).toMatchObject({ app: 'a-1', account: ada.account, to: '15550199', state: 'ended' });
    expect(await (await at.voiceOf(bob)).calls({ offset: 0, limit: 10 })).toEqual([]);
    await at.server.close();

    const next = await start();
    await (await phone.call(next.uri('15550199'))).ended;
    expect(application.asked).toHaveLength(2);
    const later = await next.voiceOf(ada);
    expect(await later.calls({ offset: 0, limit: 10 })).toHaveLength(2);
    expect(await later.dropApp('a-1')).toBe(true);
    expect((await (await phone.call(next.uri('15550199'))).ended).status).toBe(404);
    expect(await later.calls({ dialect: 'opentact', offset: 0, limit: 10 })).toHaveLength(2);
    await next.server.close();
    const stored = readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name)).toString('latin1'));
    expect(stored.join()).not.toContain('app-canary');
  });

  it('does what its plan says when it has no address', async () => {
    const at = await startTwoAccounts();
    const voice = await at.voiceOf(ada);
    const plan = { flow: flow([hangup({ reason: 'as planned' })]), last: null, ringMs: 0 };
    await voice.saveApp({ name: 'planned', dialect: 'opentact', plan });
    await voice.saveNumber('77', 'planned');
    await (await (await startPhone()).call(at.uri('77'))).ended;
    const [call] = await voice.calls({ to: '77', offset: 0, limit: 1 });
    expect(call).toMatchObject({ app: 'planned', reason: 'as planned' });
    await voice.saveApp({ name: 'empty', dialect: 'opentact' });
    await voice.saveNumber('77', 'empty');
    expect((await (await (await startPhone()).call(at.uri('77'))).ended).status).toBe(404);
  });

  it('does not reach into the networks of the operator, unless he allows it', async () => {
    const application = await startApplication('<Response><Hangup/></Response>');
    const at = await startTwoAccounts();
    const voice = await at.voiceOf(ada);
    await voice.saveApp({ name: 'a-1', dialect: 'opentact', first: destination(`${application.origin}/start`) });
    await voice.saveNumber('78', 'a-1');
    const call = await (await startPhone()).call(at.uri('78'));
    const failed = await at.until('78', 'document.failed');
    expect(failed.event.code).toBe('fetch-refused-address');
    expect(application.asked).toEqual([]);
    call.hangUp();
    await call.ended;
    for (const url of ['file:///etc/passwd', 'ftp://a/b', 'javascript:1', ''])
      expect(await code(voice.saveApp({ name: 'a-2', dialect: 'opentact', first: destination(url) }))).toBe(
        'app-invalid',
      );
  });

  it('may be a phone, which registers and calls', async () => {
    const dataDir = newFolder();
    const at = await startTwoAccounts(() => ({ dataDir }));
    const voice = await at.voiceOf(ada);
    const contact = 'sip:carol@127.0.0.1:5099';
    await voice.savePhone('carol', 'phone-canary-5d1');
    expect(voice.phones()).toEqual([{ login: 'carol', contacts: 0 }]);
    expect((await at.voiceOf(bob)).phones()).toEqual([]);
    expect(await register(at, 'carol', 'wrong', contact)).toBe(401);
    expect(await register(at, 'carol', 'phone-canary-5d1', contact)).toBe(200);
    expect(voice.phones()).toEqual([{ login: 'carol', contacts: 1 }]);
    await voice.savePhone('carol', 'another');
    expect(await register(at, 'carol', 'phone-canary-5d1', contact)).toBe(401);
    await at.server.close();
    const next = await startTwoAccounts(() => ({ dataDir }));
    expect(await register(next, 'carol', 'another', contact)).toBe(200);
    expect(await (await next.voiceOf(bob)).dropPhone('carol')).toBe(false);
    expect(await (await next.voiceOf(ada)).dropPhone('carol')).toBe(true);
    expect(await register(next, 'carol', 'another', contact)).not.toBe(200);
    await next.server.close();
    const stored = readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name)).toString('latin1'));
    expect(stored.join()).not.toContain('phone-canary-5d1');
  });

  it('is not what the configuration says, nor what somebody else has', async () => {
    const at = await startTwoAccounts(({ users }) => ({
      users: [...users, { login: 'desk', password: 'x', account: ada.account }],
    }));
    const [mine, theirs] = [await at.voiceOf(ada), await at.voiceOf(bob)];
    const plan = { flow: flow([pause(1)]), last: null, ringMs: 0 };
    await mine.saveApp({ name: 'mine', dialect: 'opentact', plan });
    await mine.saveNumber('+4930', 'mine');
    await mine.savePhone('dora', 'x');
    expect(await code(mine.saveApp({ name: 'app-1', dialect: 'opentact', plan }))).toBe('app-configured');
    expect(await code(mine.dropApp('app-1'))).toBe('app-configured');
    expect(await code(mine.saveNumber('1', 'mine'))).toBe('app-configured');
    expect(await code(mine.dropNumber('1'))).toBe('app-configured');
    expect(await code(mine.savePhone('desk', 'y'))).toBe('app-configured');
    expect(await code(mine.dropPhone('desk'))).toBe('app-configured');
    expect(await code(theirs.saveApp({ name: 'mine', dialect: 'opentact', plan }))).toBe('app-name-taken');
    expect(await code(theirs.saveApp({ name: 'app-1', dialect: 'opentact', plan }))).toBe('app-name-taken');
    expect(await code(theirs.saveNumber('+4930', 'app-2'))).toBe('number-taken');
    expect(await code(theirs.saveNumber('4930', 'app-2'))).toBe('number-taken');
    expect(await code(theirs.saveNumber('99', 'mine'))).toBe('app-not-found');
    expect(await code(theirs.savePhone('dora', 'y'))).toBe('phone-taken');
    expect(await code(theirs.savePhone('desk', 'y'))).toBe('phone-taken');
    expect(await Promise.all([theirs.dropApp('mine'), theirs.dropNumber('+4930'), theirs.dropPhone('dora')])).toEqual([
      ...[false, false, false],
    ]);
    for (const name of ['', 'a b', '../x', 'bandwidth@1000001', 'x'.repeat(101), 'a\0'])
      expect(await code(mine.saveApp({ name, dialect: 'opentact', plan }))).toBe('app-invalid');
    for (const number of ['', 'a b', 'sip:1@x', '1\r\n', 'x'.repeat(101)])
      expect(await code(mine.saveNumber(number, 'mine'))).toBe('number-invalid');
    for (const login of ['', 'a b', 'a@b', 'a"b', 'x'.repeat(101), '15550100', '112', '1-2.3'])
      expect(await code(mine.savePhone(login, 'x'))).toBe('phone-invalid');
    expect(await code(mine.savePhone('erna', ''))).toBe('phone-invalid');
  });
});
