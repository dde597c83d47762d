// Owns: one caller by hand: a call over SIP and RTP, keys as telephone-events or by INFO, and a note of everything that was
// pressed and heard, with its wall-clock moment. Does not: judge (judge.ts).
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { placeOf } from './marked-sound.ts';
import { header, type SipLine, type SipText } from './sip-line.ts';

export interface Press {
  readonly digit: string;
  readonly way: 'rfc4733' | 'info';
  readonly at: number;
  /** The server's answer to an INFO; null for none, and for events, which nobody answers. */
  status: number | null;
  /** When that came. */
  answeredAt: number | null;
}

export interface Caller {
  readonly callId: string;
  readonly user: string;
  readonly presses: readonly Press[];
  /** Runs of one place of the prompt, as they were heard. */
  readonly places: readonly { readonly place: number; readonly at: number }[];
  /** Arrivals with more than this between them. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly placedAt: number;
  /** When its INVITE was sent, each time. */
  readonly invitedAt: readonly number[];
  /** null before. */
  readonly overAt: number | null;
  /** When the call was answered; 0 before. */
  readonly answeredAt: number;
  /** Of the newest packet. */
  readonly lastPacketAt: number;
  readonly state: 'calling' | 'live' | 'ended' | 'failed';
  readonly endedBy: 'server' | 'caller' | null;
  /** Set when it failed. */
  readonly why: string;
  /** SSRCs of what was heard, and when each was heard first. */
  readonly sources: ReadonlyMap<number, number>;
  call(): Promise<boolean>;
  press(digit: string): Promise<void>;
  info(digit: string): Promise<void>;
  hangUp(): Promise<void>;
  close(): void;
}

export interface CallerOptions {
  readonly host: string;
  readonly serverPort: number;
  readonly line: SipLine;
  readonly user: string;
  readonly number: string;
}

/** A packet comes every 20 ms. */
const noticedGapMs = 100;
const keyMs = 100;
const packetMs = 20;
const eventType = 101;

let callers = 0;

export async function openCaller({ host, serverPort, line, user, number }: CallerOptions): Promise<Caller> {
  callers += 1;
  const callId = `chaos-${process.pid}-${callers}`;
  const fromTag = `f${callers}`;
  const rtp = createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024 });
  rtp.bind(0, host);
  await once(rtp, 'listening');
  rtp.on('error', () => {});
  const rtpPort = rtp.address().port;
  const invitedAt: number[] = [];
  const presses: Press[] = [];
  const places: { place: number; at: number }[] = [];
  const gaps: { from: number; to: number }[] = [];
  const sources = new Map<number, number>();
  let state: Caller['state'] = 'calling';
  let endedBy: Caller['endedBy'] = null;
  let why = '';
  let cseq = 1;
  let to = `<sip:${number}@${host}:${serverPort}>`;
  let target = `sip:${number}@${host}:${serverPort}`;
  let mediaPort = 0;
  let lastPacketAt = 0;
  let answeredAt = 0;
  let overAt: number | null = null;
  const placedAt = Date.now();
  let ack = '';
  let sequence = callers & 0xffff;
  let timestamp = callers * 1000;
  const ssrc = 0x1000_0000 + callers;

  rtp.on('message', (data, from) => {
    // Other programs on this machine may send to a port that was theirs.
    if (from.port !== mediaPort && mediaPort !== 0) return;
    const now = Date.now();
    if (lastPacketAt !== 0 && now - lastPacketAt > noticedGapMs) gaps.push({ from: lastPacketAt, to: now });
    lastPacketAt = now;
    const source = data.readUInt32BE(8);
    if (!sources.has(source)) sources.set(source, now);
    const place = placeOf(data.subarray(12));
    const last = places.at(-1);
    if (place !== null && (last?.place !== place || now - last.at > 1000)) places.push({ place, at: now });
  });

  function request(method: string, number_: number, more: readonly string[] = [], body = ''): string {
    return [
      `${method} ${method === 'INVITE' ? `sip:${number}@${host}:${serverPort}` : target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${line.port};branch=z9hG4bK-${callId}-${method === 'ACK' ? 'ack' : method}-${number_};rport`,
      'Max-Forwards: 70',
      `From: <sip:${user}@${host}:${line.port}>;tag=${fromTag}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${number_} ${method}`,
      `Contact: <sip:${user}@${host}:${line.port}>`,
      ...more,
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  }

  function respond(message: SipText, status: string): void {
    const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${header(message.text, name)}`);
    line.send([`SIP/2.0 ${status}`, ...copied, 'Content-Length: 0', '', ''].join('\r\n'));
  }

  function end(by: 'server' | 'caller'): void {
    if (state !== 'live') return;
    state = 'ended';
    endedBy = by;
    overAt = Date.now();
  }

  line.onMessage(callId, (message) => {
    if (message.status >= 200) {
      // The 200 to our INVITE once more: its ACK was lost.
      if (message.method === 'INVITE' && ack !== '') line.send(ack);
      return;
    }
    if (message.method === 'ACK') return;
    respond(message, '200 OK');
    if (message.method === 'BYE') end('server');
  });

  const sdp = [
    'v=0',
    `o=- ${callers} 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${rtpPort} RTP/AVP 0 ${eventType}`,
    'a=rtpmap:0 PCMU/8000',
    `a=rtpmap:${eventType} telephone-event/8000`,
    `a=fmtp:${eventType} 0-15`,
    'a=sendrecv',
    '',
  ].join('\r\n');

  function sendEvent(digit: string, durationMs: number, isEnd: boolean, first: boolean): void {
    const packet = Buffer.alloc(16);
    packet[0] = 0x80;
    packet[1] = eventType | (first ? 0x80 : 0);
    sequence = (sequence + 1) & 0xffff;
    packet.writeUInt16BE(sequence, 2);
    packet.writeUInt32BE(timestamp, 4);
    packet.writeUInt32BE(ssrc, 8);
    packet[12] = '0123456789*#ABCD'.indexOf(digit);
    packet[13] = (isEnd ? 0x80 : 0) | 10;
    packet.writeUInt16BE(durationMs * 8, 14);
    rtp.send(packet, mediaPort, host);
  }

  return {
    callId,
    user,
    invitedAt,
    presses,
    places,
    gaps,
    sources,
    placedAt,
    get overAt() {
      return overAt;
    },
    get answeredAt() {
      return answeredAt;
    },
    get lastPacketAt() {
      return lastPacketAt;
    },
    get state() {
      return state;
    },
    get endedBy() {
      return endedBy;
    },
    get why() {
      return why;
    },
    async call() {
      const answer = await line.ask(
        callId,
        cseq,
        'INVITE',
        request('INVITE', cseq, ['Content-Type: application/sdp'], sdp),
        invitedAt,
      );
      if (answer === null || answer.status >= 300) {
        state = 'failed';
        why = answer === null ? 'no answer' : `refused with ${answer.status}`;
        return false;
      }
      to = header(answer.text, 'To');
      target = /<([^>]+)>/.exec(header(answer.text, 'Contact'))?.[1] ?? target;
      mediaPort = Number(/^m=audio (\d+)/m.exec(answer.text)?.[1] ?? 0);
      ack = request('ACK', cseq);
      line.send(ack);
      state = 'live';
      answeredAt = Date.now();
      return true;
    },
    async press(digit) {
      timestamp += 8000;
      presses.push({ digit, way: 'rfc4733', at: Date.now(), status: null, answeredAt: null });
      for (let ms = packetMs; ms <= keyMs; ms += packetMs) {
        sendEvent(digit, ms, false, ms === packetMs);
        await new Promise((resolve) => setTimeout(resolve, packetMs));
      }
      for (let times = 0; times < 3; times += 1) sendEvent(digit, keyMs, true, false);
    },
    async info(digit) {
      cseq += 1;
      const made: Press = { digit, way: 'info', at: Date.now(), status: null, answeredAt: null };
      presses.push(made);
      const body = `Signal=${digit}\r\nDuration=${keyMs}\r\n`;
      const message = request('INFO', cseq, ['Content-Type: application/dtmf-relay'], body);
      made.status = (await line.ask(callId, cseq, 'INFO', message))?.status ?? null;
      made.answeredAt = Date.now();
    },
    async hangUp() {
      if (state !== 'live') return;
      end('caller');
      cseq += 1;
      await line.ask(callId, cseq, 'BYE', request('BYE', cseq));
    },
    close() {
      line.forget(callId);
      rtp.close();
    },
  };
}
