// Owns: a phone that a test works by hand, message by message and packet by packet: for what no well-behaved phone would
// say of itself (holds, codec changes, transfers, keys sent twice). Plain text and bytes over UDP, so that it shares no
// mistake with the server's own stack. Answers nothing but BYE, OPTIONS and the ACK that an answer needs.
import { createSocket, type Socket } from 'node:dgram';
import { onClose } from './rig.ts';

export interface HandAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface HandPacket {
  readonly atMs: number;
  readonly payloadType: number;
  readonly payload: Uint8Array;
}

export interface PacketOptions {
  readonly at?: number;
  readonly marker?: boolean;
  readonly samples?: number;
  readonly lost?: boolean;
}

export interface HandPhone {
  readonly callId: string;
  readonly rtpPort: number;
  /** Final answer to the INVITE; a 2xx is acknowledged. */
  invite(options?: { readonly sdp?: string; readonly headers?: readonly string[] }): Promise<HandAnswer>;
  cancel(): Promise<HandAnswer>;
  /** A request inside the dialog; a re-INVITE is acknowledged. */
  request(method: string, headers?: readonly string[], body?: string): Promise<HandAnswer>;
  sdp(options?: { readonly payloads?: readonly number[]; readonly direction?: string; readonly port?: number }): string;
  /** The last request once more, byte for byte, as after a lost answer. */
  repeat(): void;
  /** One key as telephone-event: beginning, middle, and three ends. */
  sendEvent(digit: string): void;
  /** The beginning of one, 20 ms long; it is held until the end is sent. */
  holdEvent(digit: string): { end(durationMs: number): void };
  /** 20 ms of G.711 silence. */
  sendAudio(): void;
  /**
   * One RTP packet. `at` is its timestamp, else that of now; time goes on by `samples` behind it; one that is `lost` takes
   * its number and is not sent.
   */
  sendPacket(payloadType: number, payload: Uint8Array, options?: PacketOptions): void;
  /** In samples. */
  readonly timestamp: number;
  readonly packets: readonly HandPacket[];
  /** What the other side asked for inside the dialog, in order. */
  readonly requests: readonly { readonly method: string; readonly type: string; readonly body: string }[];
  /** How it is answered; 200 without a body unless set. */
  answer: (method: string, body: string) => { readonly status: number; readonly sdp?: string };
  /** Resolves when so many requests of this method have come. */
  asked(method: string, count: number): Promise<void>;
  /** Resolves with the next packet that fits. */
  nextPacket(fits: (packet: HandPacket) => boolean): Promise<HandPacket>;
  /** Resolves when the other side said BYE, with its text. */
  readonly bye: Promise<string>;
}

const keys = '0123456789*#ABCD';
const eventType = 101;
const formats: Readonly<Record<number, string>> = {
  0: 'PCMU/8000',
  8: 'PCMA/8000',
  [eventType]: 'telephone-event/8000',
};
const host = '127.0.0.1';

export async function openHandPhone(
  server: { readonly port: number },
  number: string,
  from = 'hand',
): Promise<HandPhone> {
  const sip = await bound();
  const rtp = await bound();
  const sipPort = sip.address().port;
  const rtpPort = rtp.address().port;
  const callId = `${Math.random().toString(36).slice(2)}@hand`;
  const tag = Math.random().toString(36).slice(2);
  const waiting = new Map<string, (answer: HandAnswer) => void>();
  const packets: HandPacket[] = [];
  let wanted: { readonly fits: (packet: HandPacket) => boolean; readonly take: (packet: HandPacket) => void }[] = [];
  const requests: { readonly method: string; readonly type: string; readonly body: string }[] = [];
  let last = '';
  /** Each says whether it is done with. */
  let awaited: (() => boolean)[] = [];
  const bye = Promise.withResolvers<string>();
  let cseq = 0;
  let inviteCseq = 0;
  let inviteBranch = '';
  let to = `<sip:${number}@${host}:${server.port}>`;
  let target = `sip:${number}@${host}:${server.port}`;
  let sdpVersion = 0;
  let sequence = 100;
  let timestamp = 8000;

  sip.on('message', (bytes) => take(bytes.toString('utf8')));
  rtp.on('message', (bytes) => {
    const packet = {
      atMs: performance.now(),
      payloadType: bytes[1]! & 0x7f,
      payload: new Uint8Array(bytes.subarray(12)),
    };
    packets.push(packet);
    wanted = wanted.filter(({ fits, take: give }) => {
      if (!fits(packet)) return true;
      give(packet);
      return false;
    });
  });

  function send(lines: readonly string[], body = ''): void {
    const type =
      body === '' || lines.some((line) => line.startsWith('Content-Type')) ? [] : ['Content-Type: application/sdp'];
    last = [...lines, ...type, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
    sip.send(last, server.port, host);
  }

  function head(method: string, number: number, branch: string, uri = target, toLine = to): string[] {
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${sipPort};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: <sip:${from}@${host}>;tag=${tag}`,
      `To: ${toLine}`,
      `Call-ID: ${callId}`,
      `CSeq: ${number} ${method}`,
      `Contact: <sip:${from}@${host}:${sipPort}>`,
    ];
  }

  function take(text: string): void {
    const [top = '', ...rest] = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
    const headers = new Map<string, string>();
    for (const line of rest) {
      const [name = '', value = ''] = line.split(/:\s*(.*)/s);
      if (!headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value);
    }
    const body = text.slice(text.indexOf('\r\n\r\n') + 4);
    if (!top.startsWith('SIP/2.0')) {
      const [method = ''] = top.split(' ');
      if (method === 'ACK') return;
      const { status, sdp: described = '' } = phone.answer(method, body);
      const same = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(
        (name) => `${name}: ${headers.get(name.toLowerCase())}`,
      );
      const contact = `Contact: <sip:${from}@${host}:${sipPort}>`;
      send([`SIP/2.0 ${status} As told`, ...same, contact], described);
      requests.push({ method, type: headers.get('content-type') ?? '', body });
      if (method === 'BYE') bye.resolve(text);
      awaited = awaited.filter((one) => !one());
      return;
    }
    const status = Number(top.split(' ')[1]);
    if (status < 200) return;
    const cseqOf = headers.get('cseq') ?? '';
    if (cseqOf.endsWith('INVITE')) acknowledge(status, cseqOf, headers);
    waiting.get(cseqOf)?.({ status, headers, body });
    waiting.delete(cseqOf);
  }

  function acknowledge(status: number, cseqOf: string, headers: ReadonlyMap<string, string>): void {
    const ackTo = headers.get('to') ?? to;
    if (status < 300) {
      to = ackTo;
      target = /<([^>]+)>/.exec(headers.get('contact') ?? '')?.[1] ?? target;
    }
    const number = Number.parseInt(cseqOf, 10);
    const branch = status < 300 ? newBranch() : inviteBranch;
    send(head('ACK', number, branch, target, ackTo));
  }

  function ask(lines: readonly string[], key: string, body: string): Promise<HandAnswer> {
    return new Promise((resolve) => {
      waiting.set(key, resolve);
      send(lines, body);
    });
  }

  function request(method: string, headers: readonly string[] = [], body = ''): Promise<HandAnswer> {
    cseq += 1;
    const branch = newBranch();
    if (method === 'INVITE') {
      inviteCseq = cseq;
      inviteBranch = branch;
    }
    return ask([...head(method, cseq, branch), ...headers], `${cseq} ${method}`, body);
  }

  function sdp(options: Parameters<HandPhone['sdp']>[0] = {}): string {
    const { payloads = [0, eventType], direction = 'sendrecv', port = rtpPort } = options;
    sdpVersion += 1;
    return [
      'v=0',
      `o=- 77 ${sdpVersion} IN IP4 ${host}`,
      's=-',
      `c=IN IP4 ${host}`,
      't=0 0',
      `m=audio ${port} RTP/AVP ${payloads.join(' ')}`,
      ...payloads.map((type) => `a=rtpmap:${type} ${formats[type]}`),
      `a=${direction}`,
      '',
    ].join('\r\n');
  }

  function sendRtp(payloadType: number, at: number, payload: Uint8Array, marker = false): void {
    const packet = Buffer.alloc(12 + payload.length);
    packet[0] = 0x80;
    packet[1] = (marker ? 0x80 : 0) | payloadType;
    packet.writeUInt16BE(sequence++ & 0xffff, 2);
    packet.writeUInt32BE(at, 4);
    packet.writeUInt32BE(0x1234, 8);
    packet.set(payload, 12);
    rtp.send(packet, mediaPort, host);
  }
  let mediaPort = 9;
  const learnPort = (answer: HandAnswer): HandAnswer => {
    const port = /^m=audio (\d+)/m.exec(answer.body)?.[1];
    if (port !== undefined) mediaPort = Number(port);
    return answer;
  };

  onClose(async () => {
    await Promise.all([sip, rtp].map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  });
  const phone: HandPhone = {
    callId,
    rtpPort,
    packets,
    requests,
    answer: () => ({ status: 200 }),
    asked: (method, count) =>
      new Promise((resolve) => {
        const isDone = (): boolean => {
          if (requests.filter((one) => one.method === method).length < count) return false;
          resolve();
          return true;
        };
        if (!isDone()) awaited.push(isDone);
      }),
    bye: bye.promise,
    sdp,
    async invite({ sdp: body = sdp(), headers = [] } = {}) {
      return learnPort(await request('INVITE', headers, body));
    },
    cancel: () => ask(head('CANCEL', inviteCseq, inviteBranch), `${inviteCseq} CANCEL`, ''),
    request: async (method, headers, body) => learnPort(await request(method, headers, body)),
    repeat: () => sip.send(last, server.port, host),
    sendEvent(digit) {
      timestamp += 1600;
      sendRtp(eventType, timestamp, eventBlock(digit, false, 160), true);
      sendRtp(eventType, timestamp, eventBlock(digit, false, 320));
      for (let i = 0; i < 3; i += 1) sendRtp(eventType, timestamp, eventBlock(digit, true, 800));
    },
    holdEvent(digit) {
      timestamp += 1600;
      const start = timestamp;
      sendRtp(eventType, start, eventBlock(digit, false, 160), true);
      return {
        end(durationMs) {
          timestamp += durationMs * 8;
          for (let i = 0; i < 3; i += 1) sendRtp(eventType, start, eventBlock(digit, true, durationMs * 8));
        },
      };
    },
    sendAudio() {
      timestamp += 160;
      sendRtp(0, timestamp, new Uint8Array(160).fill(0xff));
    },
    sendPacket(payloadType, payload, { at = timestamp, marker = false, samples = 0, lost = false } = {}) {
      if (lost) sequence += 1;
      else sendRtp(payloadType, at, payload, marker);
      timestamp += samples;
    },
    get timestamp() {
      return timestamp;
    },
    nextPacket: (fits) => new Promise((resolve) => wanted.push({ fits, take: resolve })),
  };
  return phone;
}

export function eventBlock(digit: string, end: boolean, duration: number): Uint8Array {
  return Uint8Array.of(keys.indexOf(digit), (end ? 0x80 : 0) | 10, duration >> 8, duration & 0xff);
}

function newBranch(): string {
  return `z9hG4bK${Math.random().toString(36).slice(2)}`;
}

function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, host, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
