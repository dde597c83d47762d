// Owns: an application of Ozeki's kind for tests: real HTTP, a script for each notification, a server that is configured for it,
// two phones with detectors of their own, and a client of the HTTP API.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import type { CallEvent } from '../../src/call/event.ts';
import { readConfig } from '../../src/server/config.ts';
import { createServer } from '../../src/server/server.ts';
import type { IncomingPhoneCall, PhoneCall } from '../../src/testkit/index.ts';
import { toneWav } from '../../src/testkit/tone-wav.ts';
import { onClose, startPhone } from './rig.ts';

export type Notification = Readonly<Record<string, string>> & { readonly NotificationName: string };

export type Scripts = Readonly<Record<string, string | ((told: Notification) => string)>>;

/** Answers each notification with its script; `told` resolves with the first of that name that fits, past or to come. */
export async function openApplication(scripts: Scripts) {
  const seen: { readonly path: string; readonly method: string; readonly told: Notification }[] = [];
  let waiting: (() => void)[] = [];
  const server = createHttpServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      if (request.method === 'GET') {
        response.writeHead(200, { 'content-type': 'audio/wav' }).end(toneWav(600));
        return;
      }
      const told = Object.fromEntries(new URLSearchParams(text)) as Notification;
      seen.push({ path: request.url ?? '', method: request.method ?? '', told });
      const script = scripts[told.NotificationName] ?? '';
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(typeof script === 'string' ? script : script(told));
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
    told: (name: string, fits: (told: Notification) => boolean = () => true): Promise<Notification> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = seen.find(({ told }) => told.NotificationName === name && fits(told));
          if (found === undefined) return;
          waiting = waiting.filter((other) => other !== look);
          resolve(found.told);
        };
        waiting.push(look);
        look();
      }),
  };
}

export const username = 'HTTP_User_1';
export const password = 'qwe123';

/** `url` is the app's, `app` more of it; `more` are lines of configuration. */
export async function startOzml(url: string, more = '', app = '') {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-ozml-'));
  onClose(async () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'keytone.yaml');
  writeFileSync(
    file,
    `sip: {host: 127.0.0.1, port: 0}
http: {port: 0}
media: {portRange: 36000-36999}
accounts: [{id: office, keys: [{id: ${username}, secret: ${password}}]}]
apps: [{name: api, account: office, dialect: ozml, url: "${url}"${app}}]
numbers: [{number: "9986", app: api}]
outbound: {loopback: allow}
${more}`,
  );
  const { config, problems } = readConfig({ file, environment: {} });
  expect(problems).toEqual([]);
  const events: { readonly call: string; readonly event: CallEvent }[] = [];
  let waiting: (() => void)[] = [];
  const server = await createServer(config!, silentLog, {
    // Whether a call is taken is not up to what else the machine does.
    load: () => 0,
    onLine: ({ id: call }, { event }) => {
      events.push({ call, event });
      for (const look of waiting) look();
    },
  });
  onClose(() => server.close());
  const { address, port } = server.sip[0]!;

  async function api(parameters: Readonly<Record<string, string>> | string, path = '/api'): Promise<string> {
    const query = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString();
    const answer = await fetch(`http://127.0.0.1:${server.http.port}${path}?${query}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('application/xml');
    return answer.text();
  }

  return {
    folder,
    server,
    uri: `sip:9986@${address}:${port}`,
    http: `http://127.0.0.1:${server.http.port}`,
    events,
    api,
    /** A command with credentials. */
    command: (command: string, parameters: Readonly<Record<string, string>> = {}) =>
      api({ command, ...parameters, Username: username, Password: password }),
    /** The first event that fits, past or to come. */
    until: (fits: (event: CallEvent) => boolean): Promise<CallEvent> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find(({ event }) => fits(event));
          if (found === undefined) return;
          waiting = waiting.filter((other) => other !== look);
          resolve(found.event);
        };
        waiting.push(look);
        look();
      }),
  };
}

export type Ozml = Awaited<ReturnType<typeof startOzml>>;

/** A phone that answers whoever calls, and its first call. */
export async function startCallee(answers = true) {
  const phone = await startPhone();
  const call = new Promise<IncomingPhoneCall>((resolve) => phone.onIncoming(resolve));
  if (answers) void call.then((incoming) => incoming.answer());
  return { phone, call, uri: phone.uri };
}

export const digitsOf = (call: PhoneCall): string =>
  call.events.map((event) => (event.type === 'digit' ? event.digit : '')).join('');

/** Resolves when the phone has heard so many keys. */
export const heardKeys = async (call: PhoneCall, count: number): Promise<string> => {
  await call.until('digit', () => digitsOf(call).length >= count);
  return digitsOf(call);
};

export const codeOf = (answer: string): string => /<Code>(\d+)<\/Code>/.exec(answer)?.[1] ?? '';
export const elementOf = (answer: string, name: string): string =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer)?.[1] ?? '';
