// What a peer may do to a call that is up: hold it, change its codec, send keys in two ways, ask for a transfer.
import { afterEach, describe, expect, it } from 'vitest';
import { flow, gather, hangup, hold, play, prompt } from '../../src/flow/build.ts';
import type { Sound } from '../../src/flow/node.ts';
import { type HandPacket, openHandPhone } from './hand-phone.ts';
import { closeAll, startServer } from './rig.ts';
import { ToneLine } from './tone-line.ts';

const tone = (durationMs: number): Sound => ({
  kind: 'tone',
  frequenciesHz: [440],
  onMs: 100,
  offMs: 0,
  durationMs,
  volumeDb: -10,
});
const relay = 'Content-Type: application/dtmf-relay';
const direction = (sdp: string) => /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(sdp)?.[1] ?? 'sendrecv';
const isAudio = ({ payloadType }: HandPacket) => payloadType === 0 || payloadType === 8;

afterEach(closeAll);

describe('we put a peer on hold', () => {
  const held = (lastMs: number) =>
    flow([play(tone(300)), hold('hold', { timeoutMs: 500 }), play(tone(lastMs)), hangup()]);

  it('by offers whose direction says so, send nothing meanwhile, and are heard again behind it', async () => {
    const at = await startServer({ apps: { '1': held(300) } });
    const phone = await openHandPhone(at.sip, '1');
    phone.answer = (_method, offer) => ({
      status: 200,
      sdp: phone.sdp({ direction: direction(offer) === 'sendonly' ? 'recvonly' : 'sendrecv' }),
    });
    await phone.invite();
    await phone.asked('INVITE', 2);
    const offers = phone.requests.map(({ body }) => body);
    expect(offers.map(direction)).toEqual(['sendonly', 'sendrecv']);
    const [first, second] = offers.map((body) => Number(/^o=\S+ \S+ (\d+)/m.exec(body)?.[1]));
    expect(second).toBe(first! + 1);
    await phone.bye;
    const times = phone.packets.filter(isAudio).map(({ atMs }) => atMs);
    const pauses = times.slice(1).map((atMs, index) => atMs - times[index]!);
    expect(pauses.filter((ms) => ms > 400)).toHaveLength(1);
    expect(at.tape('1').filter(({ event: { type } }) => type === 'prompt.finished')).toHaveLength(2);
  });

  it('that puts our offer off, and never leave it held behind the resumption', async () => {
    const at = await startServer({ apps: { '1': held(60_000) } });
    const phone = await openHandPhone(at.sip, '1');
    const offers: string[] = [];
    phone.answer = (method, offer) => {
      if (method !== 'INVITE') return { status: 200 };
      offers.push(direction(offer));
      if (offers.length === 1) return { status: 491 };
      return { status: 200, sdp: phone.sdp({ direction: offers.at(-1) === 'sendonly' ? 'recvonly' : 'sendrecv' }) };
    };
    await phone.invite();
    // The wait for the second try may outlast the hold.
    await phone.asked('INVITE', 3);
    expect(offers).toEqual(['sendonly', 'sendonly', 'sendrecv']);
    await phone.request('BYE');
    await at.until('1', 'call.ended');
  });
});

describe('a peer', () => {
  it('puts us on hold: nothing is sent to it until it is back, and keys still count', async () => {
    const at = await startServer({
      apps: { '1': flow([gather({ prompts: [prompt(tone(60_000))], bargeIn: false, maxDigits: 2 }), hangup()]) },
    });
    const phone = await openHandPhone(at.sip, '1');
    expect((await phone.invite()).status).toBe(200);
    await phone.nextPacket(isAudio);
    const held = await phone.request('INVITE', [], phone.sdp({ direction: 'sendonly' }));
    expect([held.status, direction(held.body)]).toEqual([200, 'recvonly']);
    phone.sendEvent('4');
    const { event } = await at.until('1', 'digit');
    expect(event.digit).toBe('4');
    // What was on its way when the hold was agreed on is here by now; 300 ms of silence follow.
    const heldSince = phone.packets.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(phone.packets.slice(heldSince).filter(isAudio)).toEqual([]);
    const back = await phone.request('INVITE', [], phone.sdp());
    expect([back.status, direction(back.body)]).toEqual([200, 'sendrecv']);
    await phone.nextPacket(isAudio);
    phone.sendEvent('2');
    expect((await at.until('1', 'digit', ({ digit }) => digit === '2')).event.digit).toBe('2');
    expect(at.tape('1').some(({ event: { type } }) => type === 'prompt.finished')).toBe(false);
    await phone.request('BYE');
    expect((await at.until('1', 'call.ended')).event.reason).toBe('hung up');
  });

  it('changes the codec in the middle: the prompt goes on in the new one, and keys arrive', async () => {
    const at = await startServer({
      apps: { '1': flow([gather({ prompts: [prompt(tone(60_000))], maxDigits: 1 }), hangup()]) },
    });
    const phone = await openHandPhone(at.sip, '1');
    const first = await phone.invite();
    expect(first.body).toContain('RTP/AVP 0 101');
    await phone.nextPacket(({ payloadType }) => payloadType === 0);
    const second = await phone.request('INVITE', [], phone.sdp({ payloads: [8, 101] }));
    expect(second.status).toBe(200);
    expect(second.body).toContain('RTP/AVP 8 101');
    const changed = await phone.nextPacket(({ payloadType }) => payloadType === 8);
    expect(new Set(changed.payload).size).toBeGreaterThan(4);
    expect(at.tape('1').some(({ event: { type } }) => type === 'prompt.finished')).toBe(false);
    phone.sendEvent('9');
    const { event } = await at.until('1', 'gather.finished');
    expect(event).toMatchObject({ digits: '9', success: true });
    await phone.bye;
  });

  it('changes the session by UPDATE as well, and is refused what cannot be', async () => {
    const at = await startServer({ apps: { '1': flow([play(tone(60_000))]) } });
    const phone = await openHandPhone(at.sip, '1');
    await phone.invite();
    const updated = await phone.request('UPDATE', [], phone.sdp({ payloads: [8, 101] }));
    expect(updated.status).toBe(200);
    expect(updated.body).toContain('RTP/AVP 8 101');
    await phone.nextPacket(({ payloadType }) => payloadType === 8);
    const impossible = await phone.request('UPDATE', [], phone.sdp({ payloads: [101] }));
    expect(impossible.status).toBe(488);
    // A refused change changes nothing (RFC 3261 14.2).
    await phone.nextPacket(({ payloadType }) => payloadType === 8);
    expect((await phone.request('UPDATE')).status).toBe(200);
    expect((await phone.request('BYE')).status).toBe(200);
    await at.until('1', 'call.ended');
  });

  it('sends keys by INFO; one that comes as telephone-event too counts once', async () => {
    const at = await startServer({ apps: { '1': flow([gather({ maxDigits: 5 }), hangup()]) } });
    const phone = await openHandPhone(at.sip, '1');
    await phone.invite();
    await at.until('1', 'verb.started');
    const info = (digit: string) => phone.request('INFO', [relay], `Signal=${digit}\r\nDuration=100\r\n`);
    expect((await info('1')).status).toBe(200);
    // Of a phone that nothing is known of yet, an INFO while the key is down is the same press, however late it comes.
    const pressing = new ToneLine(phone).event('2', 1000);
    await at.until('1', 'digit', ({ digit }) => digit === '2');
    expect((await info('2')).status).toBe(200);
    await pressing;
    const third = info('3');
    phone.sendEvent('3');
    expect((await third).status).toBe(200);
    phone.sendEvent('4');
    await at.until('1', 'digit', ({ digit }) => digit === '4');
    expect((await info('4')).status).toBe(200);
    // The same key once more, by either way, is another press.
    expect((await info('4')).status).toBe(200);
    const { event } = await at.until('1', 'gather.finished');
    expect(event).toMatchObject({ digits: '12344', reason: 'max-digits' });
    await phone.bye;
  });

  it('hears honestly what cannot be done', async () => {
    const at = await startServer({ apps: { '1': flow([gather({ maxDigits: 9, firstDigitMs: 60_000 })]) } });
    const phone = await openHandPhone(at.sip, '1');
    await phone.invite();
    const statusOf = async (...request: Parameters<typeof phone.request>) => (await phone.request(...request)).status;
    expect(await statusOf('REFER', ['Refer-To: <sip:elsewhere@127.0.0.1>'])).toBe(603);
    expect(await statusOf('REFER')).toBe(400);
    expect(await statusOf('INFO', ['Content-Type: text/plain'], 'hello')).toBe(415);
    expect(await statusOf('INFO', [relay], 'Signal=Z\r\n')).toBe(400);
    expect(await statusOf('PUBLISH')).toBeGreaterThanOrEqual(400);
    expect(await statusOf('OPTIONS')).toBe(200);
    // None of it disturbed the call.
    phone.sendEvent('5');
    await at.until('1', 'digit');
    expect(at.tape('1').filter(({ event: { type } }) => type === 'digit')).toHaveLength(1);
    expect(await statusOf('BYE')).toBe(200);
    expect(await statusOf('INFO', [relay], 'Signal=1\r\n')).toBe(481);
  });
});
