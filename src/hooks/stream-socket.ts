// Owns: the websocket of a stream: opened under the same address policy as every request, in its dialect's words, given up when
// the other end does not keep up. Does not: tap calls or mix what comes back (call/streams.ts).
import { WebSocket } from 'undici';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { authorizationOf } from '../dialects/credentials.ts';
import type { StreamFacts, StreamWord, StreamWords } from '../dialects/stream-words.ts';
import type { CallFacts } from '../flow/report.ts';
import { publicUrl } from './fault.ts';
import type { HttpClient } from './http-client.ts';

export interface StreamHandlers {
  onOpen(): void;
  onSpoken(audio: Extract<StreamWord, { kind: 'audio' }>): void;
  onHush(): void;
  /** Once; nothing follows. */
  onEnd(cause: 'closed' | 'connection-error' | 'error', message: string): void;
}

export interface StreamSocket {
  send(track: 'inbound' | 'outbound', audio: Uint8Array): void;
  close(): void;
}

export interface StreamAddress {
  readonly url: string;
  readonly credentials?: string;
  readonly trustedOrigins: readonly string[];
}

export interface StreamSocketParts {
  readonly http: Pick<HttpClient, 'dispatcherFor'>;
  readonly log: Log;
  readonly clock: Clock;
}

const connectMs = 10_000;
/** How long the other end may take to say goodbye. */
const closeMs = 2_000;
/** Two minutes of one track in base64: nobody who is that far behind listens to a call. */
const mostUnsentBytes = 1024 * 1024;
const largestMessage = 1024 * 1024;

export function openStreamSocket(
  address: StreamAddress,
  stream: StreamFacts,
  call: CallFacts,
  words: StreamWords,
  handlers: StreamHandlers,
  { http, log, clock }: StreamSocketParts,
): StreamSocket {
  const where = publicUrl(address.url);
  let sequence = 0;
  let opened = false;
  let over = false;
  let socket: WebSocket | null = null;

  function end(cause: 'closed' | 'connection-error' | 'error', message: string): void {
    if (over) return;
    over = true;
    timer.cancel();
    log.debug({ call: call.id, url: where, cause }, message);
    handlers.onEnd(cause, message);
    socket?.close();
  }

  function heard(data: unknown): void {
    const text = typeof data === 'string' ? data : null;
    if (text !== null && text.length > largestMessage) {
      end('error', `${where} sent a message of more than ${largestMessage} bytes`);
      return;
    }
    const word = text === null ? null : words.read(text);
    if (word?.kind === 'audio') handlers.onSpoken(word);
    else if (word?.kind === 'hush') handlers.onHush();
    else log.debug({ call: call.id, url: where }, 'a message on a stream is none that is known');
  }

  const unanswered = (): void => end('connection-error', `${where} did not answer within ${connectMs} ms`);
  let timer = clock.after(connectMs, unanswered);
  const authorization = address.credentials === undefined ? null : authorizationOf(address.credentials);
  try {
    const url = new URL(address.url);
    socket = new WebSocket(url, {
      dispatcher: http.dispatcherFor(url, { origin: 'document', trustedOrigins: address.trustedOrigins }),
      headers: authorization === null ? {} : { authorization },
    });
    socket.addEventListener('open', () => {
      timer.cancel();
      if (over) return;
      opened = true;
      socket?.send(words.start(stream, call));
      handlers.onOpen();
    });
    socket.addEventListener('message', ({ data }) => {
      if (over) return;
      try {
        heard(data);
      } catch (err) {
        log.error({ err, call: call.id, url: where }, 'a message on a stream was too much for us');
        end('error', `a message of ${where} could not be used`);
      }
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (!opened) end('connection-error', `${where} cannot be reached`);
      else if (code === 1006) end('connection-error', `the connection to ${where} was lost`);
      else end('closed', `${where} closed the stream${reason === '' ? '' : `: ${reason}`}`);
    });
    // A close event follows, which says the same.
    socket.addEventListener('error', () => {});
  } catch (error) {
    // Told when whoever opens it has its answer.
    timer.cancel();
    timer = clock.after(0, () => end('connection-error', `${where}: ${(error as Error).message}`));
  }

  return {
    send(track, audio) {
      if (over || !opened || socket === null) return;
      if (socket.bufferedAmount > mostUnsentBytes) {
        end('error', `${where} does not take the audio as fast as it is spoken`);
        return;
      }
      sequence += 1;
      socket.send(words.audio(track, audio, sequence));
    },
    close() {
      if (over) return;
      if (!opened || socket === null) {
        end('closed', 'ended before it was open');
        return;
      }
      socket.send(words.stop(stream, call));
      socket.close(1000);
      timer = clock.after(closeMs, () => end('closed', 'ended'));
    },
  };
}
