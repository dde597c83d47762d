// Owns: SIPp as a caller with a script of ours: it keys when it is told to, hangs up or expects to be hung up on. SIPp's
// exit code is the verdict on the signalling: 0 means that every message was the one the script wants.
// Does not: load tests; its own built-in scenarios need no file (sipp-uac.test.ts).
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CaptureOptions, createKeyStream } from './key-capture.ts';
import { freePort, type Running, run } from './peer.ts';

export type SippStep =
  /** Waits for `cue()`. */
  | { readonly kind: 'cue' }
  | ({ readonly kind: 'keys'; readonly keys: string } & CaptureOptions)
  | { readonly kind: 'hang-up' }
  /** The other side hangs up. */
  | { readonly kind: 'hung-up-on'; readonly withinMs?: number };

export interface SippCallOptions {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly number: string;
  readonly steps: readonly SippStep[];
  /** `udp` */
  readonly transport?: 'udp' | 'tcp';
}

export interface SippCall {
  readonly callId: string;
  /** Lets the script go on behind its next `cue`. */
  cue(): Promise<void>;
  /** SIPp's exit code. Throws with what SIPp wrote down when it is not 0. */
  passed(): Promise<void>;
  stop(): Promise<unknown>;
}

/** SIPp binds sound and video, each with its RTCP. */
export const sippMediaPorts = 4;

let count = 0;

export async function callWithSipp(options: SippCallOptions): Promise<SippCall> {
  const { folder, host, port, number, steps, transport = 'udp' } = options;
  count += 1;
  const name = `call-${process.pid}-${count}`;
  const callId = `${name}@interop`;
  const stream = createKeyStream();
  const parts = steps.map((step, index) => {
    if (step.kind !== 'keys') return formatStep(step);
    const file = `${name}-${index}.pcap`;
    writeFileSync(join(folder, file), stream.capture(step.keys, step));
    return `<nop><action><exec play_pcap_audio="${file}"/></action></nop>`;
  });
  const scenario = `${name}.xml`;
  writeFileSync(
    join(folder, scenario),
    `<?xml version="1.0"?>\n<scenario name="${name}">\n${opening()}\n${parts.join('\n')}\n</scenario>\n`,
  );
  const [sipPort, mediaPort] = [await freePort(host), await freePort(host, sippMediaPorts)];
  const running = sipp(folder, [
    `${host}:${port}`,
    ...['-s', number, '-sf', scenario, '-cid_str', callId, '-m', '1', '-i', host, '-p', String(sipPort)],
    ...['-mp', String(mediaPort), '-timeout', '25', '-timeout_error'],
    ...['-t', transport === 'udp' ? 'u1' : 't1', '-trace_err', '-error_file', `${name}.errors`],
  ]);
  let cues = 0;

  return {
    callId,
    async cue() {
      cues += 1;
      const message = [
        `OPTIONS sip:caller@${host} SIP/2.0`,
        `Via: SIP/2.0/UDP ${host}:9;branch=z9hG4bK-cue-${cues}`,
        `From: <sip:cue@${host}>;tag=cue`,
        `To: <sip:caller@${host}>`,
        `Call-ID: ${callId}`,
        `CSeq: ${cues} OPTIONS`,
        'Content-Length: 0',
      ];
      const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
      socket.send(`${message.join('\r\n')}\r\n\r\n`, sipPort, host, () => socket.close());
      await once(socket, 'close');
    },
    async passed() {
      const code = await running.exited;
      if (code !== 0) throw new Error(`SIPp ended with ${code}\n${errorsIn(folder, name)}\n${running.said()}`);
    },
    stop: () => running.stop(),
  };
}

/** SIPp draws a screen; only what is told apart from it is kept. */
export function sipp(folder: string, args: readonly string[]): Running {
  return run('sipp', [...args, '-nostdin'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
}

function errorsIn(folder: string, name: string): string {
  return readdirSync(folder)
    .filter((file) => file === `${name}.errors`)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

const from = '"Caller" <sip:15550100@[local_ip]:[local_port]>;tag=[pid]-[call_number]';
const to = '<sip:[service]@[remote_ip]:[remote_port]>';
const contact = '<sip:15550100@[local_ip]:[local_port];transport=[transport]>';

function send(first: string, to: string, cseq: string, rest: readonly string[] = ['Content-Length: 0']): string {
  const lines = [
    first,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    `From: ${from}`,
    `To: ${to}`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq}`,
    `Contact: ${contact}`,
    'Max-Forwards: 70',
    ...rest,
  ];
  return `<![CDATA[\n\n${lines.join('\n')}\n\n]]>`;
}

function opening(): string {
  const sdp = [
    'Content-Type: application/sdp',
    'Content-Length: [len]',
    '',
    'v=0',
    'o=caller 1 1 IN IP[local_ip_type] [local_ip]',
    's=-',
    'c=IN IP[media_ip_type] [media_ip]',
    't=0 0',
    'm=audio [media_port] RTP/AVP 0 101',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15',
  ];
  const invite = send('INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0', to, '1 INVITE', sdp);
  const ack = send('ACK [next_url] SIP/2.0', `${to}[peer_tag_param]`, '1 ACK');
  return [
    `<send retrans="500">${invite}</send>`,
    '<recv response="100" optional="true"/>',
    '<recv response="180" optional="true"/>',
    '<recv response="183" optional="true"/>',
    '<recv response="200" rrs="true" timeout="10000"/>',
    `<send>${ack}</send>`,
  ].join('\n');
}

function formatStep(step: Exclude<SippStep, { readonly kind: 'keys' }>): string {
  switch (step.kind) {
    case 'cue':
      return '<recv request="OPTIONS" timeout="15000"/>';
    case 'hang-up': {
      const bye = send('BYE [next_url] SIP/2.0', `${to}[peer_tag_param]`, '2 BYE');
      return `<send retrans="500">${bye}</send>\n<recv response="200" timeout="5000"/>`;
    }
    case 'hung-up-on': {
      const ok = ['SIP/2.0 200 OK', '[last_Via:]', '[last_From:]', '[last_To:]', '[last_Call-ID:]', '[last_CSeq:]'];
      return `<recv request="BYE" timeout="${step.withinMs ?? 15_000}"/>\n<send><![CDATA[\n\n${ok.join('\n')}\nContent-Length: 0\n\n]]></send>\n<timewait milliseconds="50"/>`;
    }
  }
}
