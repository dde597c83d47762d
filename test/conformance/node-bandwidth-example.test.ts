// The example for Bandwidth's client of v1, as a newcomer runs it: on a call that comes in, and on one that it places.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/server/config.ts';
import { packageRoot } from '../../src/server/package-root.ts';
import { closeAll, onClose, startPhone } from '../server/rig.ts';
import { startCallee, startRig } from './node-bandwidth/rig.ts';

afterEach(closeAll);

const folder = join(packageRoot, 'examples', 'bandwidth-v1');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** `said` resolves with its next line. */
function run(port: number, baseUrl: string, ...args: readonly string[]) {
  const env = {
    KEYTONE: baseUrl,
    USER: 'u-1',
    TOKEN: 't-1',
    SECRET: 's-1',
    PORT: String(port),
    PATH: process.env['PATH'],
  };
  const child = spawn(process.execPath, [join(folder, 'code.mjs'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  onClose(async () => {
    child.kill();
    await exited;
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { said: async () => (await lines.next()).value, exited };
}

describe('the example for v1', () => {
  it('has a configuration that names it', () => {
    const { config, problems } = readConfig({ file: join(folder, 'keytone.yaml'), environment: {} });
    expect(problems).toEqual([]);
    expect(config?.apps[0]).toMatchObject({ dialect: 'bandwidth-v1', first: { url: 'http://localhost:3000/events' } });
  });

  it('asks a caller for the code, thanks and hangs up', async () => {
    const port = await freePort();
    const { baseUrl, uri } = await startRig(`http://localhost:${port}`);
    const example = run(port, baseUrl);
    await example.said();
    const phone = await startPhone();
    const call = await phone.call(uri('+19195550100'));
    await call.until('sound-started');
    await call.press('25341');
    expect(await example.said()).toBe('keyed: 25341 (max-digits)');
    expect(await call.ended).toMatchObject({ by: 'peer' });
    expect(await example.said()).toBe('over: NORMAL_CLEARING');
  });

  it('calls somebody and is done when that is over', async () => {
    const port = await freePort();
    const { baseUrl } = await startRig(`http://localhost:${port}`);
    const callee = await startCallee();
    const example = run(port, baseUrl, callee.address);
    const call = await callee.next();
    await call.answer();
    await example.said();
    expect(await example.said()).toMatch(/^calling: c-/);
    await call.until('sound-started');
    call.hangUp();
    const told = [await example.said(), await example.said()];
    expect(told.toSorted()).toEqual(['keyed: nothing (hung-up)', 'over: NORMAL_CLEARING']);
    expect(await example.exited).toBe(0);
  });
});
