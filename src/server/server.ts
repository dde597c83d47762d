// Owns: the wiring: makes every part of the server, hands each what it needs, starts them in the order in which they may
// fail and stops them in the order in which calls can spare them. Does not: hold logic of its own.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConferenceFaces } from '../api/conferences.ts';
import { createHttp, type HttpOptions } from '../api/create-http.ts';
import { createVoices } from '../api/voice.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { createThreadLoad } from '../base/thread-load.ts';
import { type Calls, createCalls } from '../call/calls.ts';
import { createClipShelf } from '../call/clip-shelf.ts';
import { createConferences, type LiveConferences } from '../call/conferences.ts';
import type { TapeLine } from '../call/event.ts';
import type { Interpreter } from '../call/loop.ts';
import { authorizationOf, sealCredentials } from '../dialects/credentials.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { createDialects, faces } from '../dialects/index.ts';
import type { RestFace } from '../dialects/rest.ts';
import type { StreamWords } from '../dialects/stream-words.ts';
import type { Destination, DialectName } from '../flow/node.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import { withoutCredentials } from '../hooks/app-trust.ts';
import { createApplication } from '../hooks/application.ts';
import { createHttpClient } from '../hooks/http-client.ts';
import { createMediaFetch } from '../hooks/media-fetch.ts';
import type { Lookup } from '../hooks/resolver.ts';
import { openStreamSocket, type StreamHandlers, type StreamSocket } from '../hooks/stream-socket.ts';
import { createMediaPlane } from '../media/create-plane.ts';
import { createAudioDecoder } from '../media/decode-audio.ts';
import { createConferenceRun } from '../run/create-conference-run.ts';
import { createRun } from '../run/create-run.ts';
import { createSipEndpoint } from '../sip/create-endpoint.ts';
import type { Peer } from '../sip/message.ts';
import { requestUserOf } from '../sip/uas-invite.ts';
import { createSeal } from '../store/seal.ts';
import { createStore } from '../store/store.ts';
import { type Accounts, createAccounts } from './accounts/accounts.ts';
import type { NewKey } from './accounts/register.ts';
import { createAdmission } from './admission.ts';
import type { Config } from './config.ts';
import { createEvents } from './events.ts';
import { farewell } from './farewell.ts';
import { createHistory } from './history.ts';
import { createKeyWays } from './key-ways.ts';
import { createOzmlParts } from './ozml.ts';
import { createOzmlChanges } from './ozml-changes.ts';
import { version } from './package-root.ts';
import { createRecordingPlaces } from './recording-places.ts';
import { createHeartbeat, readLeft, recover } from './recovery.ts';
import { createRegistrations } from './registrations.ts';
import { createRoutes } from './routes.ts';
import { freeSipPort } from './sip-port.ts';
import { createSounds } from './sounds.ts';
import { createConfiguredSpeech } from './speech-engine.ts';
import { createTranscription } from './transcription.ts';

export interface Server {
  /** Where SIP listens, with real ports. */
  readonly sip: readonly Peer[];
  readonly http: { readonly host: string; readonly port: number };
  readonly calls: Calls;
  readonly conferences: LiveConferences;
  /** Of the account that a first start made; known only now. */
  readonly firstKey: NewKey | null;
  /** Takes no new calls and resolves when the last one is over; `limits.drainSeconds` bounds the wait. */
  drain(): Promise<void>;
  /** Ends what is left, then closes everything. */
  close(): Promise<void>;
}

/** Where somebody who watches a server stands; nothing of it is needed to run one. */
export interface ServerSeams {
  /** The time of signalling, applications and calls; media keeps its own. */
  readonly clock?: Clock;
  /** How busy the threads are, 0..1, in place of what is measured: whether a call is taken is then not up to the machine. */
  readonly load?: () => number;
  /** Host names of applications to addresses, in place of the system's resolver. */
  readonly lookup?: Lookup;
  /** The words of an app, in place of those that are built. */
  readonly dialects?: (name: DialectName) => Dialect;
  /** Behind those that are built. */
  readonly faces?: readonly RestFace[];
  /** May put something between a call and what decides for it. */
  readonly interpreter?: (run: Interpreter, app: string) => Interpreter;
  /** Told every line of every tape, unmasked, behind the reader that keeps them. */
  readonly onLine?: (call: CallFacts, line: TapeLine) => void;
}

/** Signalling this late on average is a call that is answered slowly; phones repeat an INVITE after 500 ms. */
const bearableLatenessMs = 50;
const mebibyte = 1024 * 1024;
const clipBytes = 128 * mebibyte;
const decodedBytes = 64 * mebibyte;

/** Rejects with a CodedError when something cannot be opened; nothing is left running then. */
export async function createServer(config: Config, log: Log, seams: ServerSeams = {}): Promise<Server> {
  const clock = seams.clock ?? systemClock;
  const closers: (() => Promise<void> | void)[] = [];
  const closing = <T extends { close(): Promise<void> | void }>(part: T): T => {
    closers.unshift(() => part.close());
    return part;
  };
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0)) await end();
  };
  let draining = false;
  let recovering = true;
  let httpPort = config.http.port;

  async function open(): Promise<Server> {
    // Its threads load while the store opens.
    const plane = closing(await createMediaPlane({ ...config.media, log }));
    const store = closing(await createStore({ dataDir: config.dataDir, sync: config.store.sync, log }));
    // Before the calls that were left, which are more to read and are waited for later.
    const accounts: Accounts = closing(await createAccounts({ config, store, clock, log }));
    const left = readLeft(store);
    // Whoever awaits it is told; until then it must not end the process.
    left.catch(() => {});
    sealCredentials(createSeal(join(config.dataDir, 'accounts.key')));
    const { directory } = accounts;
    const { trustOf } = directory;
    const dialectNamed = (app: string): DialectName => directory.app(app)!.dialect;
    const withAccount = (call: CallFacts): CallFacts => ({ ...call, account: directory.accountOf(call.app) });
    const http = closing(
      createHttpClient({
        ...{ policy: config.outbound, log, clock },
        ...(seams.lookup !== undefined && { lookup: seams.lookup }),
      }),
    );
    const events = closing(createEvents({ apps: config.apps, store, http, log, clock }));
    const decoder = closing(createAudioDecoder());
    const speech = createConfiguredSpeech(config, { log, http, decoder });
    if (speech !== null) closing(speech);
    const own = closing(createThreadLoad({ clock, bearableMs: bearableLatenessMs }));
    const load = seams.load ?? (() => Math.max(own.value, plane.load));
    const dialects =
      seams.dialects ??
      createDialects(() => httpAddress(config.http, httpPort), config.transcription.engine !== 'none');
    const application = createApplication({ dialects, http, log, trustOf, clock });
    const transcription = closing(
      createTranscription({
        ...{ config, store, http, application, clock, log },
        dialectOf: (app) => {
          const known = directory.app(app);
          return known === undefined ? undefined : dialects(known.dialect);
        },
      }),
    );
    const ozml = closing(
      await createOzmlParts({
        ...{ config, accountOf: directory.accountOf, clock, log },
        voiceOf: (account) => voiceOf(account),
        route: (target, callerId) => route(target, callerId),
        message: (message) => endpoint.message(message),
      }),
    );
    const sounds = createSounds({
      speech,
      media: createMediaFetch({ http, log, clock }),
      decoder,
      readFile: (path, signal) => readFile(path, { signal }),
      trustOf: (app) => ozml.soundTrust(dialectNamed(app), trustOf(app)),
      authorizationOf,
      cacheBytes: decodedBytes,
    });

    const admission = createAdmission({
      config,
      directory,
      calls: () => calls.size,
      load,
      draining: () => draining,
    });
    const sipPort = config.sip.port === 0 ? await freeSipPort(config.sip.host) : config.sip.port;
    const registrations = closing(createRegistrations(config.dataDir, { log, clock }));
    const endpoint = createSipEndpoint({
      registrations,
      listen: (['udp', 'tcp'] as const).map((transport) => ({
        transport,
        host: config.sip.host,
        port: sipPort,
      })),
      advertisedHost: config.sip.advertisedHost,
      clock,
      log,
      userAgent: `Keytone/${version}`,
      realm: config.sip.realm,
      digestHashes: config.sip.digest,
      credentials: directory.phone,
      kept: store.durable,
      policy: admission.policy,
      ...(ozml.onMessage !== null && {
        onMessage: ({ from, requestUser, text }) => {
          const app = directory.appOf(requestUser)?.name;
          const isTaken = app !== undefined && ozml.onMessage?.(directory.accountOf(app), requestUserOf(from), text);
          return isTaken ? 200 : 480;
        },
      }),
      onInvite: (leg) => {
        const { name, plan } = directory.appOf(leg.requestUser)!;
        calls.accept(leg, name, plan ?? undefined);
      },
    });
    const ozmlChanges = createOzmlChanges({
      appOf: directory.app,
      ask: application.ask,
      voiceOf: ({ app }) => voiceOf(directory.accountOf(app)),
      log,
    });
    const history = createHistory(store, log, events.tell, directory.accountOf);
    const onLine = (call: CallFacts, line: TapeLine, sensitive: boolean): void => {
      history.keep(call, line, sensitive);
      ozmlChanges.onLine(withAccount(call), line);
      seams.onLine?.(call, line);
    };
    const recordingPlace = createRecordingPlaces(config.dataDir);
    const shared = {
      plane,
      durable: store.durable,
      shelf: createClipShelf(plane, clipBytes),
      clock,
      log,
      ask: (report: Report, call: CallFacts, id: string) =>
        application.ask(report, withAccount(call), dialectNamed(call.app), { id }),
      notify: (report: Report, call: CallFacts, id: string) =>
        transcription.wish(report, withAccount(call)) ??
        ozml.errand(report, withAccount(call)) ??
        application.notify(report, withAccount(call), dialectNamed(call.app), { id }),
      sounds,
      recordingPlace,
      repairRecording: plane.repairRecording,
      onLine,
      newId,
      accountOf: directory.accountOf,
    };
    const conferences = createConferences({
      ...shared,
      createConferenceInterpreter: () => createConferenceRun({ defaults: { language: config.speech.language } }),
    });
    const route = createRoutes({ config, directory, endpoint });
    const calls = createCalls({
      ...shared,
      conferences,
      mediaAbsentMs:
        config.limits.mediaAbsentSeconds === 0 ? Number.POSITIVE_INFINITY : config.limits.mediaAbsentSeconds * 1000,
      codecs: ['PCMU', 'PCMA'],
      mediaAddress: (localAddress) => config.media.advertisedHost ?? localAddress,
      createInterpreter: (app) => {
        const { first: asked, last } = directory.app(app)!;
        const first = asked ?? nowhere;
        const { fallbackUrl } = first;
        const run = createRun({
          first: {
            ...first,
            url: withoutCredentials(first.url),
            fallbackUrl: fallbackUrl === null ? null : withoutCredentials(fallbackUrl),
          },
          ...(last !== undefined && { last: { ...last, url: withoutCredentials(last.url) } }),
          defaults: { language: config.speech.language },
        });
        return seams.interpreter?.(run, app) ?? run;
      },
      route,
      invite: endpoint.invite,
      restore: endpoint.restore,
      callsPerSecond: () => config.limits.callsPerSecond,
      refusesPlaced: admission.refusesPlaced,
      keyWayOf: createKeyWays(config, directory),
      openStream: (stream, call, handlers) => {
        const { streams, transcripts } = dialects(dialectNamed(call.app));
        const { url, credentials } = stream;
        const address = {
          url,
          trustedOrigins: trustOf(call.app).origins,
          ...(credentials !== undefined && { credentials }),
        };
        const open = (words: StreamWords, to: StreamHandlers): StreamSocket =>
          openStreamSocket(address, stream, withAccount(call), words, to, { http, log, clock });
        const wordless = () => new Error(`${call.app} streams, and its dialect has no words for it`);
        if (stream.transcribe !== true) {
          if (streams === undefined) throw wordless();
          return open(streams, handlers);
        }
        if (transcripts === undefined) throw wordless();
        const told = (more: Pick<StreamWords, 'audio' | 'read'>, to: StreamHandlers) =>
          open({ ...transcripts, ...more }, to);
        return transcription.listen(stream, withAccount(call), handlers, url === '' ? null : told);
      },
      saveLeg: store.saveLeg,
    });
    const voiceOf = createVoices({
      ...{ store, calls, transcription, dialect: dialects, dataDir: config.dataDir, wall: clock.wall, log },
      directory: accounts.forVoice,
      conferencesOf: createConferenceFaces({ store, conferences, ...accounts.forVoice }),
      contacts: (login) => endpoint.contacts(login).length,
    });
    const builtFaces = {
      rest: [...faces.rest, ...(seams.faces ?? [])],
      command: [...faces.command, ozml.face],
    };
    const httpOptions: HttpOptions = {
      ...config.http,
      log,
      store,
      dataDir: config.dataDir,
      outbox: { list: store.outbox.list, event: store.outbox.event, redeliver: events.redeliver },
      live: () => calls.list().map(withAccount),
      accounts: {
        ...{ keys: accounts.keys, voiceOf, faces: builtFaces },
        ...{ everyAppOf: directory.everyAppOf, accountOf: directory.accountOf },
      },
      health: () => ({
        status: recovering ? 'recovering' : admission.status,
        calls: calls.size,
        // What a call holds; all of it is given back when the call is over.
        sessions: plane.counters.sessions,
        legs: endpoint.counters.legs,
        transactions: endpoint.counters.transactions,
        busy: Math.round(load() * 100) / 100,
        events: events.counters,
        store: { waiting: store.counters.waiting, undurable: store.counters.undurable, behind: store.counters.behind },
      }),
    };
    const face = closing(createHttp(httpOptions));
    const binding = face.start();
    binding.catch(() => {});
    const more = config.ozml.ports.map((port) => closing(createHttp({ ...httpOptions, port })).start());
    for (const one of more) one.catch(() => {});
    closing(endpoint);
    await endpoint.start({ hold: true });
    // Whatever cannot be opened is known before a call is touched: those of a killed process wait for the next start.
    const bound = await binding;
    await Promise.all(more);
    closers.unshift(() => conferences.close());
    closers.unshift(() => calls.close());
    const firstKey = await accounts.start();
    await events.start();
    await transcription.start();
    await recover(await left, {
      store,
      plane,
      endpoint,
      calls,
      conferences,
      history,
      recordingPlace,
      onLine,
      clock,
      log,
    });
    // A beat before they go on would make the time that they stood still a time in which they lived.
    closing(createHeartbeat(store, clock, () => calls.size + conferences.size));
    endpoint.release();
    recovering = false;
    httpPort = bound.port;

    return {
      sip: endpoint.local,
      http: bound,
      calls,
      conferences,
      firstKey,
      async drain() {
        draining = true;
        await calls.drain({ patienceMs: config.limits.drainSeconds * 1000, farewell });
      },
      async close() {
        draining = true;
        await close();
      },
    };
  }

  try {
    return await open();
  } catch (error) {
    await close();
    throw error;
  }
}

/** Nobody asks there: every call of an app without an address has a plan. */
const nowhere: Destination = { url: '', method: 'POST', fallbackUrl: null, timeoutMs: null, extra: {} };

/** Whoever listens on every address is told to local applications by the loopback one. */
function httpAddress({ host, advertisedUrl }: Config['http'], port: number): string {
  if (advertisedUrl !== undefined) return advertisedUrl.replace(/\/+$/, '');
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
