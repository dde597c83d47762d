// A fault of ours, or of a document, in one call.
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { flow, gather, hangup, pause, play } from '../../src/flow/build.ts';
import { openHandPhone } from './hand-phone.ts';
import { closeAll, onClose, startPhone, startServer } from './rig.ts';

const waits = flow([gather({ maxDigits: 1, firstDigitMs: 60_000 }), hangup()]);

afterEach(closeAll);

describe('a fault in one call', () => {
  it('of the interpreter ends that call and no other', async () => {
    const at = await startServer({
      apps: { '1': waits, '2': waits },
      seams: {
        interpreter: (run, app) =>
          app === 'app-1'
            ? run
            : {
                step(line) {
                  if (line.event.type === 'digit') throw new Error('the interpreter broke');
                  return run.step(line);
                },
                get over() {
                  return run.over;
                },
              },
      },
    });
    const phone = await startPhone();
    const [good, bad] = [await phone.call(at.uri('1')), await phone.call(at.uri('2'))];
    await Promise.all([at.until('1', 'verb.started'), at.until('2', 'verb.started')]);
    expect(await bad.answered).toBe(true);
    void bad.press('1');
    expect(await bad.ended).toMatchObject({ by: 'peer', q850Cause: 41 });
    expect((await at.until('2', 'call.ended')).event.reason).toBe('fault');
    expect((await at.until('2', 'leg.ended')).event.by).toBe('fault');
    await good.press('7');
    expect((await at.until('1', 'gather.finished')).event).toMatchObject({ digits: '7' });
    expect((await good.ended).by).toBe('peer');
    expect(at.faults).toMatchObject([{ message: 'a fault of ours ends the call' }]);
    expect(at.server.calls.size).toBe(0);
    // And the next call to the same app begins anew.
    const next = await phone.call(at.uri('2'));
    expect(await next.answered).toBe(true);
  });

  it('of what carries out an effect ends that call and no other', async () => {
    const at = await startServer({
      apps: { '1': waits, '2': flow([pause(100), play('never')]) },
      seams: {
        interpreter: (run, app) =>
          app === 'app-1'
            ? run
            : {
                step: (line) =>
                  run.step(line).map((effect) =>
                    // There is no such sound, so loading it throws before there is a promise.
                    effect.type === 'prompt.start' ? { ...effect, sound: null as never } : effect,
                  ),
                get over() {
                  return run.over;
                },
              },
      },
    });
    const phone = await startPhone();
    const good = await phone.call(at.uri('1'));
    expect(await good.answered).toBe(true);
    const bad = await phone.call(at.uri('2'));
    expect(await bad.ended).toMatchObject({ by: 'peer' });
    expect((await at.until('2', 'call.ended')).event.reason).toBe('fault');
    await good.press('7');
    expect((await at.until('1', 'gather.finished')).event).toMatchObject({ digits: '7' });
  });

  it('before the answer is refused with 500', async () => {
    const at = await startServer({
      apps: { '1': waits },
      seams: {
        interpreter: () => ({
          step() {
            throw new Error('broken from the start');
          },
          over: false,
        }),
      },
    });
    const phone = await openHandPhone(at.sip, '1');
    expect((await phone.invite()).status).toBe(500);
    expect(at.server.calls.size).toBe(0);
  });
});

describe('a document that cannot be run', () => {
  it('is told to the caller in words, and then the call ends: no status, no XML, nothing at all', async () => {
    const answers = [
      { status: 500, body: 'down' },
      { status: 200, body: 'Hello?' },
      { status: 200, body: '' },
    ];
    const application = createHttpServer((request, response) => {
      const { status, body } = answers[Number(new URL(request.url ?? '', 'http://x').pathname.slice(1))]!;
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    onClose(async () => void application.close());
    const { port } = application.address() as AddressInfo;
    const at = await startServer({
      apps: Object.fromEntries(
        answers.map((_, index) => [String(index), { url: `http://127.0.0.1:${port}/${index}` }]),
      ),
    });
    const phone = await startPhone();
    const calls = await Promise.all(answers.map((_, index) => phone.call(at.uri(String(index)))));
    for (const call of calls) {
      const sound = await call.until('sound-ended');
      expect(sound.durationMs).toBeGreaterThan(500);
      expect(await call.ended).toMatchObject({ by: 'peer', answered: true, q850Cause: 16 });
    }
    expect(at.faults).toEqual([]);
  });
});
