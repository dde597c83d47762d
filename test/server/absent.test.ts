// A phone that is gone without a goodbye: nothing comes from it, and it is hung up. The media plane looks every 30 s.
import { afterEach, expect, it } from 'vitest';
import { flow, gather, hangup } from '../../src/flow/build.ts';
import { openHandPhone } from './hand-phone.ts';
import { closeAll, startServer } from './rig.ts';

afterEach(closeAll);

it('hangs up on a phone that nothing comes from, and not on one that is on hold', { timeout: 90_000 }, async () => {
  const waits = flow([gather({ maxDigits: 1, firstDigitMs: 600_000 }), hangup()]);
  const at = await startServer({
    apps: { '1': waits, '2': waits },
    config: ({ limits }) => ({ limits: { ...limits, mediaAbsentSeconds: 30 } }),
  });
  const silent = await openHandPhone(at.sip, '1');
  const held = await openHandPhone(at.sip, '2');
  await silent.invite();
  await held.invite({ sdp: held.sdp({ direction: 'sendonly' }) });
  await silent.bye;
  const { event } = await at.until('1', 'leg.ended');
  expect(event).toMatchObject({ leg: 'caller', by: 'us', reason: 'no media came' });
  expect(at.server.calls.size).toBe(1);
  await held.request('BYE');
});
