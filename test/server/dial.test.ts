// Dial: to a phone that registered and to a SIP address; both sides hear each other; either may hang up.
import { afterEach, describe, expect, it } from 'vitest';
import { dial, flow, hangup, play } from '../../src/flow/build.ts';
import { beep } from '../../src/media/tone.ts';
import type { Phone, PhoneCall } from '../../src/testkit/index.ts';
import { register } from './register.ts';
import { closeAll, startPhone, startServer } from './rig.ts';

afterEach(closeAll);

const users = [{ login: 'bob', password: 'secret' }];
const nextCall = (phone: Phone) =>
  new Promise<Parameters<Parameters<Phone['onIncoming']>[0]>[0]>((r) => phone.onIncoming(r));
const addressOf = (phone: Phone) => phone.uri.slice('sip:'.length);

/** Each plays a tone and the other hears it. */
async function talk(alice: PhoneCall, bob: PhoneCall): Promise<void> {
  for (const [speaker, hearer] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const before = hearer.events.filter(({ type }) => type === 'sound-ended').length;
    const heard = new Promise<number>((resolve) => {
      hearer.watch((event) => {
        if (event.type !== 'sound-ended') return;
        if (hearer.events.filter(({ type }) => type === 'sound-ended').length > before) resolve(event.durationMs);
      });
    });
    await speaker.play(beep(440, 400));
    expect(await heard).toBeGreaterThan(200);
  }
}

describe('a document dials', () => {
  it('a phone that registered, by its number; when it hangs up, the flow goes on', async () => {
    const at = await startServer({
      apps: { '1': flow([dial([{ kind: 'number', address: 'bob' }]), play('Welcome back.'), hangup()]) },
      config: () => ({ users }),
    });
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    expect(await register(at, 'bob', 'secret', called.uri)).toBe(200);
    const incoming = nextCall(called);
    const alice = await caller.call(at.uri('1'), { from: 'sip:5550100@127.0.0.1' });
    const bob = await incoming;
    expect(bob.remote.uri).toContain('5550100');
    bob.ring();
    await at.until('1', 'leg.ringing');
    expect(await bob.answer()).toBe(true);
    await at.until('1', 'leg.answered', ({ leg }) => leg === 'callee-1');
    await at.until('1', 'prompt.finished');
    await talk(alice, bob);
    bob.hangUp();
    expect((await at.until('1', 'leg.ended')).event).toMatchObject({ leg: 'callee-1', by: 'peer' });
    expect(await alice.ended).toMatchObject({ by: 'peer' });
    expect((await at.until('1', 'call.ended')).event.reason).toBe('hung up by the application');
    expect(at.faults).toEqual([]);
  });

  it('a SIP address; when the caller hangs up, the other phone is let go too', async () => {
    const called = await startPhone();
    const at = await startServer({ apps: { '1': flow([dial([{ kind: 'sip', address: addressOf(called) }])]) } });
    const caller = await startPhone();
    const incoming = nextCall(called);
    const alice = await caller.call(at.uri('1'));
    const bob = await incoming;
    expect(await bob.answer()).toBe(true);
    await at.until('1', 'leg.answered', ({ leg }) => leg === 'callee-1');
    await at.until('1', 'prompt.finished');
    await talk(alice, bob);
    // A key of the caller reaches the other phone as a key.
    await alice.press('6');
    expect(await bob.until('digit')).toMatchObject({ digit: '6' });
    alice.hangUp();
    expect(await bob.ended).toMatchObject({ by: 'peer', answered: true });
    await at.until('1', 'call.ended');
    expect(at.server.calls.size).toBe(0);
  });

  it('somebody, and the caller hangs up while it rings: the ringing stops', async () => {
    const called = await startPhone();
    const at = await startServer({ apps: { '1': flow([dial([{ kind: 'sip', address: addressOf(called) }])]) } });
    const caller = await startPhone();
    const incoming = nextCall(called);
    const alice = await caller.call(at.uri('1'));
    const bob = await incoming;
    bob.ring();
    await at.until('1', 'leg.ringing');
    expect(await alice.answered).toBe(true);
    alice.hangUp();
    expect(await bob.ended).toMatchObject({ by: 'peer', answered: false });
    await at.until('1', 'call.ended');
  });

  it('a user who is not registered, and nobody at all: it fails in words and the flow goes on', async () => {
    const targets = [
      { kind: 'number', address: 'bob' },
      { kind: 'number', address: '5550199' },
      { kind: 'sip', address: 'sip:x@127.0.0.1:9' },
    ] as const;
    const at = await startServer({
      apps: { '1': flow([dial(targets, { order: 'one-by-one', ringMs: 2000 }), play('Nobody.'), hangup()]) },
      config: () => ({ users }),
    });
    const phone = await startPhone();
    const alice = await phone.call(at.uri('1'));
    const { event } = await at.until('1', 'verb.finished', ({ verb }) => verb === 'dial');
    expect(event.success).toBe(false);
    const failures = at.tape('1').flatMap(({ event: one }) => (one.type === 'leg.failed' ? [one.sipStatus] : []));
    expect(failures.slice(0, 2)).toEqual([480, 404]);
    expect(await alice.ended).toMatchObject({ by: 'peer' });
  });
});
