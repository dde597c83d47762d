// A server that stops: who is up may finish, who stays too long is told, who comes is sent away.
import { afterEach, describe, expect, it } from 'vitest';
import { flow, gather, hangup } from '../../src/flow/build.ts';
import { openHandPhone } from './hand-phone.ts';
import { closeAll, startPhone, startServer } from './rig.ts';

const waits = flow([gather({ maxDigits: 1, firstDigitMs: 120_000 }), hangup()]);

afterEach(closeAll);

describe('a draining server', () => {
  it('refuses new calls with 503, lets the others finish, and is done with the last of them', async () => {
    const at = await startServer({ apps: { '1': waits } });
    const phone = await startPhone();
    const call = await phone.call(at.uri('1'));
    await at.until('1', 'verb.started');
    let done = false;
    const drained = at.server.drain().then(() => {
      done = true;
    });
    const late = await phone.call(at.uri('1'));
    expect(await late.ended).toMatchObject({ status: 503, answered: false });
    expect((await (await at.fetch('/health')).json()) as object).toMatchObject({ status: 'draining' });
    expect(done).toBe(false);
    await call.press('5');
    expect((await at.until('1', 'gather.finished')).event).toMatchObject({ digits: '5' });
    expect(await call.ended).toMatchObject({ by: 'peer', answered: true });
    await drained;
    expect(at.server.calls.size).toBe(0);
  });

  it('says goodbye to who stays longer than it waits, and hangs up', async () => {
    const at = await startServer({
      apps: { '1': waits },
      config: ({ limits }) => ({ limits: { ...limits, drainSeconds: 1 } }),
    });
    const phone = await startPhone();
    const call = await phone.call(at.uri('1'));
    await at.until('1', 'verb.started');
    expect(call.events.some(({ type }) => type === 'sound-started')).toBe(false);
    await at.server.drain();
    const { event } = await at.until('1', 'call.ended');
    expect(event.reason).toBe('the server stops');
    expect(await call.ended).toMatchObject({ by: 'peer', answered: true });
    // It was heard, not only played.
    const heard = call.events.filter((one) => one.type === 'sound-ended');
    expect(heard.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBeGreaterThan(2000);
    expect(at.tape('1').filter(({ event: { type } }) => type === 'prompt.finished')).toMatchObject([
      { event: { why: 'end' } },
    ]);
    expect(at.faults).toEqual([]);
  });

  it('that closes at once hangs up what is up, and refuses what rings', async () => {
    const ringing = flow([{ kind: 'pause', at: { line: 1, column: 1, path: '' }, durationMs: 60_000, stopKeys: '' }]);
    const at = await startServer({ apps: { '1': waits, '2': ringing } });
    const phone = await startPhone();
    const up = await phone.call(at.uri('1'));
    const rings = await openHandPhone(at.sip, '2');
    const answer = rings.invite();
    await Promise.all([at.until('1', 'verb.started'), at.until('2', 'verb.started')]);
    await at.server.close();
    expect((await answer).status).toBe(503);
    expect(await up.ended).toMatchObject({ by: 'peer' });
    expect((await at.until('1', 'call.ended')).event.reason).toBe('the server stops');
    expect((await at.until('2', 'call.ended')).event.reason).toBe('the server stops');
  });
});
