// Owns: what the tests of Bandwidth's clients stand on: a real server with an account, an application whose documents are
// chosen by path, a phone that is reached over a trunk, and the vendor's clients, with the oracle between them and us.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../../src/base/log.ts';
import type { CallEvent, TapeLine } from '../../../src/call/event.ts';
import { ownCallId } from '../../../src/dialects/bandwidth/call-id.ts';
import { readConfig } from '../../../src/server/config.ts';
import { createServer } from '../../../src/server/server.ts';
import type { IncomingPhoneCall } from '../../../src/testkit/index.ts';
import { toneWav } from '../../../src/testkit/tone-wav.ts';
import { onClose, startPhone } from '../../server/rig.ts';
import { createOracle, sdkFolder } from './oracle.ts';

export const account = '9900000';
export const application = '04e88489-df02-4e34-a0ee-27a91849555f';
export const from = '+19195551212';
export const to = '+19195551213';

// biome-ignore lint/suspicious/noExplicitAny: the clients are CommonJS, and the tests are about what they do with our answers.
type Anything = any;
export const sdk: Anything = createRequire(import.meta.url)('bandwidth-sdk');
export const axios: Anything = createRequire(join(sdkFolder, 'package.json'))('axios');

export type Webhook = Readonly<Record<string, unknown>> & { readonly eventType: string; readonly callId: string };

/** A queue that a test takes from, waiting for what is to come. */
function createQueue<Item>() {
  const there: Item[] = [];
  let waiting: (() => void)[] = [];
  return {
    there,
    put(item: Item): void {
      there.push(item);
      for (const look of waiting) look();
    },
    /** Takes the first that fits. */
    take: (fits: (item: Item) => boolean): Promise<Item> =>
      new Promise((resolve) => {
        const look = (): void => {
          const at = there.findIndex(fits);
          if (at < 0) return;
          waiting = waiting.filter((other) => other !== look);
          resolve(there.splice(at, 1)[0]!);
        };
        waiting.push(look);
        look();
      }),
  };
}

export type Stand = Awaited<ReturnType<typeof openStand>>;

/** `transcript`: what a transcription engine hears in every recording; without it there is none. */
export async function openStand({ transcript }: { readonly transcript?: object } = {}) {
  const oracle = createOracle();
  const documents = new Map<string, string>();
  const webhooks = createQueue<{ readonly path: string; readonly body: Webhook }>();
  const web = createHttpServer((request, response) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      if (path === '/sound.wav') {
        response.writeHead(200, { 'content-type': 'audio/wav' }).end(toneWav(200));
        return;
      }
      if (path === '/v1/audio/transcriptions') {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(transcript));
        return;
      }
      if (path === '/broken') {
        response.writeHead(500).end();
        return;
      }
      const { pathname, searchParams } = new URL(path, 'http://application.invalid');
      const byGet = request.method === 'GET';
      const body: Webhook = byGet ? Object.fromEntries(searchParams) : JSON.parse(text);
      oracle.webhook(body);
      const document = documents.get(pathname);
      if (document === undefined) response.writeHead(204).end();
      else response.writeHead(200, { 'content-type': 'application/xml' }).end(document);
      webhooks.put({ path, body });
    });
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  onClose(async () => {
    web.closeAllConnections();
    await new Promise((resolve) => web.close(resolve));
  });
  const origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;

  const phone = await startPhone();
  const ringing = createQueue<IncomingPhoneCall>();
  phone.onIncoming(ringing.put);

  const folder = mkdtempSync(join(tmpdir(), 'keytone-bandwidth-'));
  onClose(async () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'keytone.yaml');
  writeFileSync(
    file,
    `sip: {host: 127.0.0.1, port: 0}
http: {port: 0}
media: {portRange: 36000-37999}
accounts:
  - {id: "${account}", keys: [{id: user, secret: pass}]}
  - {id: "8800000", keys: [{id: other, secret: pass}]}
apps:
  - {name: ${application}, account: "${account}", dialect: bandwidth, url: "${origin}/initiate", statusUrl: "${origin}/status"}
numbers:
  - {number: "+19195550000", app: ${application}}
trunks:
  - {name: phone, host: "${phone.uri.split('@').at(-1)}"}
outbound: {loopback: allow}
${transcript === undefined ? '' : `transcription: {engine: openai, openai: {url: "${origin}/v1"}}`}
`,
  );
  const { config, problems } = readConfig({ file, environment: {} });
  if (config === null) throw new Error(JSON.stringify(problems));
  const lines = createQueue<{ readonly call: string; readonly line: TapeLine }>();
  const verbs = new Set<string>();
  const server = await createServer(config, silentLog, {
    onLine({ id }, line) {
      if (line.event.type === 'verb.started') verbs.add(line.event.path.replace(/\[.*/s, ''));
      lines.put({ call: id, line });
    },
  });
  onClose(() => server.close());
  const here = `http://127.0.0.1:${server.http.port}`;

  const client = axios.create();
  const judge = ({ config: asked, status, headers, data }: Anything): void => {
    const path = new URL(asked.url).pathname.replace('/api/v2', '');
    oracle.answered(asked.method, path, status, String(headers['content-type'] ?? ''), data);
  };
  client.interceptors.response.use(
    (response: Anything) => {
      judge(response);
      return response;
    },
    (error: Anything) => {
      if (error.response !== undefined) judge(error.response);
      return Promise.reject(error);
    },
  );
  const configured = (more: object) => new sdk.Configuration({ basePath: `${here}/api/v2`, ...more });
  const apiOf = (name: string, more: object) => new sdk[name](configured(more), undefined, client);
  const sip = server.sip[0]!;

  return {
    oracle,
    documents,
    webhooks,
    origin,
    here,
    phone,
    server,
    /** Names of all elements that ran. */
    verbs,
    written: written as ReadonlySet<string>,
    /** The first such line of a call that was not asked for before. */
    until: async (callId: string, fits: (event: CallEvent) => boolean): Promise<CallEvent> => {
      const own = ownCallId(callId);
      return (await lines.take(({ call, line }) => call === own && fits(line.event))).line.event;
    },
    apiOf,
    /** One of the SDK's, signed in by Basic. */
    api: (name: string): Anything => apiOf(name, { username: 'user', password: 'pass' }),
    uri: `sip:+19195550000@${sip.address}:${sip.port}`,
    /** The next call that comes to the phone. */
    incoming: () => ringing.take(() => true),
    told: async (eventType: string, callId?: string): Promise<Webhook> => {
      const fits = ({ body }: { body: Webhook }): boolean =>
        body.eventType === eventType && (callId === undefined || body.callId === callId);
      return (await webhooks.take(fits)).body;
    },
    order: (answer: string, more: object = {}) => ({
      ...{ applicationId: application, from, to, answerUrl: `${origin}${answer}`, disconnectUrl: `${origin}/end` },
      ...more,
    }),
  };
}

const { Bxml } = sdk;
/** Names of all elements that the builder made. */
const written = new Set<string>();
/** A verb of the vendor's builder. */
export function make(name: string, ...args: unknown[]): Anything {
  written.add(name);
  return new Bxml[name](...args);
}
/** A document of the vendor's builder. */
export const bxml = (...inside: unknown[]): string => make('Response', inside).toBxml();
export const speak = (text: string): Anything => make('SpeakSentence', text, { voice: 'julie' });
export const wait = (): Anything => make('Pause', { duration: 60 });

/** Places a call, which the phone answers, and gives it a document. */
export async function talk(stand: Stand, document: string, more: object = {}) {
  stand.documents.set('/answer', document);
  const { data } = await stand.api('CallsApi').createCall(account, stand.order('/answer', more));
  const phone = await stand.incoming();
  if (!(await phone.answer())) throw new Error('the call was over before it was answered');
  const callId = String(data.callId);
  await stand.told('answer', callId);
  return { callId, phone };
}

export async function hangUp(stand: Stand, { callId, phone }: Awaited<ReturnType<typeof talk>>): Promise<void> {
  phone.hangUp();
  await stand.told('disconnect', callId);
  await stand.until(callId, ({ type }) => type === 'call.ended');
}

/** What a client's promise rejects with: the status and the vendor's words. */
export async function refusalOf(asked: Promise<unknown>): Promise<readonly [status: number, description: string]> {
  try {
    await asked;
  } catch (error) {
    const { response } = error as { readonly response: { readonly status: number; readonly data: Anything } };
    return [response.status, response.data.description];
  }
  throw new Error('it was not refused');
}
