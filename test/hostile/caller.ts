// Owns: a caller written by hand for attacks: bytes on a UDP socket for SIP, bytes on another for RTP, and nothing between
// that would repair or refuse what a test wants to send. It notes every packet it hears. Does not: retransmit.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

export interface HeardPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payloadType: number;
  /** Whether the G.711 (µ-law) samples are louder than comfort noise. */
  readonly loud: boolean;
  readonly from: string;
}

export interface SipText {
  /** 0 for a request. */
  readonly status: number;
  readonly method: string;
  readonly callId: string;
  readonly text: string;
  readonly body: string;
}

export interface InviteOptions {
  readonly sdp?: string | null;
  /** Lines without line ends. */
  readonly headers?: readonly string[];
  readonly callId?: string;
}

let calls = 0;

function nextCallId(): string {
  calls += 1;
  return `raw${process.pid}x${calls}`;
}

export function bindUdp(host: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, host, () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

export const closeUdp = (socket: Socket): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));

/** Tells whoever waits whenever something happened. */
export class Waiters {
  readonly #checks = new Set<() => void>();

  changed(): void {
    for (const check of [...this.#checks]) check();
  }

  /** The first value that is not undefined; asked again whenever something happens. */
  until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        this.#checks.delete(check);
        resolve(found);
      };
      this.#checks.add(check);
      check();
    });
  }
}

/** One call of a caller. */
export class RawCall {
  readonly callId: string;
  readonly number: string;
  readonly tag: string;
  readonly caller: Caller;
  toTag = '';
  cseq = 1;

  constructor(caller: Caller, number: string, callId: string) {
    this.caller = caller;
    this.number = number;
    this.callId = callId;
    this.tag = `t${callId}`;
  }

  /** Everything of this call that came, in order. */
  get received(): readonly SipText[] {
    return this.caller.of(this.callId);
  }

  request(method: string, options: InviteOptions & { readonly cseq?: number; readonly branch?: string } = {}): string {
    const { caller, number, callId, tag, toTag } = this;
    const cseq = options.cseq ?? this.cseq;
    const sdp = options.sdp ?? '';
    return [
      `${method} sip:${number}@127.0.0.1 SIP/2.0`,
      `Via: SIP/2.0/UDP ${caller.host}:${caller.sipPort};branch=z9hG4bK${options.branch ?? `${callId}-${cseq}-${method}`};rport`,
      'Max-Forwards: 70',
      `From: <sip:raw@${caller.host}>;tag=${tag}`,
      `To: <sip:${number}@127.0.0.1>${toTag === '' ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:raw@${caller.host}:${caller.sipPort}>`,
      ...(options.headers ?? []),
      ...(sdp === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${Buffer.byteLength(sdp)}`,
      '',
      sdp,
    ].join('\r\n');
  }

  send(method: string, options: Parameters<RawCall['request']>[1] = {}): void {
    this.caller.sendSip(this.request(method, options));
  }

  /** The final answer to the request of that number. */
  async final(cseq = this.cseq, method = 'INVITE'): Promise<SipText> {
    const found = await this.caller.waiters.until(() =>
      this.received.find(({ status, text }) => status >= 200 && text.includes(`CSeq: ${cseq} ${method}`)),
    );
    if (method === 'INVITE') this.toTag = /^To:.*;tag=([^;\r\n]+)/im.exec(found.text)?.[1] ?? this.toTag;
    return found;
  }

  /** Sends it again every half second (RFC 3261 17.1.2.2) until its final answer comes: behind a flood, packets are lost. */
  async insist(method: string, options: InviteOptions = {}): Promise<SipText> {
    const send = (): void => this.send(method, options);
    send();
    const again = setInterval(send, 500);
    try {
      return await this.final(this.cseq, method);
    } finally {
      clearInterval(again);
    }
  }

  /** A request of the server's inside this call; it is answered 200 by itself. */
  requested(method: string): Promise<SipText> {
    return this.caller.waiters.until(() => this.received.find((one) => one.status === 0 && one.method === method));
  }

  ack(cseq = this.cseq, status = 200): void {
    // Of a refusal the ACK belongs to the transaction of the INVITE (RFC 3261 17.1.1.3).
    const branch = status < 300 ? {} : { branch: `${this.callId}-${cseq}-INVITE` };
    this.send('ACK', { cseq, ...branch });
  }

  /** INVITE, 200, ACK; fails with what was answered instead. */
  async answered(options: InviteOptions = {}): Promise<this> {
    const { status, text, body } = await this.insist('INVITE', { sdp: this.caller.sdp(), ...options });
    this.ack(1, status);
    if (status !== 200) throw new Error(`answered ${text}`);
    this.caller.rtpTo = Number(/^m=audio (\d+)/m.exec(body)?.[1]);
    return this;
  }

  async bye(): Promise<void> {
    this.cseq += 1;
    await this.insist('BYE');
  }
}

export class Caller {
  readonly host: string;
  readonly waiters = new Waiters();
  readonly received: SipText[] = [];
  readonly #byCall = new Map<string, SipText[]>();
  readonly heard: HeardPacket[] = [];
  /** RTP port of the server. */
  rtpTo = 0;
  readonly ssrc = 0x1234_0000 + Math.floor(Math.random() * 0xffff);
  readonly #sip: Socket;
  readonly rtp: Socket;
  readonly #serverSip: number;
  #sequence = 1000;
  #timestamp = 160_000;

  static async open(serverSip: number, host: string): Promise<Caller> {
    return new Caller(serverSip, host, await bindUdp(host), await bindUdp(host));
  }

  private constructor(serverSip: number, host: string, sip: Socket, rtp: Socket) {
    this.#serverSip = serverSip;
    this.host = host;
    this.#sip = sip;
    this.rtp = rtp;
    sip.on('message', (bytes, from) => this.#takeSip(bytes.toString('latin1'), from));
    rtp.on('message', (bytes, from) => this.#takeRtp(bytes, from));
  }

  of(callId: string): readonly SipText[] {
    return this.#byCall.get(callId) ?? [];
  }

  get sipPort(): number {
    return this.#sip.address().port;
  }
  get rtpPort(): number {
    return this.rtp.address().port;
  }

  call(number: string, callId = nextCallId()): RawCall {
    return new RawCall(this, number, callId);
  }

  sdp(address = this.host, port = this.rtpPort, version = 1): string {
    return `${[
      'v=0',
      `o=- 1 ${version} IN IP4 ${this.host}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${port} RTP/AVP 0 101`,
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
    ].join('\r\n')}\r\n`;
  }

  sendSip(text: string | Buffer): void {
    this.#sip.send(text, this.#serverSip, '127.0.0.1');
  }

  sendRtp(bytes: Buffer, to = this.rtpTo): void {
    this.rtp.send(bytes, to, '127.0.0.1');
  }

  /** Each key as three packets with the end bit, and what comes before. */
  press(keys: string, to = this.rtpTo): void {
    for (const packet of this.keyPackets(keys)) this.sendRtp(packet, to);
  }

  keyPackets(keys: string, ssrc = this.ssrc): Buffer[] {
    const packets: Buffer[] = [];
    for (const key of keys) {
      this.#timestamp += 1600;
      for (let i = 1; i <= 6; i += 1) {
        const payload = Buffer.alloc(4);
        payload[0] = '0123456789*#ABCD'.indexOf(key);
        payload[1] = (i > 3 ? 0x80 : 0) | 10;
        payload.writeUInt16BE(160 * Math.min(i, 4), 2);
        packets.push(rtpPacket(101, this.#sequence++, this.#timestamp, ssrc, payload, i === 1));
      }
    }
    return packets;
  }

  async loud(count = 1): Promise<void> {
    const before = this.heard.length;
    await this.waiters.until(() =>
      this.heard.slice(before).filter(({ loud }) => loud).length >= count ? true : undefined,
    );
  }

  async close(): Promise<void> {
    await Promise.all([closeUdp(this.#sip), closeUdp(this.rtp)]);
  }

  #takeSip(text: string, from: RemoteInfo): void {
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? 0);
    const method = /^([A-Z]+) /.exec(text)?.[1] ?? '';
    const callId = /^Call-ID: *(\S+)/im.exec(text)?.[1] ?? '';
    const [head = '', body = ''] = text.split('\r\n\r\n', 2);
    const told = { status, method, callId, text, body };
    this.received.push(told);
    const known = this.#byCall.get(callId);
    if (known === undefined) this.#byCall.set(callId, [told]);
    else known.push(told);
    if (status === 0 && method !== 'ACK') {
      const echoed = head.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
      this.#sip.send(
        `${['SIP/2.0 200 OK', ...echoed, 'Content-Length: 0', '', ''].join('\r\n')}`,
        from.port,
        from.address,
      );
    }
    this.waiters.changed();
  }

  #takeRtp(bytes: Buffer, from: RemoteInfo): void {
    if (bytes.length < 12 || (bytes[1]! >= 192 && bytes[1]! <= 223)) return;
    const payload = bytes.subarray(12);
    this.heard.push({
      sequence: bytes.readUInt16BE(2),
      timestamp: bytes.readUInt32BE(4),
      ssrc: bytes.readUInt32BE(8),
      payloadType: bytes[1]! & 0x7f,
      loud: payload.some((code) => (~code & 0x70) >= 0x40),
      from: `${from.address}:${from.port}`,
    });
    this.waiters.changed();
  }
}

export function rtpPacket(
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
  payload: Buffer,
  marker = false,
): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = (marker ? 0x80 : 0) | payloadType;
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE(timestamp >>> 0, 4);
  header.writeUInt32BE(ssrc >>> 0, 8);
  return Buffer.concat([header, payload]);
}
