// Owns: the SIP of many callers on one UDP socket, by hand: requests repeated until they are answered (RFC 3261 17.1),
// answers to what the server asks. Does not: know what is said in a call (caller.ts).
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface SipText {
  /** 0 for a request. */
  readonly status: number;
  readonly method: string;
  readonly callId: string;
  readonly text: string;
}

export interface SipLine {
  readonly port: number;
  /** Repeats it until an answer of 200 or above comes; null after 32 s. Each sending is noted in `sentAt`. */
  ask(callId: string, cseq: number, method: string, message: string, sentAt?: number[]): Promise<SipText | null>;
  send(message: string): void;
  /** What the server sends to a call, but answers that were asked for. */
  onMessage(callId: string, take: (message: SipText) => void): void;
  forget(callId: string): void;
  close(): void;
}

const t1Ms = 500;
const t2Ms = 4000;
const patienceMs = 64 * t1Ms;

export const header = (text: string, name: string): string =>
  new RegExp(`^${name}:[ \\t]*(.*?)\\r?$`, 'im').exec(text)?.[1] ?? '';

export async function openSipLine(host: string, serverPort: number): Promise<SipLine> {
  const socket: Socket = createSocket({ type: 'udp4', recvBufferSize: 8 * 1024 * 1024 });
  socket.bind(0, host);
  await once(socket, 'listening');
  // The port of a dead server answers with ICMP.
  socket.on('error', () => {});
  const takers = new Map<string, (message: SipText) => void>();
  const waiting = new Map<string, (message: SipText) => void>();

  socket.on('message', (data) => {
    const text = data.toString('latin1');
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? 0);
    const method = status === 0 ? text.slice(0, text.indexOf(' ')) : (header(text, 'CSeq').split(' ')[1] ?? '');
    const message: SipText = { status, method, callId: header(text, 'Call-ID'), text };
    if (status === 0) {
      takers.get(message.callId)?.(message);
      return;
    }
    const answer = waiting.get(`${message.callId} ${header(text, 'CSeq')}`);
    if (answer !== undefined) answer(message);
    else if (status >= 200) takers.get(message.callId)?.(message);
  });

  return {
    port: socket.address().port,
    ask(callId, cseq, method, message, sentAt = []) {
      const key = `${callId} ${cseq} ${method}`;
      return new Promise((resolve) => {
        let everyMs = t1Ms;
        let provisional = false;
        const until = Date.now() + patienceMs;
        let timer: NodeJS.Timeout;
        const done = (answer: SipText | null): void => {
          clearTimeout(timer);
          waiting.delete(key);
          resolve(answer);
        };
        const repeat = (): void => {
          if (Date.now() > until) {
            done(null);
            return;
          }
          if (!provisional) {
            sentAt.push(Date.now());
            socket.send(message, serverPort, host);
          }
          timer = setTimeout(repeat, everyMs);
          everyMs = method === 'INVITE' ? everyMs * 2 : Math.min(t2Ms, everyMs * 2);
        };
        waiting.set(key, (answer) => {
          if (answer.status < 200) provisional = method === 'INVITE';
          else done(answer);
        });
        repeat();
      });
    },
    send: (message) => socket.send(message, serverPort, host),
    onMessage: (callId, take) => void takers.set(callId, take),
    forget: (callId) => void takers.delete(callId),
    close: () => socket.close(),
  };
}
