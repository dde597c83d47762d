// Owns: the torture messages of RFC 4475 and RFC 5118 against a real endpoint over real UDP and TCP sockets: the final
// answer of each is compared with the list's. Deviations stand in one table with a reason; a stale entry fails.
// The endpoint runs on a virtual clock, so that every timer it set can be run out at the end and leaks show.
import { randomInt } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { createSipEndpoint } from '../../src/sip/create-endpoint.ts';
import type { SipEndpoint } from '../../src/sip/endpoint.ts';
import { parseVia } from '../../src/sip/via.ts';
import { createVirtualClock } from '../../src/testkit/virtual-clock.ts';

const root = new URL('../../../shared/torture/', import.meta.url);

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly transport: string;
  readonly codes: readonly (number | 'ok' | 'none')[];
}

/** The archive of RFC 5118 is not wire-exact; beside it lie the same messages with CRLF and right lengths. */
const bytesOf = (entry: Entry): Buffer =>
  readFileSync(new URL(entry.file.replace(/^rfc5118\/(.*)$/, 'rfc5118-wire/$1.sip'), root));

/** Answers that differ from the list's, and why. */
const deviations: Record<string, { readonly answer: number | 'none'; readonly reason: string }> = {
  wsinv: {
    answer: 481,
    reason:
      'Its To carries a tag of a dialog that is not ours. RFC 3261 12.2.2 leaves the choice; taking it as a new call ' +
      'would start a menu in the middle of somebody else’s conversation.',
  },
};

// A source address of this run's own: answers without rport go to the port of the Via, which is mostly 5060.
const clientHost = `127.0.${randomInt(1, 255)}.${randomInt(1, 255)}`;
const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

if (!existsSync(root)) {
  describe('torture messages on the wire', () => {
    it.skip('not run: ../shared/torture is not here', () => {});
  });
} else {
  const entries: readonly Entry[] = JSON.parse(readFileSync(new URL('index.json', root), 'utf8'));

  describe('torture messages on the wire', () => {
    const clock = createVirtualClock();
    let endpoint: SipEndpoint;
    let calls = 0;
    let probes = 0;

    beforeAll(async () => {
      endpoint = createSipEndpoint(
        {
          listen: [
            { transport: 'udp', host: '127.0.0.1', port: 0 },
            { transport: 'tcp', host: '127.0.0.1', port: 0 },
          ],
          advertisedHost: null,
          clock,
          log: silentLog,
          userAgent: 'Keytone',
          realm: 'keytone',
          credentials: () => null,
          policy: () => ({ kind: 'accept' }),
          onInvite(leg) {
            calls += 1;
            leg.answer(sdp);
          },
        },
        // Names and foreign addresses in the messages must not be looked up or sent to.
        { resolver: { resolve: (_uri, _fallback, found) => found([]) } },
      );
      await endpoint.start();
    });
    afterAll(() => endpoint.close());

    const port = (transport: string) => endpoint.local.find((peer) => peer.transport === transport)!.port;
    const isOk = (status: number, text: string): boolean =>
      (status >= 200 && status < 300) ||
      // A registrar that wants a password asks for it first.
      (status === 401 && text.startsWith('REGISTER '));

    for (const entry of entries) {
      const { name, transport, codes } = entry;
      it(`${name}: ${codes.join(' or ')}`, async () => {
        const bytes = bytesOf(entry);
        const text = bytes.toString('latin1');
        probes += 1;
        const send = transport === 'udp' ? overUdp : overTcp;
        const answer = await send(bytes, text, `probe-${probes}`);
        const expected = deviations[name];
        const right =
          answer === 'none'
            ? codes.includes('none')
            : codes.includes(answer) || (codes.includes('ok') && isOk(answer, text));
        if (expected === undefined) expect({ name, answer, right }).toEqual({ name, answer, right: true });
        else {
          expect(answer, expected.reason).toBe(expected.answer);
          expect(right, `the entry for ${name} is stale`).toBe(false);
        }
      });
    }

    it('names no message in its table of deviations that does not exist', () => {
      for (const name of Object.keys(deviations)) expect(entries.map((entry) => entry.name)).toContain(name);
    });

    it('starts no call from octets behind a message', () => {
      const invites = entries.filter((entry) => bytesOf(entry).toString('latin1').startsWith('INVITE '));
      expect(calls).toBeGreaterThan(0);
      expect(calls).toBeLessThanOrEqual(invites.length);
    });

    it('holds no transaction, leg or timer once all timers have run out', async () => {
      // Calls without an ACK are given up after 32 s with a BYE, which is given up after 32 s more.
      clock.advance(200_000);
      expect({ transactions: endpoint.counters.transactions, legs: endpoint.counters.legs }).toEqual({
        transactions: 0,
        legs: 0,
      });
      expect(await overUdp(Buffer.alloc(0), '', 'after-all')).toBe('none');
      expect(await overTcp(Buffer.alloc(0), '', 'after-all')).toBe('none');
    });

    function probe(transport: string, id: string, host: string, fromPort: number): string {
      return [
        `OPTIONS sip:probe@127.0.0.1 SIP/2.0`,
        `Via: SIP/2.0/${transport} ${host}:${fromPort};branch=z9hG4bK${id}${transport};rport`,
        `From: <sip:probe@${host}>;tag=1`,
        'To: <sip:probe@127.0.0.1>',
        `Call-ID: ${id}${transport}`,
        'CSeq: 1 OPTIONS',
        'Max-Forwards: 70',
        'Content-Length: 0',
        '\r\n',
      ].join('\r\n');
    }

    /** The first final answer before that to a probe sent behind the message. The probe itself must be answered 200. */
    function read(answers: string, id: string): { readonly final: number | null; readonly probed: boolean } {
      let final: number | null = null;
      for (const part of answers.split(/^(?=SIP\/2\.0 )/m)) {
        const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(part)?.[1] ?? 0);
        if (part.includes(`Call-ID: ${id}`)) {
          if (part.includes('\r\n\r\n')) return { final, probed: status === 200 };
        } else if (status >= 200) final ??= status;
      }
      return { final, probed: false };
    }

    async function overUdp(bytes: Buffer, text: string, id: string): Promise<number | 'none'> {
      const unfolded = text.replace(/\r\n[ \t]+/g, ' ');
      const viaPort = parseVia(/^(?:via|v)\s*:\s*([^,\r]*)/im.exec(unfolded)?.[1] ?? '')?.port ?? 5060;
      const socket: UdpSocket = createSocket('udp4');
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind(viaPort, clientHost, resolve);
      });
      let answers = '';
      const done = new Promise<number | 'none'>((resolve) => {
        socket.on('message', (data) => {
          answers += data.toString('latin1');
          const { final, probed } = read(answers, id);
          if (probed) resolve(final ?? 'none');
        });
      });
      if (bytes.length > 0) socket.send(bytes, port('udp'), '127.0.0.1');
      socket.send(probe('UDP', id, clientHost, viaPort), port('udp'), '127.0.0.1');
      try {
        return await done;
      } finally {
        await new Promise<void>((resolve) => socket.close(resolve));
      }
    }

    async function overTcp(bytes: Buffer, _text: string, id: string): Promise<number | 'none'> {
      const socket = connect({ port: port('tcp'), host: '127.0.0.1', localAddress: clientHost });
      await once(socket, 'connect');
      socket.write(Buffer.concat([bytes, Buffer.from(probe('TCP', id, clientHost, socket.localPort ?? 0))]));
      let answers = '';
      for await (const data of socket) {
        answers += (data as Buffer).toString('latin1');
        if (read(answers, id).probed) break;
      }
      socket.destroy();
      return read(answers, id).final ?? 'none';
    }
  });
}
