import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from './program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keytone-account-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function account(...args: readonly string[]) {
  const said: string[] = [];
  const complained: string[] = [];
  const exitCode = await runProgram(['account', ...args], {
    ...{ environment: { OF_ADA: 'environment-secret' }, workingDir: folder },
    out: (text) => void said.push(text),
    err: (text) => void complained.push(text),
  });
  return { exitCode, out: said.join('\n'), err: complained.join('\n') };
}

describe('keytone account', () => {
  it('makes an account and shows its key once, in lines or as JSON', async () => {
    const text = await account('create', '--name', 'The shop');
    expect(text.out).toMatch(/^account {2}[1-9]\d{6}\nkey id {3}key-\S+\nsecret {3}\S{32}$/);
    const made = JSON.parse((await account('create', '--id', 'shop', '--format', 'json')).out);
    expect(made).toEqual({ account: 'shop', id: expect.any(String), secret: expect.stringMatching(/^\S{32}$/) });
    const listed = await account('list', '--format', 'json');
    expect(JSON.parse(listed.out).map(({ name, keys }: { name: string; keys: number }) => [name, keys])).toEqual([
      ['The shop', 1],
      [null, 1],
    ]);
    const stored = readdirSync(join(folder, 'keytone-data')).map((name) =>
      readFileSync(join(folder, 'keytone-data', name)).toString('latin1'),
    );
    for (const all of [listed.out, (await account('key', 'list', 'shop')).out, stored.join()])
      expect(all).not.toContain(made.secret);
    expect(stored.join()).toContain(made.id);
  });

  it('works in the folder that the configuration names, and leaves what stands in it', async () => {
    writeFileSync(
      join(folder, 'k.yaml'),
      'dataDir: there\naccounts:\n  - {id: "1000001", keys: [{id: ada, secretEnv: OF_ADA}]}\n',
    );
    const config = ['--config', 'k.yaml'];
    expect((await account('list', ...config)).out).toBe('1000001  1 key  of the configuration');
    expect(await account('delete', '1000001', ...config)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('account-configured'),
    });
    expect(await account('key', 'remove', '1000001', 'ada', ...config)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('account-configured'),
    });
    expect((await account('key', 'add', '1000001', '--label', 'ci', ...config)).exitCode).toBe(0);
    const keys = (await account('key', 'list', '1000001', ...config)).out;
    expect(keys).toMatch(/^ada +of the configuration\nkey-\S+ +since \S+ +ci$/);
    expect(keys).not.toContain('environment-secret');
    expect(readdirSync(folder)).toContain('there');
  });

  it('says what is wrong with what it is asked for', async () => {
    for (const [args, words] of [
      [['key', 'add', 'nobody'], 'account-not-found'],
      [['key', 'list', 'nobody'], 'account-not-found'],
      [['delete', 'nobody'], 'account-not-found'],
      [['create', '--id', '../x'], 'command-invalid'],
      [['create', '--id', ''], 'command-invalid'],
      [['key', 'add'], 'account'],
      [['list', '--config', 'gone.yaml'], 'config-not-found'],
    ] as const)
      expect([args, await account(...args)]).toEqual([
        args,
        { exitCode: 2, out: '', err: expect.stringContaining(words) },
      ]);
    await account('create', '--id', 'shop');
    expect(await account('create', '--id', 'shop')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('account-exists'),
    });
    expect(await account('key', 'remove', 'shop', 'nothing')).toMatchObject({ exitCode: 2 });
  });
});
