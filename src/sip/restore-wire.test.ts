// Real sockets on loopback: a server is killed in a call, comes back at the same port, and both sides go on.
import { describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createSipEndpoint } from './create-endpoint.ts';
import type { IncomingLeg, LegHandlers, SavedLeg, SipEndpoint, SipLeg } from './endpoint.ts';
import type { Transport } from './message.ts';

async function open(
  transport: Transport,
  port: number,
  onInvite: (leg: IncomingLeg) => void,
  hold = false,
): Promise<SipEndpoint> {
  const endpoint = createSipEndpoint({
    listen: [{ transport, host: '127.0.0.1', port }],
    advertisedHost: null,
    clock: systemClock,
    log: silentLog,
    userAgent: 'Keytone test',
    realm: 'test',
    credentials: () => null,
    policy: () => ({ kind: 'accept' }),
    onInvite,
  });
  await endpoint.start({ hold });
  return endpoint;
}

/** A promise and what keeps it. */
function signal<T = void>(): { readonly seen: Promise<T>; give(value: T): void } {
  let give: (value: T) => void = () => {};
  const seen = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { seen, give };
}

/** Alice calls our server; the server is killed when the call stands, or while it rings. */
async function call(transport: Transport, killed: 'ringing' | 'standing') {
  const heard: string[] = [];
  const over = signal();
  let stored = '';
  const ready = signal();
  const handlers: LegHandlers = {
    onSaved(saved) {
      stored = JSON.stringify(saved);
    },
    onConfirmed: () => ready.give(),
    onOffer: (sdp) => ({ sdp: `server takes ${sdp}` }),
    onInfo: async (_type, body) => {
      heard.push(`server hears ${body}`);
      return 200;
    },
    onEnded({ by }) {
      heard.push(`server ended by ${by}`);
      over.give();
    },
  };
  const server = await open(transport, 0, (leg) => {
    leg.handlers = handlers;
    leg.progress(180);
    if (killed === 'standing') leg.answer('answer');
  });
  const { port } = server.local[0]!;
  const alice = await open(transport, 0, (leg) => leg.refuse(486));
  const ringing = signal();
  const confirmed = signal();
  const aliceOver = signal();
  const phone: SipLeg = alice.invite(
    { uri: `sip:1000@127.0.0.1:${port};transport=${transport}`, from: { uri: 'sip:alice@localhost' }, sdp: 'offer' },
    {
      onProgress: () => ringing.give(),
      onConfirmed: () => confirmed.give(),
      onOffer: (sdp) => ({ sdp: `alice takes ${sdp}` }),
      onInfo: (_type, body) => {
        heard.push(`alice hears ${body}`);
        return 200;
      },
      onEnded({ by }) {
        heard.push(`alice ended by ${by}`);
        aliceOver.give();
      },
    },
  );
  await (killed === 'standing' ? Promise.all([ready.seen, confirmed.seen]) : ringing.seen);
  await server.close();
  const next = await open(transport, port, (leg) => leg.refuse(486), true);
  const leg = next.restore(JSON.parse(stored) as SavedLeg, handlers);
  next.release();
  return {
    heard,
    phone,
    leg,
    confirmed: confirmed.seen,
    ready: ready.seen,
    over: Promise.all([over.seen, aliceOver.seen]),
    close: () => Promise.all([alice.close(), next.close()]),
  };
}

describe('a server that was killed and is back at the same port', () => {
  for (const transport of ['udp', 'tcp'] as const) {
    it(`goes on with a call over ${transport}, and the peer ends it`, async () => {
      const { heard, phone, leg, over, close } = await call(transport, 'standing');
      expect(await leg.info('application/dtmf', '1')).toBe(200);
      expect(await phone.info('application/dtmf', '2')).toBe(200);
      expect(await leg.reoffer('hold')).toEqual({ status: 200, sdp: 'alice takes hold' });
      expect(await phone.reoffer('other')).toEqual({ status: 200, sdp: 'server takes other' });
      phone.hangup();
      await over;
      expect(heard.sort()).toEqual(['alice ended by us', 'alice hears 1', 'server ended by peer', 'server hears 2']);
      await close();
    });

    it(`ends a call over ${transport} itself`, async () => {
      const { heard, leg, over, close } = await call(transport, 'standing');
      leg.hangup();
      await over;
      expect(heard.sort()).toEqual(['alice ended by peer', 'server ended by us']);
      await close();
    });

    it(`answers a call over ${transport} that rang when it was killed`, async () => {
      const { leg, confirmed, ready, phone, over, close } = await call(transport, 'ringing');
      (leg as IncomingLeg).answer('answer');
      await Promise.all([confirmed, ready]);
      expect(await phone.info('application/dtmf', '3')).toBe(200);
      leg.hangup();
      await over;
      await close();
    });
  }
});
