// The example that calls somebody with Bandwidth's own client, on a real call.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { readConfig } from '../../src/server/config.ts';
import { packageRoot } from '../../src/server/package-root.ts';
import { createServer as createVoiceServer } from '../../src/server/server.ts';
import type { IncomingPhoneCall } from '../../src/testkit/index.ts';
import { closeAll, onClose, startPhone } from './rig.ts';

afterEach(closeAll);

const folder = join(packageRoot, 'examples', 'bandwidth');

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('the reminder calls, asks for a key and tells what was keyed', async () => {
  const { config, problems } = readConfig({ file: join(folder, 'keytone.yaml'), environment: {} });
  expect(problems).toEqual([]);
  const phone = await startPhone();
  const ringing = new Promise<IncomingPhoneCall>((resolve) => phone.onIncoming(resolve));
  const dataDir = mkdtempSync(join(tmpdir(), 'keytone-example-'));
  onClose(async () => rmSync(dataDir, { recursive: true, force: true }));
  const local = { host: '127.0.0.1', port: 0 };
  const server = await createVoiceServer(
    {
      ...config!,
      dataDir,
      sip: { ...config!.sip, ...local },
      http: { ...config!.http, ...local },
      media: { ...config!.media, host: '127.0.0.1', portRange: [34_000, 34_999], workers: 1 },
      outbound: { ...config!.outbound, loopback: 'allow' },
    },
    silentLog,
  );
  onClose(() => server.close());
  const child = spawn(process.execPath, [join(folder, 'reminder.mjs'), phone.uri], {
    env: { KEYTONE: `http://127.0.0.1:${server.http.port}`, PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  onClose(async () => {
    child.kill();
    await exited;
  });
  const call = await ringing;
  expect(await call.answer()).toBe(true);
  await call.until('sound-started');
  await call.press('1');
  await call.ended;
  expect(await exited).toBe(0);
  expect(lines).toEqual([expect.stringMatching(/^calling: c-.{45}$/), 'keyed: 1', 'over: hangup']);
});
