// Owns: Linphone's console phone as the phone of a user: registers with SHA-256, calls, hears, keys by RTP and by INFO,
// pauses, is dialled, over UDP and TCP.
import { expect, it } from 'vitest';
import { type LinphoneOptions, startLinphone } from './linphone.ts';
import { describePeer } from './peer.ts';
import { createRig } from './rig.ts';
import type { Tape } from './server-process.ts';
import { loudnessOf, readWav } from './sound-file.ts';

const users = ['401', '402', '403', '404', '405', '406', '407', '408'].map((login) => ({
  login,
  password: `secret-of-${login}`,
}));
const audible = 0.02;
const talkMs = 1_500;

describePeer('Linphone', ['linphonec'], () => {
  const rig = createRig('linphone', { users, sip: { digest: ['SHA-256', 'MD5'] } });

  async function phone(login: string, options: Partial<LinphoneOptions> = {}) {
    const registrar = { port: rig.server.sipPort, ...users.find((user) => user.login === login)! };
    return rig.keep(await startLinphone({ folder: rig.folder, name: login, registrar, ...options }));
  }

  const address = (number: string, transport = 'udp') =>
    `sip:${number}@${rig.server.host}:${rig.server.sipPort}${transport === 'tcp' ? ';transport=tcp' : ''}`;
  const asking = (times: number) => (tape: Tape) => tape.all('prompt.started').length >= times;

  for (const { login, transport, keys } of [
    { login: '401', transport: 'udp', keys: 'rfc4733' },
    { login: '402', transport: 'tcp', keys: 'rfc4733' },
    { login: '403', transport: 'udp', keys: 'info' },
  ] as const)
    it.concurrent(`calls over ${transport}, hears, keys by ${keys}, is heard and hung up on`, async () => {
      const line = rig.open(
        (base) =>
          `<Response><Record/><Gather numDigits="4" timeout="20000" finishOnKey="" callback="${base}/code"><Say loop="9">Please key four digits.</Say></Gather></Response>`,
        { code: '<Response><Say>Thank you, goodbye.</Say></Response>' },
      );
      const caller = await phone(login, { transport, keys });
      caller.type(`call ${address(line.number, transport)}`);
      await caller.says('Media streams established');
      const call = await rig.callTo(line);
      await rig.when(call, 'question', asking(1));
      for (const [index, key] of [...'0*#7'].entries()) {
        caller.type(key);
        await rig.when(call, `key ${key}`, (tape) => tape.digits.length > index);
      }
      await caller.says('ended');
      const tape = await rig.server.ended(call);
      expect(line.told()).toEqual(['GET /code?code=0%2A%237&attempts=1&success=true']);
      expect(tape.digits).toBe('0*#7');
      expect(new Set(tape.ways)).toEqual(new Set([keys]));
      expect(tape.all('call.incoming')[0]!.signalling).toMatchObject({
        login,
        source: expect.stringMatching(new RegExp(`^${transport} `)),
      });
      expect(caller.log()).toMatch(/Authorization: +Digest .*algorithm=SHA-256/);
      expect(caller.heard()).toBeGreaterThan(audible);
      expect(loudnessOf(readWav(await rig.recordingOf(call)), 700)).toBeGreaterThan(audible);
    });

  it.concurrent('pauses the call and resumes it; its keys count after that', async () => {
    const line = rig.open(
      (base) =>
        `<Response><Gather numDigits="1" timeout="20000" callback="${base}/code"><Say loop="20">Please key a digit.</Say></Gather></Response>`,
      { code: '<Response><Say>Thanks.</Say></Response>' },
    );
    const caller = await phone('404');
    caller.type(`call ${address(line.number)}`);
    await caller.says('Media streams established');
    const call = await rig.callTo(line);
    await rig.when(call, 'question', asking(1));
    caller.type('pause');
    await caller.says(/paused/i);
    caller.type('resume');
    await caller.says(/resumed|streams established/i);
    caller.type('8');
    await caller.says('ended');
    expect(line.told()).toEqual(['GET /code?code=8&attempts=1&success=true']);
    expect((await rig.server.ended(call)).faults).toEqual([]);
  });

  for (const { from, to, transport } of [
    { from: '405', to: '406', transport: 'udp' },
    { from: '408', to: '407', transport: 'tcp' },
  ] as const)
    it.concurrent(`registered over ${transport}, is dialled by Number; both hear each other; the dialled one hangs up`, async () => {
      const line = rig.open(() => `<Response><Dial><Number>${to}</Number></Dial><Say>Gone.</Say></Response>`);
      const dialled = await phone(to, { transport, toneHz: 1000, answers: true });
      const caller = await phone(from, { name: `${from}-for-${to}` });
      caller.type(`call ${address(line.number)}`);
      await dialled.says('Media streams established');
      const call = await rig.callTo(line);
      // Linphone writes down what it hears when the call is over: they have to talk for a while to have talked.
      await new Promise((resolve) => setTimeout(resolve, talkMs));
      dialled.type('terminate');
      await caller.says('ended');
      await dialled.says('ended');
      expect(dialled.heard(700)).toBeGreaterThan(audible);
      expect(caller.heard(1000)).toBeGreaterThan(audible);
      expect((await rig.server.ended(call)).all('leg.ended')).toMatchObject([
        { leg: 'callee-1', by: 'peer' },
        { leg: 'caller', by: 'us' },
      ]);
    });
});
