// Owns: what Wireshark's dissectors (tshark) think of what the server sends in a call that SIPp makes: nothing malformed, no
// error, and one RTP stream without a gap at the pace of its clock.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cannotPlayCaptures, describePeer, run, until } from './peer.ts';
import { createRig } from './rig.ts';
import { callWithSipp } from './sipp.ts';

function cannotCapture(): string | null {
  const { status, stderr } = spawnSync('tshark', ['-i', 'lo', '-a', 'duration:0', '-w', '/dev/null'], {
    encoding: 'utf8',
  });
  return (
    cannotPlayCaptures() ?? (status === 0 ? null : `tshark may not capture here (${stderr.trim().split('\n').at(-1)})`)
  );
}

describePeer(
  'Wireshark',
  ['tshark', 'sipp'],
  () => {
    // An address of its own keeps the calls of others out of the capture.
    const rig = createRig('wireshark', { host: '127.0.0.77' });

    it('finds nothing wrong with the SIP, SDP and RTP of a call', async () => {
      const line = rig.open(
        (base) =>
          `<Response><Gather numDigits="2" timeout="9000" callback="${base}/code"><Say>Key two digits.</Say></Gather></Response>`,
        { code: '<Response><Say>Thank you. Have a very pleasant day.</Say></Response>' },
      );
      const { folder, server } = rig;
      const file = join(folder, 'call.pcap');
      const capture = rig.keep(
        run('tshark', ['-i', 'lo', '-f', 'udp and host 127.0.0.77', '-w', file, '-a', 'duration:30'], { cwd: folder }),
      );
      await until('capture', () => capture.said().includes('Capturing on'));
      const caller = rig.keep(
        await callWithSipp({
          ...{ folder, host: server.host, port: server.sipPort, number: line.number },
          steps: [{ kind: 'keys', keys: '12' }, { kind: 'hung-up-on' }],
        }),
      );
      await caller.passed();
      await until('the BYE in the capture', () => readFileSync(file).includes('BYE sip:'));
      await capture.stop('SIGINT');

      const ask = (...args: string[]): readonly string[] => {
        const { stdout, status, stderr } = spawnSync(
          'tshark',
          ['-r', file, '-d', `udp.port==${server.sipPort},sip`, '-o', 'rtp.heuristic_rtp:TRUE', ...args],
          { encoding: 'utf8' },
        );
        if (status !== 0) throw new Error(stderr);
        return stdout.split('\n').filter((row) => row !== '');
      };
      const ours = `udp.srcport==${server.sipPort}`;
      const field = (filter: string, name: string): readonly string[] => ask('-Y', filter, '-T', 'fields', '-e', name);
      // A 100 only when the answer takes more than 200 ms, a 180 when it takes more than 300.
      expect(field(`${ours} && sip.Status-Code >= 200`, 'sip.Status-Code')).toEqual(['200']);
      expect(field(`${ours} && sip.Method`, 'sip.Method')).toEqual(['BYE']);
      const [[ourPort], [theirPort]] = [
        field(`${ours} && sdp`, 'sdp.media.port'),
        field(`udp.dstport==${server.sipPort} && sdp`, 'sdp.media.port'),
      ];
      const ofCall = `(${ours} || udp.srcport==${ourPort} || udp.srcport==${Number(ourPort) + 1})`;
      expect(ask('-Y', `${ofCall} && (_ws.malformed || _ws.expert.severity >= 0x600000)`)).toEqual([]);
      // Theirs is there too: Wireshark did look.
      expect(field(`udp.srcport==${theirPort} && rtpevent.end_of_event == 1`, 'rtpevent.event_id')).toEqual(
        expect.arrayContaining(['1', '2']),
      );
      const stream = ask('-q', '-z', 'rtp,streams')
        .map((row) => row.trim().split(/\s+/))
        .find((columns) => columns[3] === ourPort && columns[5] === theirPort);
      const [, , , , , , ssrc, payload, packets, lost, , , meanDeltaMs] = stream!;
      expect(ssrc).toMatch(/^0x/);
      expect([payload, lost]).toEqual(['g711U', '0']);
      expect(Number(packets)).toBeGreaterThan(80);
      expect(Number(meanDeltaMs)).toBeCloseTo(20, 0);
      expect(stream!.at(-1)).not.toBe('X');
    });
  },
  cannotCapture,
);
