// Owns: the server as its users have it, in a process of its own that logs everything it can: the secret that its first start
// shows is on standard output once, and no secret at all is on standard error or in the data folder.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { basicOf } from '../server/accounts-rig.ts';

const program = fileURLToPath(new URL('../../bin/keytone.ts', import.meta.url));
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Process {
  readonly out: () => string;
  readonly err: () => string;
  /** The first text on standard output that fits. */
  find(what: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

function start(dataDir: string): Process {
  const settings = ['log.level=debug', 'log.format=json', 'sip.host=127.0.0.1', 'limits.drainSeconds=0'];
  const flags = [
    '--sip-port',
    '0',
    '--http-port',
    '0',
    '--data-dir',
    dataDir,
    ...settings.flatMap((one) => ['--set', one]),
  ];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'serve', ...flags]);
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (part) => {
    out += part;
    for (const look of waiting) look();
  });
  child.stderr.on('data', (part) => {
    err += part;
  });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      for (const look of waiting) look();
      resolve();
    }),
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  closers.push(stop);
  return {
    out: () => out,
    err: () => err,
    stop,
    find: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = what.exec(out);
          if (found !== null) resolve(found);
          else if (child.exitCode !== null) reject(new Error(`it ended: ${err}`));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
  };
}

describe('the process of a server', () => {
  it('says the secret of its first start once, and no secret to its log or folder', { timeout: 60_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'keytone-logs-'));
    closers.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const server = start(dataDir);
    const [, base] = await server.find(/HTTP +(http:\/\/[\d.:]+)\//);
    const [, account] = await server.find(/account {2}(\d{7})/);
    const [, id] = await server.find(/key id {3}(\S+)/);
    const [, secret] = await server.find(/secret {3}(\S+)\n/);
    const key = basicOf({ id: id!, secret: secret! });
    const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${base}${path}`, init);

    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: id!, client_secret: secret! });
    const token = (
      (await (await ask('/api/v1/oauth2/token', { method: 'POST', body: form })).json()) as { access_token: string }
    ).access_token;
    const made = (await (await ask('/v1/keys', { method: 'POST', headers: key })).json()) as { secret: string };
    const v1 = `/v1/users/u-${account}`;
    const json = { ...key, 'content-type': 'application/json' };
    const asked = [
      ask('/v1/keys', { headers: { authorization: `Bearer ${token}` } }),
      ask('/v1/keys', { headers: { authorization: `Bearer ${token}x` } }),
      ask('/v1/keys', { headers: basicOf({ id: id!, secret: 'wrong-canary' }) }),
      ask(`/api?action=Answer&username=${id}&password=${secret}`),
      ask('/api?action=Answer&username=x&password=wrong-canary'),
      ask(`/?command=Answer&username=${id}&password=wrong-canary`),
      ask(`/nothing?password=wrong-canary`, { method: 'POST' }),
      ask(`${v1}/domains`, {
        method: 'POST',
        headers: json,
        body: '{"name":"d","credentials":{"password":"wrong-canary"}}',
      }),
      ask(`${v1}/calls`, { method: 'POST', headers: json, body: '{"password":"wrong-canary"' }),
    ];
    for (const answer of await Promise.all(asked)) await answer.arrayBuffer();
    await server.stop();

    expect(server.out().split(secret!)).toHaveLength(2);
    expect(server.err()).toContain('HTTP request answered');
    const stored = readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name)).toString('latin1'));
    for (const text of [secret!, made.secret, token, 'wrong-canary', key['authorization']!.split(' ')[1]!])
      for (const [where, all] of [
        ['log', server.err()],
        ['folder', stored.join()],
      ] as const)
        expect([where, text, all.includes(text)]).toEqual([where, text, false]);

    const again = start(dataDir);
    await again.find(/Dial sip:/);
    await again.stop();
    expect(again.out()).not.toMatch(/secret|key id/);
  });
});
