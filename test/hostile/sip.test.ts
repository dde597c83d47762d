// Owns: hostile SIP against the whole server: the torture messages, floods, requests out of order, lies about length, and
// connections that waste time. Calls that are up must not notice, and nothing may stay behind.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createVirtualClock } from '../../src/testkit/virtual-clock.ts';
import type { Caller } from './caller.ts';
import { type Rig, startRig } from './rig.ts';

const torture = new URL('../../../shared/torture/', import.meta.url);

describe('hostile SIP', () => {
  let rig: Rig;
  let caller: Caller;
  beforeAll(async () => {
    rig = await startRig({ config: { limits: { maxCalls: 50 } } });
    caller = await rig.caller();
  });
  afterAll(() => rig.close());
  afterEach(async () => {
    await rig.undisturbed();
    expect(rig.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  /** An OPTIONS behind everything that was sent; its answer says that all of it was read. */
  async function probe(by: Caller = caller): Promise<void> {
    await by.call('probe').insist('OPTIONS');
  }

  function tcp(): Promise<Socket> {
    const socket = connect(rig.server.sip.find(({ transport }) => transport === 'tcp')!.port, '127.0.0.1');
    socket.on('error', () => {});
    return once(socket, 'connect').then(() => socket);
  }

  async function answerOver(socket: Socket, callId: string): Promise<string> {
    let text = '';
    for await (const data of socket) {
      text += (data as Buffer).toString('latin1');
      if (text.includes(callId) && /^SIP\/2\.0 [2-6]/m.test(text)) return text;
    }
    throw new Error(`closed after: ${text}`);
  }

  if (!existsSync(torture)) it.skip('torture messages: not run, ../shared/torture is not here', () => {});
  else
    it('the torture messages over UDP and TCP', async () => {
      const entries = JSON.parse(readFileSync(new URL('index.json', torture), 'utf8')) as { file: string }[];
      for (const { file } of entries) {
        const bytes = readFileSync(new URL(file.replace(/^rfc5118\/(.*)$/, 'rfc5118-wire/$1.sip'), torture));
        caller.sendSip(bytes);
        await probe();
        const socket = await tcp();
        socket.end(bytes);
        socket.resume();
        await once(socket, 'close');
      }
    });

  it('2,000 INVITEs from one source: what fits is taken, the rest is refused at once, all of it ends', async () => {
    const flooder = await rig.caller('127.0.0.71');
    const calls = Array.from({ length: 2000 }, () => flooder.call('witness'));
    // Beyond its rate the server keeps silent, and who wants an answer asks again after T1, as every phone does.
    const insist = (): void => {
      const open = calls.filter(({ received }) => received.length === 0);
      for (const call of open) call.send('INVITE', { sdp: flooder.sdp() });
      if (open.length > 0) systemClock.after(500, insist);
    };
    insist();
    const finals = await Promise.all(calls.map((call) => call.final()));
    const taken = calls.filter((_, i) => finals[i]!.status === 200);
    for (const [i, call] of calls.entries()) call.ack(1, finals[i]!.status);
    expect(new Set(finals.map(({ status }) => status))).toEqual(new Set([200, 503]));
    // Beside the witness there is room for 49; some of them were refused for coming too fast, before there was a call.
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.length).toBeLessThanOrEqual(49);
    await Promise.all(taken.map((call) => call.bye()));
    // What a busy machine loses of a flood is asked for again, by both sides and as slowly as the RFC says.
  }, 120_000);

  it('INVITEs to numbers that do not exist leave nothing', async () => {
    const calls = Array.from({ length: 200 }, (_, i) => caller.call(`no-such-${i}`));
    const finals = await Promise.all(calls.map((call) => call.insist('INVITE', { sdp: caller.sdp() })));
    for (const call of calls) call.ack(1, 404);
    for (const { status } of finals) expect([404, 503]).toContain(status);
    expect((await rig.health()).calls).toBe(1);
  });

  it('ACK, BYE, CANCEL, INFO, UPDATE, PRACK and re-INVITE of dialogs that do not exist', async () => {
    for (const method of ['BYE', 'CANCEL', 'INFO', 'UPDATE', 'PRACK', 'INVITE', 'REFER', 'NOTIFY']) {
      const call = caller.call('witness');
      call.toTag = 'nobody';
      call.send('ACK');
      call.send(method, { sdp: method === 'INVITE' ? caller.sdp() : null });
      const { status } = await call.final(1, method);
      expect({ method, status: [481, 405, 501].includes(status) ? 'refused' : status }).toEqual({
        method,
        status: 'refused',
      });
    }
  });

  it('a BYE, an INFO with a key and a re-INVITE that guess all but the tag of the witness', async () => {
    const { call: victim } = rig.witness;
    const sniper = await rig.caller('127.0.0.72');
    for (const [method, body] of [
      ['BYE', ''],
      ['INFO', 'Signal=9\r\nDuration=100\r\n'],
      ['INVITE', sniper.sdp()],
      ['CANCEL', ''],
    ] as const) {
      for (const toTag of ['', 'guessed']) {
        const forged = sniper.call('witness', victim.callId);
        forged.toTag = toTag;
        forged.cseq = 77;
        const headers = method === 'INFO' ? [`Content-Type: application/dtmf-relay`] : [];
        const text = forged.request(method, { headers, branch: `forged-${method}-${toTag}` });
        sniper.sendSip(text.replace(/Content-Length: 0\r\n\r\n$/, `Content-Length: ${body.length}\r\n\r\n${body}`));
        await probe(sniper);
      }
    }
    expect(rig.tape(victim).some(({ event }) => event.type === 'leg.ended')).toBe(false);
    // An INVITE without tag is another call, however alike; it is given up like any other.
    for (const { status, callId, text } of [...sniper.received])
      if (status === 200 && callId === victim.callId && / INVITE/.test(text)) {
        const forged = sniper.call('witness', victim.callId);
        forged.toTag = /^To:.*;tag=([^;\r\n]+)/im.exec(text)?.[1] ?? '';
        forged.cseq = 77;
        forged.ack(77);
        await forged.bye();
      }
  });

  it('CANCEL before, with and after the answer: each call ends once', async () => {
    for (let i = 0; i < 50; i += 1) {
      const call = caller.call('witness');
      const invite = call.request('INVITE', { sdp: caller.sdp() });
      const cancel = call.request('CANCEL', { branch: `${call.callId}-1-INVITE` });
      caller.sendSip(i % 3 === 0 ? cancel : invite);
      caller.sendSip(i % 3 === 0 ? invite : cancel);
      const { status } = await call.final();
      call.ack(1, status);
      expect([200, 487]).toContain(status);
      caller.sendSip(cancel);
      if (status === 200) await call.bye();
      await rig.line(call, 'call.ended');
      expect(rig.tape(call).filter(({ event }) => event.type === 'call.ended').length).toBe(1);
    }
  });

  it('the same BYE a hundred times, and one that crosses ours', async () => {
    const call = await caller.call('witness').answered();
    call.cseq += 1;
    for (let i = 0; i < 100; i += 1) call.send('BYE');
    rig.server.calls.get(rig.idOf(call))?.hangUp('crossing');
    expect([200, 481]).toContain((await call.final(2, 'BYE')).status);
    await rig.line(call, 'call.ended');
    await probe();
    expect(rig.tape(call).filter(({ event }) => event.type === 'call.ended').length).toBe(1);
  });

  it('INFO that is nonsense is refused with a reason and presses nothing', async () => {
    const call = await caller.call('witness').answered();
    for (const [type, body, status] of [
      ['application/dtmf-relay', 'Signal=\r\nDuration=-5', 400],
      ['application/dtmf-relay', `Signal=${'9'.repeat(10_000)}`, 400],
      ['application/dtmf', '\0\0\0', 400],
      ['application/x-evil', '1', 415],
      ['text/plain; charset="', '1', 415],
    ] as const) {
      call.cseq += 1;
      const text = call.request('INFO', { headers: [`Content-Type: ${type}`] });
      caller.sendSip(text.replace(/Content-Length: 0\r\n\r\n$/, `Content-Length: ${body.length}\r\n\r\n${body}`));
      expect({ type, body: body.slice(0, 20), status: (await call.final(call.cseq, 'INFO')).status }).toEqual({
        type,
        body: body.slice(0, 20),
        status,
      });
    }
    await call.bye();
    expect(rig.tape(call).some(({ event }) => event.type === 'digit')).toBe(false);
  });

  it('headers of 60 KB, a thousand headers, a thousand Vias and Routes', async () => {
    for (const headers of [
      [`X-Long: ${'x'.repeat(60_000)}`],
      Array.from({ length: 1000 }, (_, i) => `X-${i}: ${i}`),
      Array.from({ length: 500 }, (_, i) => `Record-Route: <sip:10.0.0.${i % 250};lr>`),
      Array.from({ length: 500 }, (_, i) => `Via: SIP/2.0/UDP 10.0.0.${i % 250};branch=z9hG4bK${i}`),
      [`Subject: ${'(('.repeat(5000)}`, `Supported: ${','.repeat(10_000)}`],
    ]) {
      const call = caller.call('witness');
      call.send('INVITE', { sdp: caller.sdp(), headers });
      const final = await call.final();
      call.ack(1, final.status);
      if (final.status === 200) await call.bye();
    }
  });

  it('TCP that sends a byte at a time is understood; one that lies about its length is cut off', async () => {
    const slow = await tcp();
    slow.setNoDelay(true);
    const call = caller.call('probe');
    const text = call.request('OPTIONS').replace('SIP/2.0/UDP', 'SIP/2.0/TCP');
    for (const byte of Buffer.from(text)) await new Promise<void>((sent) => slow.write(Buffer.of(byte), () => sent()));
    expect(await answerOver(slow, call.callId)).toContain('SIP/2.0 200');
    slow.destroy();
    for (const length of ['-1', '4294967296', '1e9', '99999999999999999999', '0x10', '']) {
      const liar = await tcp();
      liar.resume();
      liar.write(text.replace(/Content-Length: 0/, `Content-Length: ${length}`));
      liar.write('A'.repeat(100_000));
      await once(liar, 'close');
    }
    const endless = await tcp();
    endless.resume();
    endless.write(`INVITE sip:witness@127.0.0.1 SIP/2.0\r\nX: `);
    for (let i = 0; i < 200 && endless.writable; i += 1) endless.write('x'.repeat(1000));
    await once(endless, 'close');
  });

  it('200 TCP connections that say nothing, or half a request, keep nobody out', async () => {
    const idle = await Promise.all(Array.from({ length: 200 }, tcp));
    for (const [i, socket] of idle.entries())
      if (i % 2 === 0) socket.write('INVITE sip:witness@127.0.0.1 SIP/2.0\r\nVia: ');
    const good = await tcp();
    const call = caller.call('probe');
    good.write(call.request('OPTIONS').replace('SIP/2.0/UDP', 'SIP/2.0/TCP'));
    expect(await answerOver(good, call.callId)).toContain('SIP/2.0 200');
    good.destroy();
    for (const socket of idle) socket.destroy();
  });

  it('a call over TCP whose connection is cut at every part of the INVITE', async () => {
    const call = caller.call('witness');
    const text = call.request('INVITE', { sdp: caller.sdp() }).replace('SIP/2.0/UDP', 'SIP/2.0/TCP');
    for (let at = 0; at < text.length; at += 7) {
      const socket = await tcp();
      socket.resume();
      socket.end(text.slice(0, at));
      await once(socket, 'close');
    }
    expect(rig.tape(call)).toEqual([]);
  });
});

describe('an INVITE that is never acknowledged', () => {
  it('is answered again and again for 32 s, then ended, and leaves no transaction, leg, session or timer', async () => {
    const clock = createVirtualClock();
    const rig = await startRig({ seams: { clock } });
    const pendingBefore = clock.pending;
    const caller = await rig.caller();
    const calls = Array.from({ length: 20 }, () => caller.call('witness'));
    for (const call of calls) call.send('INVITE', { sdp: caller.sdp() });
    for (const call of calls) expect((await call.final()).status).toBe(200);
    expect(await rig.health()).toMatchObject({ calls: 21, legs: 21, sessions: 21 });
    clock.advance(32_000);
    for (const call of calls) {
      await call.requested('BYE');
      await rig.line(call, 'call.ended');
      expect(call.received.filter(({ status }) => status === 200).length).toBeGreaterThan(5);
    }
    // The answers to these BYEs, and the end of what waits for stragglers.
    await caller.waiters.until(
      () => calls.every(({ received }) => received.some(({ status }) => status === 0)) || undefined,
    );
    clock.advance(64_000);
    await rig.undisturbed();
    clock.advance(64_000);
    await rig.idle();
    expect(await rig.health()).toMatchObject({ calls: 1, legs: 1, sessions: 1, transactions: 0 });
    expect(clock.pending).toBeLessThanOrEqual(pendingBefore);
    await rig.close();
  });
});
