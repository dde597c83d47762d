// Owns: SIPp's built-in callee (`-sn uas`) against calls that the server places, over UDP and TCP. SIPp's exit code is the
// verdict: every message was the one that it expects.
import { afterEach, expect, it } from 'vitest';
import { flow, hangup, pause } from '../../src/flow/build.ts';
import { closeAll, startServer } from '../server/rig.ts';
import { describePeer, freePort, temporaryFolder } from './peer.ts';
import { sipp, sippMediaPorts } from './sipp.ts';

const calls = 20;
const host = '127.0.0.1';

describePeer('SIPp’s own callee, called by the server', ['sipp'], () => {
  const folder = temporaryFolder('sipp-uas');
  afterEach(closeAll);

  for (const [transport, parameter] of [
    ['u1', ''],
    ['t1', ';transport=tcp'],
  ])
    it(`answers ${calls} calls by ${transport}, is hung up on, and nothing is left`, async () => {
      const [port, mediaPort] = [await freePort(host), await freePort(host, sippMediaPorts)];
      const callee = sipp(folder, [
        ...['-sn', 'uas', '-i', host, '-p', String(port), '-mp', String(mediaPort), '-t', transport!],
        ...['-m', String(calls), '-timeout', '20', '-timeout_error'],
      ]);
      // It listens by the time that a server has started.
      const at = await startServer({ apps: { '1': flow([hangup()]) }, seams: { load: () => 0 } });
      const ended: Promise<unknown>[] = [];
      for (let i = 0; i < calls; i += 1) {
        const to = `sip:phone-${i}@${host}:${port}${parameter}`;
        ended.push(at.until(to, 'call.ended'));
        const plan = { flow: flow([pause(100), hangup()]), last: null, ringMs: 10_000 };
        at.server.calls.place({ app: 'app-1', from: '15550100', to: { kind: 'sip', address: to }, plan });
      }
      await Promise.all(ended);
      expect([await callee.exited, callee.said()]).toEqual([0, expect.anything()]);
      for (let i = 0; i < calls; i += 1) {
        const types = at.tape(`sip:phone-${i}@${host}:${port}${parameter}`).map(({ event }) => event.type);
        expect(types).toEqual(expect.arrayContaining(['leg.ringing', 'leg.answered']));
      }
      const health = (await (await at.fetch('/health')).json()) as object;
      expect(health).toMatchObject({ calls: 0, sessions: 0, legs: 0 });
      expect(at.faults).toEqual([]);
    });
});
