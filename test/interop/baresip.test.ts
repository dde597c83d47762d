// Owns: baresip as the phone of a user: registers, calls, hears, keys, holds, hangs up, is dialled, over UDP and TCP, in
// both laws of G.711. It says itself how many packets it got and writes down what it heard.
import { expect, it } from 'vitest';
import { type BaresipOptions, modulesMissing, startBaresip } from './baresip.ts';
import { describePeer, until } from './peer.ts';
import { createRig } from './rig.ts';
import type { Tape } from './server-process.ts';
import { loudnessOf, readWav } from './sound-file.ts';

const users = ['anna', 'bert', '301', '302', 'dora', '303'].map((login) => ({ login, password: `${login}-secret` }));
/** RMS of what is surely sound: speech and baresip's sine are far above, silence in G.711 far below. */
const audible = 0.02;

describePeer('baresip', ['baresip'], baresipSuite, modulesMissing);

function baresipSuite(): void {
  const rig = createRig('baresip', { users });
  let started = 0;

  const registrar = (login: string) => ({ port: rig.server.sipPort, ...users.find((user) => user.login === login)! });

  async function phone(options: Omit<BaresipOptions, 'folder' | 'name'> = {}) {
    started += 1;
    return rig.keep(await startBaresip({ folder: rig.folder, name: `phone-${started}`, ...options }));
  }

  const address = (number: string, transport = 'udp') =>
    `sip:${number}@${rig.server.host}:${rig.server.sipPort};transport=${transport}`;
  const asking = (times: number) => (tape: Tape) => tape.all('prompt.started').length >= times;

  for (const { login, transport, codec } of [
    { login: 'anna', transport: 'udp', codec: 'pcmu' },
    { login: 'bert', transport: 'tcp', codec: 'pcma' },
  ] as const)
    it.concurrent(`registers and calls over ${transport} with ${codec}, hears, keys, is heard and hung up on`, async () => {
      const line = rig.open(
        (base) =>
          `<Response><Record/><Gather numDigits="4" timeout="9000" finishOnKey="" callback="${base}/code"><Say>Please key four digits.</Say></Gather></Response>`,
        { code: '<Response><Say>Thank you, goodbye.</Say></Response>' },
      );
      const caller = await phone({ transport, codec, registrar: registrar(login) });
      await caller.command('dial', address(line.number, transport));
      await caller.event('CALL_ESTABLISHED');
      const call = await rig.callTo(line);
      await rig.when(call, 'question', asking(1));
      await caller.command('sndcode', '0*#1');
      await caller.event('CALL_CLOSED');
      const tape = await rig.server.ended(call);

      expect(line.told()).toEqual(['GET /code?code=0%2A%231&attempts=1&success=true']);
      expect(tape.digits).toBe('0*#1');
      expect(new Set(tape.ways)).toEqual(new Set(['rfc4733']));
      expect(tape.all('call.incoming')[0]!.signalling).toMatchObject({
        login,
        source: expect.stringMatching(new RegExp(`^${transport} `)),
      });
      expect(tape.all('leg.ended')).toMatchObject([{ by: 'us' }]);
      const [packets] = await until('statistics', () => caller.received().length > 0 && caller.received());
      expect(packets).toBeGreaterThan(50);
      expect(caller.heard()).toBeGreaterThan(audible);
      expect(loudnessOf(readWav(await rig.recordingOf(call)), 700)).toBeGreaterThan(audible);
    });

  it.concurrent('hangs up itself in the middle of a prompt', async () => {
    const line = rig.open(() => '<Response><Say loop="9">Please hold the line.</Say></Response>');
    const caller = await phone();
    await caller.command('dial', address(line.number));
    await caller.event('CALL_ESTABLISHED');
    const call = await rig.callTo(line);
    await rig.when(call, 'prompt', asking(1));
    await caller.command('hangup');
    const tape = await rig.server.ended(call);
    expect(tape.all('leg.ended')).toMatchObject([{ by: 'peer', q850Cause: 16 }]);
  });

  it.concurrent('is not let in with a wrong password', async () => {
    const { said } = await phone({ registrar: { ...registrar('303'), password: 'wrong' }, registers: false });
    await until('refusal', () => said().includes('401 Unauthorized'));
    const line = rig.open(
      () => '<Response><Dial><Number>303</Number><Error><Say>Nobody.</Say></Error></Dial></Response>',
    );
    const caller = await phone();
    await caller.command('dial', address(line.number));
    await caller.event('CALL_CLOSED');
    const tape = await rig.server.ended(await rig.callTo(line));
    expect(tape.all('leg.failed')).toMatchObject([{ sipStatus: 480 }]);
  });

  for (const { login, transport, target } of [
    { login: '301', transport: 'udp', target: '<Number>301</Number>' },
    { login: '302', transport: 'tcp', target: '<Number>302</Number>' },
    { login: 'dora', transport: 'udp', target: '<Sip>dora@keytone</Sip>' },
  ] as const)
    it.concurrent(`registered over ${transport}, is dialled by ${target}; both hear each other; the flow goes on after it`, async () => {
      const line = rig.open(() => `<Response><Dial>${target}</Dial><Say>They have gone.</Say></Response>`);
      const dialled = await phone({ transport, registrar: registrar(login), answers: true, toneHz: 1000 });
      const caller = await phone();
      await caller.command('dial', address(line.number));
      const call = await rig.callTo(line);
      await dialled.event('CALL_ESTABLISHED');
      await rig.when(call, 'answer', (tape) => tape.all('leg.answered').some(({ leg }) => leg === 'callee-1'));
      await until('the caller’s tone at the dialled phone', () => dialled.heard(700) > audible);
      await until('the dialled phone’s tone at the caller', () => caller.heard(1000) > audible);
      await dialled.command('hangup');
      await caller.event('CALL_CLOSED');
      const tape = await rig.server.ended(call);
      expect(tape.all('leg.ended')).toMatchObject([
        { leg: 'callee-1', by: 'peer' },
        { leg: 'caller', by: 'us' },
      ]);
      expect(tape.all('prompt.finished').at(-1)).toMatchObject({ why: 'end' });
    });

  it.concurrent('is dialled by Sip at its address, takes the call by hand; the caller hangs up', async () => {
    const dialled = await phone();
    const line = rig.open(() => `<Response><Dial><Sip>${dialled.address}</Sip></Dial></Response>`);
    const caller = await phone();
    await caller.command('dial', address(line.number));
    await dialled.event('CALL_INCOMING');
    const call = await rig.callTo(line);
    await rig.when(call, 'ringing', (tape) => tape.has('leg.ringing'));
    await dialled.command('accept');
    await dialled.event('CALL_ESTABLISHED');
    await until('the caller’s tone at the dialled phone', () => dialled.heard(700) > audible);
    await caller.command('hangup');
    await dialled.event('CALL_CLOSED');
    const tape = await rig.server.ended(call);
    expect(tape.all('leg.ended')).toMatchObject([
      { leg: 'caller', by: 'peer' },
      { leg: 'callee-1', by: 'us' },
    ]);
  });

  it.concurrent('holds the call, hears nothing, resumes, hears again, and its keys count', async () => {
    const line = rig.open(
      (base) =>
        `<Response><Gather numDigits="2" timeout="20000" callback="${base}/code"><Say loop="20">Please key two digits now, or later, as you like.</Say></Gather></Response>`,
      { code: '<Response><Say>Thanks.</Say></Response>' },
    );
    const caller = await phone();
    const rate = () => Number([...caller.said().matchAll(/audio=\d+\/(\d+) \(bit/g)].at(-1)?.[1] ?? 0);
    await caller.command('dial', address(line.number));
    await caller.event('CALL_ESTABLISHED');
    const call = await rig.callTo(line);
    await until('sound', () => rate() > 0);
    await caller.command('hold');
    await until('silence', () => rate() === 0);
    await caller.command('resume');
    await until('sound again', () => rate() > 0);
    await caller.command('sndcode', '42');
    await caller.event('CALL_CLOSED');
    const tape = await rig.server.ended(call);
    expect(line.told()).toEqual(['GET /code?code=42&attempts=1&success=true']);
    expect(tape.faults).toEqual([]);
  });
}
