// Owns: what the suites have in common: an installed server and an application, with a number for each test, so that tests
// can run at the same time. Does not: know the phones.
import { afterAll, beforeAll } from 'vitest';
import { temporaryFolder, until } from './peer.ts';
import { type ServerOptions, type ServerProcess, startServer, type Tape } from './server-process.ts';
import { type Page, type Received, startApplication, type WebApplication } from './web-application.ts';

export interface Line {
  readonly number: string;
  /** What the application was sent below this number's address, oldest first. */
  requests(): readonly Received[];
  /** Method and target of these, without the part of the path that is the number. */
  told(): readonly string[];
}

export interface Rig {
  readonly folder: string;
  readonly server: ServerProcess;
  readonly application: WebApplication;
  /** A number whose document is made by `write` for an application at `base`. */
  open(write: (base: string) => string, pages?: Readonly<Record<string, Page>>): Line;
  /** Stopped before the server, the last one first. */
  keep<T extends { stop(): Promise<unknown> }>(peer: T): T;
  /** The call to a number, once the server knows it. */
  callTo(line: Line): Promise<string>;
  /** The file of the first recording of a call that is over. */
  recordingOf(call: string): Promise<Uint8Array>;
  /** Resolves when the tape holds what is asked for. */
  when(call: string, what: string, holds: (tape: Tape) => boolean): Promise<Tape>;
}

export const appName = 'tea';
const firstNumber = 1000;
const numbers = Array.from({ length: 40 }, (_, index) => String(firstNumber + index));

/** To be called in a suite: starts before its tests and is gone after them. */
export function createRig(name: string, options: Partial<Omit<ServerOptions, 'folder'>> = {}): Rig {
  const folder = temporaryFolder(name);
  const peers: { stop(): Promise<unknown> }[] = [];
  const documents = new Map<string, string>();
  let opened = 0;
  let application: WebApplication | undefined;
  let server: ServerProcess | undefined;

  beforeAll(async () => {
    application = await startApplication();
    application.serve('/start', ({ query }) => documents.get(query['to']!)!);
    server = await startServer({
      folder,
      apps: [{ name: appName, dialect: 'opentact', url: `${application.url}/start`, method: 'GET' }],
      numbers: numbers.map((number) => ({ number, app: appName })),
      ...options,
    });
  });
  afterAll(async () => {
    await Promise.all(peers.reverse().map((peer) => peer.stop()));
    await server?.stop();
    await application?.close();
  });

  const rig: Rig = {
    folder,
    get server() {
      return server!;
    },
    get application() {
      return application!;
    },
    open(write, pages = {}) {
      const number = numbers[opened];
      if (number === undefined) throw new Error('more tests than numbers');
      opened += 1;
      documents.set(number, write(`${rig.application.url}/${number}`));
      for (const [path, page] of Object.entries(pages)) rig.application.serve(`/${number}/${path}`, page);
      const requests = () => rig.application.received(`/${number}`);
      return {
        number,
        requests,
        told: () => requests().map(({ method, target }) => `${method} ${target.slice(`/${number}`.length)}`),
      };
    },
    keep(peer) {
      peers.push(peer);
      return peer;
    },
    async callTo({ number }) {
      const { id } = await until(`call to ${number}`, async () =>
        (await rig.server.calls()).find((call) => call.to === number),
      );
      return id;
    },
    async recordingOf(call) {
      const [recording] = await until('recording', async () => {
        const all = await rig.server.recordings(call);
        return all.length > 0 && all;
      });
      const response = await rig.server.fetch(recording!.url);
      if (response.status !== 200) throw new Error(`${recording!.url}: ${response.status} ${await response.text()}`);
      return new Uint8Array(await response.arrayBuffer());
    },
    when: (call, what, holds) =>
      until(what, async () => {
        const tape = await rig.server.tape(call);
        return holds(tape) && tape;
      }),
  };
  return rig;
}
