import { afterEach, describe, expect, it } from 'vitest';
import { audioTo, closeAll, createPhone, createPlane, isType, openSession } from './session-rig.ts';

afterEach(closeAll);

describe('keys of a session', () => {
  it('are heard with the numbers of our offer where the answer has another for ours', async () => {
    const plane = await createPlane([41_600, 41_649]);
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    session.configure(
      audioTo(phone, { telephoneEvent: { payloadType: 96, clockRateHz: 8000 }, receiveEvents: [96, 101] }),
    );
    phone.press(session, 4);
    expect(await events.first(isType('digit'))).toMatchObject({ digit: '4', heard: [{ via: 'rfc4733' }] });
    session.sendDigits('d', '5', 60, 60);
    await events.first(isType('sent'));
    const sent = phone.heard.items.filter(({ payload }) => payload.length === 4);
    expect(new Set(sent.map(({ payloadType }) => payloadType))).toEqual(new Set([96]));
  });

  it('are no keys where no events were agreed on', async () => {
    const plane = await createPlane([41_600, 41_649]);
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    session.configure(audioTo(phone, { telephoneEvent: null }));
    await phone.heard.first(() => true);
    phone.audio(session);
    phone.press(session, 4);
    session.key('9', 100);
    await events.first(isType('digit'));
    phone.press(session, 5);
    await events.first(isType('digit-released'));
    expect(events.items.filter(isType('digit'))).toMatchObject([{ digit: '9' }]);
  });
});
