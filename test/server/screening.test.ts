// A dialled leg that is asked before it is joined: it alone hears the document that its answer brought, and presses keys for it.
import { afterEach, describe, expect, it } from 'vitest';
import { hearTones } from '../../src/testkit/phone-rig.ts';
import { openApplication, startConfigured } from './bandwidth-rig.ts';
import { closeAll, startPhone } from './rig.ts';

afterEach(closeAll);

const screening =
  '<Response><SendDtmf toneDuration="200">7</SendDtmf><Gather gatherUrl="/accept" maxDigits="1" firstDigitTimeout="30"/></Response>';

/** A caller, and a phone that he is to be connected with: it rings when this resolves. */
async function setUp(accept: string) {
  const called = await startPhone();
  const incoming = new Promise<Parameters<Parameters<typeof called.onIncoming>[0]>[0]>((resolve) =>
    called.onIncoming(resolve),
  );
  const application = await openApplication({
    initiate: `<Response><Transfer transferCompleteUrl="/done"><SipUri transferAnswerUrl="/screen" tag="to-b">${called.uri}</SipUri></Transfer></Response>`,
    transferAnswer: screening,
    gather: accept,
    transferComplete: '<Response><Hangup/></Response>',
  });
  const { uri } = await startConfigured(application.origin);
  const phone = await startPhone();
  const call = await phone.call(uri, { from: 'sip:+15551112222@127.0.0.1' });
  await call.answered;
  return { application, call, other: await incoming };
}

describe('a dialled leg with a document of its own', () => {
  it('accepts by a key, and is joined then', async () => {
    const { application, call, other } = await setUp('<Response/>');
    const atCaller = hearTones(call);
    await other.answer({ digits: 'rfc4733' });
    const asked = await application.told('transferAnswer');
    await other.until('digit', ({ digit }) => digit === '7');
    await other.press([{ press: '1' }]);
    const gathered = await application.told('gather');
    // Joined: what one presses, the other hears.
    await call.press([{ press: '4' }]);
    await other.until('digit', ({ digit }) => digit === '4');
    other.hangUp();
    const complete = await application.told('transferComplete');
    await call.ended;
    const leg = {
      direction: 'outbound',
      from: '+15551112222',
      to: expect.stringContaining('sip:'),
      callId: expect.stringMatching(/^c-/),
      parentCallId: complete['callId'],
      transferCallerId: '+15551112222',
      transferTo: expect.stringContaining('sip:'),
      tag: 'to-b',
    };
    expect(asked).toMatchObject({ eventType: 'transferAnswer', ...leg });
    expect(gathered).toMatchObject({ eventType: 'gather', ...leg, callId: asked['callId'], digits: '1' });
    expect(asked['callId']).not.toBe(complete['callId']);
    expect(complete).toMatchObject({ cause: 'hangup', direction: 'inbound' });
    expect(atCaller.keys).toBe('');
  });

  it('is let go when its document hangs up, and the caller goes on', async () => {
    const { application, call, other } = await setUp('<Response><Hangup/></Response>');
    await other.answer();
    await other.until('digit', ({ digit }) => digit === '7');
    await other.press([{ press: '2' }]);
    expect(await other.ended).toMatchObject({ by: 'peer' });
    expect(await application.told('transferComplete')).toMatchObject({ cause: 'hangup' });
    expect(await call.ended).toMatchObject({ by: 'peer' });
  });

  it('is let go when the caller leaves meanwhile', async () => {
    const { application, call, other } = await setUp('<Response/>');
    await other.answer();
    await other.until('digit', ({ digit }) => digit === '7');
    call.hangUp();
    expect(await other.ended).toMatchObject({ by: 'peer' });
    await application.told('disconnect');
    expect(application.seen.map(({ body }) => body.eventType)).toEqual(['initiate', 'transferAnswer', 'disconnect']);
  });
});
