// Owns: SIPp's own built-in scenarios against a real endpoint on loopback: `-sn uac` calls it, it calls `-sn uas`, over
// UDP and TCP. SIPp's exit code is the verdict: 0 means every call went as its scenario wants.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { createSipEndpoint } from '../../src/sip/create-endpoint.ts';
import type { LegHandlers, SipEndpoint } from '../../src/sip/endpoint.ts';
import type { Transport } from '../../src/sip/message.ts';
import { describePeer, freePort, temporaryFolder } from './peer.ts';

const host = '127.0.0.62';
const sdp = `v=0\r\no=- 1 1 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`;

describePeer('SIPp, against the endpoint', ['sipp'], () => {
  let endpoint: SipEndpoint;
  const directory = temporaryFolder('sipp');
  let child: ChildProcess | null = null;
  const ended: string[] = [];

  beforeAll(async () => {
    endpoint = createSipEndpoint({
      listen: [
        { transport: 'udp', host, port: 0 },
        { transport: 'tcp', host, port: 0 },
      ],
      advertisedHost: null,
      clock: systemClock,
      log: silentLog,
      userAgent: 'Keytone',
      realm: 'keytone',
      credentials: () => null,
      policy: () => ({ kind: 'accept' }),
      onInvite(leg) {
        leg.handlers = { onEnded: (end) => void ended.push(`${end.by} ${end.status}`) };
        leg.progress(180);
        leg.answer(sdp);
      },
    });
    await endpoint.start();
  });
  afterEach(() => child?.kill('SIGKILL'));
  afterAll(async () => {
    await endpoint.close();
  });

  function sipp(...args: string[]): ChildProcess {
    child = spawn('sipp', [...args, '-i', host, '-nostdin', '-m', '10', '-timeout', '20'], {
      cwd: directory,
      stdio: 'ignore',
    });
    return child;
  }

  for (const transport of ['udp', 'tcp'] as const) {
    it(`calls us ten times over ${transport}`, async () => {
      ended.length = 0;
      const { port } = endpoint.local.find((peer) => peer.transport === transport)!;
      const process = sipp(
        '-sn',
        'uac',
        `${host}:${port}`,
        '-r',
        '50',
        '-d',
        '50',
        '-t',
        transport === 'udp' ? 'u1' : 't1',
      );
      const [code] = await once(process, 'exit');
      expect(code).toBe(0);
      expect(ended).toEqual(Array(10).fill('peer 0'));
      expect(endpoint.counters.legs).toBe(0);
    });

    it(`is called by us ten times over ${transport}`, async () => {
      const port = await freePort(host);
      const process = sipp('-sn', 'uas', '-p', String(port), '-t', transport === 'udp' ? 'u1' : 't1');
      const exit = once(process, 'exit');
      await answering(transport, port);
      const calls = Array.from({ length: 10 }, () => place(transport, port));
      const results = await Promise.all(calls);
      expect(results).toEqual(Array(10).fill({ confirmed: true, by: 'us' }));
      const [code] = await exit;
      expect(code).toBe(0);
    });
  }

  interface Result {
    readonly confirmed: boolean;
    readonly by: string;
  }

  function place(transport: Transport, port: number): Promise<Result> {
    return new Promise((resolve) => {
      let confirmed = false;
      const handlers: LegHandlers = {
        onConfirmed(answer) {
          confirmed = answer?.includes('m=audio') ?? false;
          leg.hangup();
        },
        onEnded: ({ by }) => resolve({ confirmed, by }),
      };
      const uri = `sip:service@${host}:${port}${transport === 'tcp' ? ';transport=tcp' : ''}`;
      const leg = endpoint.invite({ uri, from: { uri: `sip:keytone@${host}` }, sdp }, handlers);
    });
  }

  /** Waits until SIPp listens. Over UDP there is nothing to wait for: the INVITE is sent again until it is heard. */
  async function answering(transport: Transport, port: number): Promise<void> {
    while (transport === 'tcp') {
      const socket = connect(port, host);
      const connected = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      socket.destroy();
      if (connected) return;
      if (child?.exitCode !== null) throw new Error('sipp is gone');
    }
  }
});
