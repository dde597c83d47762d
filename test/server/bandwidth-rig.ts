// Owns: an application of Bandwidth's v2 for tests: real HTTP, a document for each event, and a server that is configured for it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { readConfig } from '../../src/server/config.ts';
import { createServer } from '../../src/server/server.ts';
import { toneWav } from '../../src/testkit/tone-wav.ts';
import { onClose } from './rig.ts';

export type Webhook = Readonly<Record<string, unknown>> & { readonly eventType: string };

/** Answers each event with its document; `told` resolves with the event of that name, past or to come. */
export async function openApplication(documents: Readonly<Record<string, string>>, locked = '') {
  const seen: { readonly path: string; readonly type: string | undefined; readonly body: Webhook }[] = [];
  const sounds: string[] = [];
  let waiting: (() => void)[] = [];
  const server = createHttpServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      if (request.method === 'GET') {
        sounds.push(`${request.url} ${request.headers.authorization ?? 'nothing'}`);
        if (request.headers.authorization !== basic) response.writeHead(401).end();
        else response.writeHead(200, { 'content-type': 'audio/wav' }).end(toneWav(400));
        return;
      }
      const body: Webhook = JSON.parse(text);
      if (request.url === locked && request.headers.authorization !== basic) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="app"' }).end();
        return;
      }
      seen.push({ path: request.url ?? '', type: request.headers['content-type'], body });
      // Express answers so when nobody tells it otherwise.
      response.writeHead(200, { 'content-type': 'text/html' }).end(documents[body.eventType] ?? '');
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    sounds,
    told: (eventType: string): Promise<Webhook> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = seen.find(({ body }) => body.eventType === eventType);
          if (found === undefined) return;
          waiting = waiting.filter((other) => other !== look);
          resolve(found.body);
        };
        waiting.push(look);
        look();
      }),
  };
}

export const basic = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
export const app = '7fc9698a-b04a-468b-9e8f-91238c0d0086';

/** `more` are lines of configuration. */
export async function startConfigured(origin: string, more = '') {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-bandwidth-'));
  onClose(async () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'keytone.yaml');
  writeFileSync(
    file,
    `sip: {host: 127.0.0.1, port: 0}
http: {port: 0}
media: {portRange: 38000-38999}
accounts: [{id: "1000000", keys: [{id: me, secret: hunter2}]}]
apps:
  - {name: ${app}, dialect: bandwidth, url: "${origin}/start", statusUrl: "${origin}/status"}
numbers:
  - {number: "+15553334444", app: ${app}}
${more}`,
  );
  const { config, problems } = readConfig({ file, environment: {} });
  expect(problems).toEqual([]);
  const server = await createServer(config!, silentLog);
  onClose(() => server.close());
  const { address, port } = server.sip[0]!;
  return { server, uri: `sip:+15553334444@${address}:${port}` };
}
