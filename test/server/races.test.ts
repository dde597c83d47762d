// Ends that come at the same moment as something else.
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { flow, gather, hangup, pause, play } from '../../src/flow/build.ts';
import { openHandPhone } from './hand-phone.ts';
import { closeAll, onClose, startPhone, startServer } from './rig.ts';

afterEach(closeAll);

/** An application that answers when the test says so. */
async function slowApplication(): Promise<{ readonly url: string; asked(): Promise<ServerResponse> }> {
  const waiting: ServerResponse[] = [];
  let wanted: ((response: ServerResponse) => void) | null = null;
  const server = createHttpServer((_request, response) => {
    if (wanted === null) waiting.push(response);
    else wanted(response);
    wanted = null;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/start`,
    asked: () => {
      const [first] = waiting.splice(0, 1);
      return first === undefined
        ? new Promise((resolve) => {
            wanted = resolve;
          })
        : Promise.resolve(first);
    },
  };
}

describe('a caller who gives up', () => {
  it('while the document is being fetched hears 487; the document, when it comes, changes nothing', async () => {
    const application = await slowApplication();
    const at = await startServer({ apps: { '1': { url: application.url } } });
    const phone = await openHandPhone(at.sip, '1');
    const invited = phone.invite();
    const response = await application.asked();
    expect((await phone.cancel()).status).toBe(200);
    expect((await invited).status).toBe(487);
    const { event } = await at.until('1', 'call.ended');
    expect(event.reason).toBe('cancelled');
    expect(at.server.calls.size).toBe(0);
    const length = at.tape('1').length;
    response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response><Say>Late.</Say></Response>');
    // Another call behind it: what the late document did has been done by its end.
    const next = await openHandPhone(at.sip, '1');
    const before = at.tape('1');
    const second = next.invite();
    (await application.asked()).writeHead(200, { 'content-type': 'text/xml' }).end('<Response><Reject/></Response>');
    expect((await second).status).toBe(603);
    expect(before).toHaveLength(length);
    expect(at.faults).toEqual([]);
  });

  it('while it rings before a pause ends', async () => {
    const at = await startServer({ apps: { '1': flow([pause(60_000), play('never')]) } });
    const phone = await startPhone();
    const call = await phone.call(at.uri('1'));
    await call.until('ringing');
    call.hangUp();
    expect(await call.ended).toMatchObject({ by: 'us', answered: false });
    expect((await at.until('1', 'call.ended')).event.reason).toBe('cancelled');
  });

  it('at the very moment of the answer, again and again: every call ends once and nothing is left', async () => {
    const at = await startServer({ apps: { '1': flow([gather({ firstDigitMs: 60_000 })]) } });
    const phone = await startPhone();
    for (let round = 0; round < 20; round += 1) {
      const call = await phone.call(at.uri('1'));
      if (round % 2 === 0) await call.answered;
      call.hangUp();
      await call.ended;
    }
    await Promise.all([at.server.drain()]);
    expect(at.server.calls.size).toBe(0);
    expect(at.faults).toEqual([]);
  });
});

describe('both sides hang up at once', () => {
  it('both BYEs are answered, and the call is over once', async () => {
    const at = await startServer({ apps: { '1': flow([gather({ maxDigits: 1, firstDigitMs: 60_000 }), hangup()]) } });
    const phone = await openHandPhone(at.sip, '1');
    await phone.invite();
    await at.until('1', 'verb.started');
    phone.sendEvent('1');
    // In the same moment as the key that makes the server hang up.
    const answer = await phone.request('BYE');
    expect([200, 481]).toContain(answer.status);
    await at.until('1', 'call.ended');
    const ends = at.tape('1').filter(({ event: { type } }) => type === 'call.ended' || type === 'leg.ended');
    expect(ends).toHaveLength(2);
    expect(at.server.calls.size).toBe(0);
    expect(at.faults).toEqual([]);
  });

  it('a command to hang up and the caller: one end', async () => {
    const at = await startServer({ apps: { '1': flow([gather({ maxDigits: 1, firstDigitMs: 60_000 })]) } });
    const phone = await startPhone();
    const call = await phone.call(at.uri('1'));
    expect(await call.answered).toBe(true);
    const { event } = await at.until('1', 'call.incoming');
    call.hangUp();
    at.server.calls.get(event.call)?.command({ kind: 'hangup', reason: 'by command' });
    await call.ended;
    await at.until('1', 'call.ended');
    expect(at.tape('1').filter(({ event: { type } }) => type === 'leg.ended')).toHaveLength(1);
    expect(at.server.calls.size).toBe(0);
  });
});
