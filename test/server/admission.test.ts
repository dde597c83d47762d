// Who gets in, and what the others are told.
import { afterEach, describe, expect, it } from 'vitest';
import { flow, gather, hangup, play } from '../../src/flow/build.ts';
import { openHandPhone } from './hand-phone.ts';
import { closeAll, startPhone, startServer } from './rig.ts';

const waits = flow([gather({ maxDigits: 1, firstDigitMs: 60_000 }), hangup()]);

afterEach(closeAll);

describe('a call', () => {
  it('to a number that nobody has is refused with 404', async () => {
    const at = await startServer({ apps: { '1': waits } });
    const phone = await startPhone();
    const call = await phone.call(at.uri('2'));
    expect(await call.ended).toMatchObject({ by: 'peer', status: 404, answered: false });
    expect(at.server.calls.size).toBe(0);
  });

  it('beyond the limit is refused with 503 and a time to come back; those that are up go on', async () => {
    const at = await startServer({
      apps: { '1': waits },
      config: ({ limits }) => ({ limits: { ...limits, maxCalls: 1 } }),
    });
    const phone = await startPhone();
    const first = await phone.call(at.uri('1'));
    await at.until('1', 'verb.started', ({ verb }) => verb === 'gather');
    expect(await first.answered).toBe(true);
    const second = await openHandPhone(at.sip, '1');
    const refused = await second.invite();
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await first.press('7');
    const { event } = await at.until('1', 'gather.finished');
    expect(event).toMatchObject({ digits: '7', success: true });
    await first.ended;
    // There is room again.
    const third = await phone.call(at.uri('1'));
    expect(await third.answered).toBe(true);
  });

  it('that claims to come from a user of ours must prove it; a stranger hears 401, the user is let in', async () => {
    const users = [{ login: 'anna', password: 'secret' }];
    const at = await startServer({ apps: { '1': flow([play('Hello.')]) }, config: () => ({ users }) });
    const phone = await startPhone();
    const from = 'sip:anna@127.0.0.1';
    const stranger = await phone.call(at.uri('1'), { from });
    expect(await stranger.ended).toMatchObject({ status: 401, answered: false });
    const guess = await phone.call(at.uri('1'), { from, credentials: { username: 'anna', password: 'wrong' } });
    expect((await guess.ended).status).toBeGreaterThanOrEqual(400);
    expect(await guess.answered).toBe(false);
    const anna = await phone.call(at.uri('1'), { from, credentials: { username: 'anna', password: 'secret' } });
    expect(await anna.answered).toBe(true);
    const { event } = await at.until('1', 'call.incoming');
    expect(event.signalling['login']).toBe('anna');
    expect(JSON.stringify(at.tape('1'))).not.toContain('secret');
  });

  it('finds no free RTP port: 503, and the call that has them goes on', async () => {
    const at = await startServer({
      apps: { '1': waits },
      config: ({ media }) => ({ media: { ...media, portRange: [41_998, 41_999] } }),
    });
    const phone = await startPhone();
    const first = await phone.call(at.uri('1'));
    expect(await first.answered).toBe(true);
    await at.until('1', 'verb.started', ({ verb }) => verb === 'gather');
    const second = await phone.call(at.uri('1'));
    expect(await second.ended).toMatchObject({ status: 503, answered: false });
    first.hangUp();
    await first.ended;
    // Its ports come back when its sockets are closed, which is a moment later.
    for (let answered = false; !answered; ) answered = await (await phone.call(at.uri('1'))).answered;
    expect(at.server.calls.size).toBe(1);
  });
});
