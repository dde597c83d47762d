// Measures what calls cost the server's main thread: a whole INVITE-180-200-ACK-BYE exchange, an INVITE that the policy refuses
// with its ACK, and a retransmission of one, all over loopback UDP against createSipEndpoint in a process of its own. Last,
// how long a call that stands waits for an answer while such refusals keep the server busy (64 always under way).
//   node bench/sip-calls.ts [calls] [root of another tree to compare with]
import { type ChildProcess, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';

const sdp = [
  'v=0',
  'o=- 3857 3857 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 0 8 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=sendrecv',
  '',
].join('\r\n');
const host = '127.0.0.1';

async function serve(root: string): Promise<void> {
  const from = (path: string) => import(new URL(path, root).href);
  const { createSipEndpoint } = await from('src/sip/create-endpoint.ts');
  const { systemClock } = await from('src/base/clock.ts');
  const { silentLog } = await from('src/base/log.ts');
  let refusing = false;
  const endpoint = createSipEndpoint(
    {
      listen: [{ transport: 'udp', host, port: 0 }],
      advertisedHost: null,
      clock: systemClock,
      log: silentLog,
      userAgent: 'Keytone',
      realm: 'keytone',
      credentials: () => null,
      policy: () => (refusing ? { kind: 'refuse', status: 503, retryAfterSeconds: 5 } : { kind: 'accept' }),
      onInvite(leg: import('../src/sip/endpoint.ts').IncomingLeg) {
        leg.handlers = { onEnded() {} };
        leg.progress(180);
        leg.answer(sdp);
      },
    },
    { limits: { newPerSecond: 1_000_000, earlyLegs: 100_000, legs: 100_000 } },
  );
  await endpoint.start();
  process.on('message', (question: 'usage' | 'refuse') => {
    if (question === 'refuse') refusing = true;
    const { user, system } = process.threadCpuUsage();
    process.send!({ port: endpoint.local[0].port, userUs: user, systemUs: system });
  });
  process.send!('ready');
}

interface Usage {
  readonly port: number;
  readonly userUs: number;
  readonly systemUs: number;
}

async function ask(child: ChildProcess, question: 'usage' | 'refuse'): Promise<Usage> {
  child.send(question);
  return (await once(child, 'message'))[0];
}

function message(first: string, call: string, cseq: string, toTag: string, body: string): string {
  return [
    first,
    `Via: SIP/2.0/UDP ${host}:5060;branch=z9hG4bK-524287-${call}-${cseq.replace(' ', '-')};rport`,
    'Max-Forwards: 69',
    `From: "Alice Example" <sip:+12015550199@carrier.example>;tag=9fx${call}`,
    `To: <sip:+12015550100@${host}>${toTag}`,
    `Call-ID: 3848276298220188511-${call}@${host}`,
    `CSeq: ${cseq}`,
    `Contact: <sip:+12015550199@${host}:5060;transport=udp>`,
    'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, UPDATE, PRACK',
    'Supported: timer, 100rel, replaces',
    'User-Agent: Example Trunk/4.2',
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

/** A phone that keeps `window` calls under way until `total` are done. */
async function createPhone(port: number) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  socket.bind(0, host);
  await once(socket, 'listening');
  let next = 0;
  let left = 0;
  let done = () => {};
  let mode: 'call' | 'refused' | 'again' = 'call';
  const send = (text: string) => socket.send(text, port, host);
  const invite = (call: string) => send(message(`INVITE sip:+12015550100@${host} SIP/2.0`, call, '1 INVITE', '', sdp));
  const begin = () => {
    if (mode !== 'again') next += 1;
    invite(String(next));
  };
  const over = () => {
    left -= 1;
    if (left === 0) done();
    else if (left > 0) begin();
  };
  socket.on('message', (bytes) => {
    const text = bytes.toString('latin1');
    const status = Number(text.slice(8, 11));
    if (status < 200) return;
    const call = /Call-ID: \d+-(\d+)@/.exec(text)![1]!;
    const tag = /^To: .*(;tag=.*)$/m.exec(text)![1]!;
    if (text.includes('CSeq: 2 BYE')) return over();
    if (status === 200) {
      send(message(`ACK sip:${host}:${port} SIP/2.0`, call, '1 ACK', tag, ''));
      send(message(`BYE sip:${host}:${port} SIP/2.0`, call, '2 BYE', tag, ''));
      return;
    }
    if (mode === 'refused')
      send(message(`ACK sip:+12015550100@${host} SIP/2.0`, call, '1 ACK', tag, '').replace('-1-ACK', '-1-INVITE'));
    over();
  });
  return {
    run: (what: typeof mode, total: number, window = 32) =>
      new Promise<void>((resolve) => {
        mode = what;
        left = total;
        done = resolve;
        for (let started = 0; started < window; started += 1) begin();
      }),
    close: () => socket.close(),
  };
}

/** One call that stands, and asks something inside its dialog again and again: how long do answers take? */
async function createStandingCall(port: number) {
  const socket = createSocket({ type: 'udp4' });
  socket.bind(0, host);
  await once(socket, 'listening');
  const send = (text: string) => socket.send(text, port, host);
  send(message(`INVITE sip:+12015550100@${host} SIP/2.0`, '0', '1 INVITE', '', sdp));
  let answer = '';
  while (!answer.startsWith('SIP/2.0 200')) answer = (await once(socket, 'message'))[0].toString('latin1');
  const tag = /^To: .*(;tag=.*)$/m.exec(answer)![1]!;
  send(message(`ACK sip:${host}:${port} SIP/2.0`, '0', '1 ACK', tag, ''));
  let cseq = 1;
  return {
    async roundTrips(isOver: () => boolean): Promise<number[]> {
      const tookMs: number[] = [];
      while (!isOver()) {
        cseq += 1;
        const start = performance.now();
        send(message(`OPTIONS sip:${host}:${port} SIP/2.0`, '0', `${cseq} OPTIONS`, tag, ''));
        await once(socket, 'message');
        tookMs.push(performance.now() - start);
      }
      return tookMs.sort((a, b) => a - b);
    },
    close: () => socket.close(),
  };
}

async function measure(root: string, calls: number): Promise<Record<string, number>> {
  const child = fork(fileURLToPath(import.meta.url), ['serve', root]);
  await once(child, 'message');
  const { port } = await ask(child, 'usage');
  const phone = await createPhone(port);
  const results: Record<string, number> = {};
  const standing = await createStandingCall(port);
  const step = async (name: string, mode: 'call' | 'refused' | 'again', total: number) => {
    await phone.run(mode, total);
    const before = await ask(child, 'usage');
    await phone.run(mode, total);
    const after = await ask(child, 'usage');
    results[name] = (after.userUs + after.systemUs - before.userUs - before.systemUs) / total;
  };
  await step('call', 'call', calls);
  await ask(child, 'refuse');
  await step('refused INVITE with ACK', 'refused', calls);
  await step('refused INVITE again', 'again', calls);
  let flooding = true;
  const flood = phone.run('refused', 4 * calls, 64).then(() => {
    flooding = false;
  });
  const tookMs = await standing.roundTrips(() => !flooding);
  await flood;
  results['answer in a dialog, p99'] = tookMs[Math.floor(tookMs.length * 0.99)]! * 1000;
  phone.close();
  standing.close();
  child.disconnect();
  child.kill();
  return results;
}

if (process.argv[2] === 'serve') await serve(process.argv[3]!);
else {
  const calls = Number(process.argv[2] ?? 6000);
  const here = new URL('..', import.meta.url).href;
  const other = process.argv[3] === undefined ? null : pathToFileURL(`${process.argv[3]}/`).href;
  const best: Record<string, Record<string, number>> = {};
  // Taken in turns, so that a noisy minute hits both.
  for (let round = 0; round < 3; round += 1) {
    for (const root of other === null ? [here] : [other, here]) {
      best[root] ??= {};
      const kept = best[root];
      for (const [name, us] of Object.entries(await measure(root, calls)))
        kept[name] = Math.min(kept[name] ?? Number.POSITIVE_INFINITY, us);
    }
  }
  for (const [name, us] of Object.entries(best[here]!)) {
    const before = other === null ? undefined : best[other]![name]!;
    const ratio = before === undefined ? '' : `, ${Math.round(before)} µs there: ${(before / us).toFixed(2)} times`;
    console.log(`${name.padEnd(24)} ${Math.round(us)} µs (best of 3)${ratio}`);
  }
}
