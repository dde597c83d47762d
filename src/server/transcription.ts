// Owns: transcription as it is configured: its engine, where recordings are found, whom orders of documents come from, and how
// what came of one is told. Does not: hold the queue (speech/transcriptions.ts) or word anything (dialects/).
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { StreamHandlers, StreamSocket, StreamStart } from '../call/streams.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { StreamWords } from '../dialects/stream-words.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import type { Application } from '../hooks/application.ts';
import type { HttpClient } from '../hooks/http-client.ts';
import { delayAfter } from '../hooks/outbox/schedule.ts';
import { ulawSample } from '../media/g711.ts';
import { encodeWav, openRecordedFile } from '../media/recorded-file.ts';
import { createLiveTranscript } from '../speech/live-transcript.ts';
import type { TranscriptionEngine } from '../speech/transcription-engine.ts';
import { createOpenAiTranscription } from '../speech/transcription-openai.ts';
import { createTranscriptions, type TranscriptionOrder, type Transcriptions } from '../speech/transcriptions.ts';
import type { RecordingRow } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { Config } from './config.ts';

export interface Transcription extends Pick<Transcriptions, 'enabled' | 'start' | 'get' | 'live' | 'drop' | 'close'> {
  /** Of a document: a report that is no application's but ours. null: it is another one. */
  wish(report: Report, call: CallFacts): Promise<Delivery> | null;
  /** Over REST, in the place of what there is. False when there is no such recording. */
  ask(call: CallFacts, recording: string, wish: Wish): Promise<boolean>;
  /** A stream that transcribes. `openSocket` null: the words go nowhere meanwhile. */
  listen(stream: StreamStart, call: CallFacts, handlers: StreamHandlers, openSocket: OpenSocket | null): StreamSocket;
}

type OpenSocket = (words: Pick<StreamWords, 'audio' | 'read'>, handlers: StreamHandlers) => StreamSocket;

type Delivery =
  | { readonly ok: true; readonly httpStatus: number }
  | { readonly ok: false; readonly code: string; readonly message: string };
type Wish = Pick<TranscriptionOrder, 'destination' | 'ownLeg'> & { readonly detectLanguage: boolean };

export interface TranscriptionParts {
  readonly config: Config;
  readonly store: Pick<Store, 'recordings' | 'transcriptions' | 'durable'>;
  readonly http: HttpClient;
  readonly application: Pick<Application, 'notify'>;
  /** undefined: there is no such app any more. */
  readonly dialectOf: (app: string) => Dialect | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export function createTranscription(parts: TranscriptionParts): Transcription {
  const { config, store, application, dialectOf, clock, log } = parts;
  const { language, concurrency } = config.transcription;

  const recordingOf = async (call: string, recording: string): Promise<RecordingRow | undefined> =>
    (await store.recordings(call)).find(({ id }) => id === recording);

  const engine = createEngine(config, parts.http);
  const queue = createTranscriptions({
    engine,
    rows: store.transcriptions,
    durable: store.durable,
    async openSound(call, recording) {
      const row = await recordingOf(call, recording);
      if (row === undefined) throw new CodedError('recording-missing', 'The recording was deleted.');
      return openRecordedFile(join(config.dataDir, row.file));
    },
    async tell(report, call, sending) {
      const dialect = dialectOf(call.app);
      if (dialect === undefined) return { ok: false, message: `There is no app ${call.app} any more.` };
      return application.notify(report, call, dialect.name, sending);
    },
    tellAgainAfter: (attempts) => delayAfter(attempts, Math.random()),
    ...{ concurrency, clock, log },
  });

  async function ask(call: CallFacts, recording: string, wish: Wish, again: boolean): Promise<boolean> {
    const row = await recordingOf(call.id, recording);
    if (row === undefined) return false;
    const { destination, detectLanguage, ownLeg } = wish;
    const { durationMs, startedAt, channels } = row;
    const order: TranscriptionOrder = {
      call,
      recorded: {
        ...{ startedAt: new Date(startedAt).toISOString(), durationMs },
        channels: channels === 'one-each' ? 2 : 1,
      },
      language: detectLanguage ? null : language,
      destination,
      ...(ownLeg !== undefined && { ownLeg }),
    };
    await queue.ask(call.id, recording, order, again);
    return true;
  }

  async function obey(report: Extract<Report, { kind: 'transcribe' }>, call: CallFacts): Promise<Delivery> {
    const failed = (code: string, message: string): Delivery => ({ ok: false, code, message });
    if (!queue.enabled) return failed('transcription-none', 'A document asks for a transcription; there is no engine.');
    const { recordingId, notify: destination, detectLanguage, ownLeg } = report;
    const wish = { destination, detectLanguage, ...(ownLeg !== undefined && { ownLeg }) };
    // Asked again after a restart it may have been kept already.
    if (await ask(call, recordingId, wish, false)) return { ok: true, httpStatus: 202 };
    return failed('recording-missing', 'The recording that a transcription was asked of is not there.');
  }

  /** Those that are over, too, until the last word is written down. */
  const listening = new Map<Promise<void>, () => void>();

  function listen(
    stream: StreamStart,
    call: CallFacts,
    handlers: StreamHandlers,
    openSocket: OpenSocket | null,
  ): StreamSocket {
    const words = dialectOf(call.app)?.transcripts;
    const { name, url, tracks, notify: destination = null } = stream;
    let state: 'opening' | 'open' | 'over' = 'opening';
    let startedAt = 0;
    let socket: StreamSocket | null = null;
    if (engine === null || words === undefined) {
      clock.after(0, () => handlers.onEnd('error', 'There is no transcription engine.'));
      return { send() {}, close() {} };
    }
    const transcript = createLiveTranscript({
      ...{ engine, language, clock, log: log.child({ call: call.id }) },
      tracks: tracks === 'both' ? ['inbound', 'outbound'] : [tracks],
      onPart(track, { startMs, endMs, text }, heard) {
        const times = { startedAt: startedAt + startMs, endedAt: startedAt + endMs };
        socket?.send(track, Buffer.from(words.said({ track, ...times, text, language: heard })));
      },
    });

    async function finish(): Promise<void> {
      const endedAt = Math.round(clock.wall());
      const said = await transcript.end();
      socket?.close();
      const recorded = {
        ...{ startedAt: new Date(startedAt).toISOString(), durationMs: endedAt - startedAt },
        channels: tracks === 'both' ? 2 : 1,
      };
      const order: TranscriptionOrder = { call, recorded, language, destination, live: { name, url, tracks } };
      await queue.keep(call.id, stream.stream, order, said);
    }

    function open(): void {
      if (state !== 'opening') return;
      state = 'open';
      startedAt = Math.round(clock.wall());
      handlers.onOpen();
    }

    function over(cause: 'closed' | 'connection-error' | 'error', message: string): void {
      const was = state;
      state = 'over';
      if (was === 'over') return;
      handlers.onEnd(cause, message);
      if (was === 'opening') {
        socket?.close();
        return;
      }
      const done = finish()
        .catch((err: unknown) => log.error({ err, call: call.id }, 'what was said on a call could not be kept'))
        .finally(() => listening.delete(done));
      listening.set(done, transcript.abort);
    }

    if (openSocket === null) clock.after(0, open);
    else
      socket = openSocket(
        { audio: (_track, said) => Buffer.from(said).toString(), read: () => null },
        { onOpen: open, onSpoken() {}, onHush() {}, onEnd: over },
      );
    return {
      send(track, audio) {
        if (state === 'open') transcript.hear(track, Int16Array.from(audio, ulawSample));
      },
      close: () => over('closed', 'ended'),
    };
  }

  const { enabled, start, get, live, drop } = queue;
  return {
    ...{ enabled, start, get, live, drop, listen },
    async close() {
      for (const abort of listening.values()) abort();
      await Promise.all(listening.keys());
      await queue.close();
    },
    // What is recorded of a conference is not put into words.
    wish: (report, call) =>
      report.kind !== 'transcribe'
        ? null
        : call.conference === undefined
          ? obey(report, call)
          : Promise.resolve({ ok: true, httpStatus: 204 }),
    ask: (call, recording, wish) => ask(call, recording, wish, true),
  };
}

function createEngine({ transcription }: Config, http: HttpClient): TranscriptionEngine | null {
  if (transcription.engine === 'none') return null;
  return createOpenAiTranscription({
    ...transcription.openai,
    // The operator wrote this address, wherever it leads.
    fetch: (request) => http.fetch({ ...request, trust: { origin: 'configured', trustedOrigins: [] } }),
    encode: encodeWav,
  });
}
