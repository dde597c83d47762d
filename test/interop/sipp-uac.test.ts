// Owns: SIPp's built-in caller (`-sn uac`) against the server as it is installed: calls one after another over UDP and
// TCP, IPv4 and IPv6, at the one port that `sip.port: 0` gave. SIPp's exit code is the verdict: every message was the one that it expects.
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describePeer, temporaryFolder } from './peer.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { sipp } from './sipp.ts';
import { startApplication, type WebApplication } from './web-application.ts';

const calls = 20;
const hasIpv6 = Object.values(networkInterfaces()).some((entries) => entries?.some(({ address }) => address === '::1'));

describePeer('SIPp’s own caller, against the server', ['sipp'], () => {
  const folder = temporaryFolder('sipp-uac');
  let application: WebApplication;
  let server: ServerProcess;

  beforeAll(async () => {
    application = await startApplication();
    application.serve('/start', '<Response><Answer/><Pause length="20000"/></Response>');
    server = await startServer({
      folder,
      host: hasIpv6 ? '::' : '0.0.0.0',
      apps: [{ name: 'quiet', dialect: 'opentact', url: `${application.url}/start` }],
      numbers: [{ number: 'service', app: 'quiet' }],
    });
  });
  afterAll(async () => {
    await server?.stop();
    await application?.close();
  });

  for (const { host, target } of [
    { host: '127.0.0.1', target: '127.0.0.1' },
    { host: '::1', target: '[::1]' },
  ])
    if (host === '::1' && !hasIpv6) it.skip('not run over IPv6: this machine has no ::1', () => {});
    else
      for (const transport of ['u1', 't1', 'tn'])
        it(`calls ${calls} times from ${host} by ${transport}, hangs up, and the server knows that each is over`, async () => {
          const before = (await server.calls()).length;
          const caller = sipp(folder, [
            `${target}:${server.sipPort}`,
            ...['-sn', 'uac', '-i', host, '-t', transport, '-m', String(calls), '-r', '40', '-d', '100'],
            ...['-max_socket', '200', '-timeout', '20', '-timeout_error'],
          ]);
          expect([await caller.exited, caller.said()]).toEqual([0, expect.anything()]);
          const all = await server.calls();
          expect(all).toHaveLength(before + calls);
          const tapes = await Promise.all(all.slice(0, calls).map(({ id }) => server.ended(id)));
          for (const tape of tapes)
            expect(tape.all('leg.ended')).toEqual([
              { type: 'leg.ended', leg: 'caller', by: 'peer', q850Cause: 16, reason: expect.any(String) },
            ]);
        });
});
