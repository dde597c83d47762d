// Owns: a server with two accounts for tests, the voice of each as a dialect's interface is handed it, and a phone that
// registers. Their keys are written in the configuration.
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { RestFace, Voice } from '../../src/dialects/rest.ts';
import { flow, hangup, pause, record } from '../../src/flow/build.ts';
import type { Config } from '../../src/server/config.ts';
import { onClose, startServer, type TestServer } from './rig.ts';

export const ada = { account: '1000001', id: 'ada', secret: 'ada-canary-1f0c9a' } as const;
export const bob = { account: '1000002', id: 'bob', secret: 'bob-canary-77d2e1' } as const;
export type Who = { readonly account: string; readonly id: string; readonly secret: string };

export const basicOf = ({ id, secret }: Pick<Who, 'id' | 'secret'>): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

export interface TwoAccounts extends TestServer {
  voiceOf(who: Who): Promise<Voice>;
  as(who: Who, path: string, init?: RequestInit): Promise<Response>;
}

/** App 1 is Ada's, app 2 is Bob's; what records, app 3, is Ada's too. */
export async function startTwoAccounts(change: (config: Config) => Partial<Config> = () => ({})): Promise<TwoAccounts> {
  let given: Voice | null = null;
  const face: RestFace = {
    dialect: 'opentact',
    prefix: '/test',
    routes: [
      {
        method: 'GET',
        path: '/test/:account',
        answer(_, voice) {
          given = voice;
          return { status: 204 };
        },
      },
    ],
    fault: ({ kind, words }) => ({ status: 499, body: `${kind}: ${words}` }),
  };
  const quiet = flow([pause(30_000), hangup()]);
  const server = await startServer({
    apps: { '1': quiet, '2': quiet, '3': flow([record('until', { tag: 'mark-recording', maxMs: 300 }), hangup()]) },
    // Calls are placed however busy the machine is.
    seams: { faces: [face], load: () => 0 },
    config: (config) => {
      const accounts = [ada, bob].map(({ account, id, secret }) => ({ id: account, keys: [{ id, secret }] }));
      const apps = config.apps.map((app, index) => ({ ...app, account: [ada, bob, ada][index]!.account }));
      const ours = { ...config, accounts, apps };
      return { accounts, apps, ...change(ours) };
    },
  });
  const as = (who: Who, path: string, init: RequestInit = {}): Promise<Response> =>
    server.fetch(path, { ...init, headers: { ...basicOf(who), ...(init.headers as Record<string, string>) } });
  return {
    ...server,
    as,
    async voiceOf(who) {
      const answer = await as(who, `/test/${who.account}`);
      if (answer.status !== 204 || given === null) throw new Error(await answer.text());
      return given;
    },
  };
}

/** An application that answers every request with this document; `asked` are the paths. */
export async function startApplication(document: string) {
  const asked: { readonly path: string; readonly authorization: string | undefined }[] = [];
  const server = createHttpServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization });
    response.writeHead(200, { 'content-type': 'application/xml' }).end(document);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
