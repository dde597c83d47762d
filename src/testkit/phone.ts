// Owns: a phone for tests: real SIP and RTP on the sockets of this machine, over the same endpoint and media plane that the
// server has. It calls and is called, presses keys in three ways, hears, records. Nothing about it sleeps: a test waits
// for events. Does not: register.
import { type Clock, systemClock } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import { createMediaPlane } from '../media/create-plane.ts';
import type { MediaPlane } from '../media/plane.ts';
import type { AudioCodec } from '../media/sdp.ts';
import { createSipEndpoint } from '../sip/create-endpoint.ts';
import type { IncomingLeg, OutgoingInvite, SipEndpoint } from '../sip/endpoint.ts';
import type { Peer, Transport } from '../sip/message.ts';
import { formatHostPort } from '../sip/uri.ts';
import { PhoneAudio } from './phone-audio.ts';
import { LiveCall, type PhoneCall } from './phone-call.ts';
import type { KeyWay } from './phone-event.ts';
import { type IncomingPhoneCall, takeIncoming } from './phone-incoming.ts';
import { parseCallTarget } from './phone-target.ts';
import { createPhoneWire } from './phone-wire.ts';

export interface PhoneOptions {
  /** The address of this machine that the phone lives at; `127.0.0.1`. */
  readonly host?: string;
  /** Of calls whose address names none; `udp`. The phone can be called over both. */
  readonly transport?: Transport;
  readonly log?: Log;
  /** RTP ports. */
  readonly portRange?: readonly [first: number, last: number];
  /** A pause as long as this ends a stretch of sound; 600. */
  readonly silenceMs?: number;
}

/** What one call of a phone may choose, placed or taken. */
export interface PhoneLineOptions {
  readonly digits?: KeyWay;
  /** WAV file of what is heard. */
  readonly record?: string | null;
  readonly codecs?: readonly AudioCodec[];
}

export interface PhoneCallOptions extends PhoneLineOptions {
  readonly from?: string;
  readonly displayName?: string;
  readonly headers?: OutgoingInvite['headers'];
  readonly credentials?: OutgoingInvite['credentials'];
  /** Sends here instead of resolving the address. */
  readonly outboundProxy?: Peer;
}

export interface Phone {
  /** Binds its sockets. */
  start(): Promise<void>;
  /** Where it can be called, once it is started. */
  readonly uri: string;
  /** Resolves when the call is on its way. Throws address-invalid. */
  call(uri: string, options?: PhoneCallOptions): Promise<PhoneCall>;
  /** Asked for every call that comes in; without it they are refused with 480. */
  onIncoming(handler: (call: IncomingPhoneCall) => void): void;
  /** Hangs up, waits until the other sides have heard it, and lets go of all sockets and threads. */
  close(): Promise<void>;
}

/** What a phone gives its calls. */
export interface PhoneParts {
  readonly clock: Clock;
  readonly silenceMs: number;
  openAudio(call: LiveCall, options: PhoneLineOptions): Promise<PhoneAudio>;
  onOver(call: LiveCall): void;
}

const defaultPorts = [42_000, 42_999] as const;
const defaultSilenceMs = 600;
/** Somebody who does not answer a BYE in this time is gone. */
const goodbyeMs = 2_000;

export function createPhone(options: PhoneOptions = {}): Phone {
  const { host = '127.0.0.1', transport = 'udp', log = silentLog, portRange = defaultPorts } = options;
  const clock = systemClock;
  const wire = createPhoneWire();
  const calls = new Set<LiveCall>();
  let plane: MediaPlane | null = null;
  let incoming: ((call: IncomingPhoneCall) => void) | null = null;
  const endpoint: SipEndpoint = createSipEndpoint(
    {
      listen: [
        { transport: 'udp', host, port: 0 },
        { transport: 'tcp', host, port: 0 },
      ],
      advertisedHost: null,
      clock,
      log,
      userAgent: 'Keytone phone',
      realm: 'phone',
      credentials: () => null,
      policy: () => ({ kind: 'accept' }),
      onInvite,
    },
    { createLayer: wire.createLayer },
  );

  const parts: PhoneParts = {
    clock,
    silenceMs: options.silenceMs ?? defaultSilenceMs,
    openAudio: (call, { record = null, codecs = ['PCMU', 'PCMA'], digits = 'rfc4733' }) =>
      PhoneAudio.open({
        plane: started(plane),
        host,
        codecs,
        telephoneEvents: digits !== 'inband',
        record,
        onAudio: (samples) => call.hear(samples),
        onDigit: (digit, via) => call.log.add({ type: 'digit', digit, via }),
        onRecorded: (durationMs, problem) =>
          call.log.add({ type: 'recorded', file: record ?? '', durationMs, problem }),
        onFault: (message) => call.log.add({ type: 'fault', message }),
      }),
    onOver: (call) => void calls.delete(call),
  };

  function onInvite(leg: IncomingLeg): void {
    if (incoming === null) {
      leg.refuse(480);
      return;
    }
    const taken = takeIncoming(leg, parts);
    calls.add(taken.call);
    incoming(taken.incoming);
  }

  async function call(uri: string, callOptions: PhoneCallOptions = {}): Promise<PhoneCall> {
    const target = parseCallTarget(uri, transport);
    const { from = `sip:phone@${formatHostPort(host, null)}`, displayName, digits = 'rfc4733' } = callOptions;
    const { headers, credentials, outboundProxy } = callOptions;
    const placed = new LiveCall({ ...parts, digits, onOver: () => parts.onOver(placed) });
    const audio = await parts.openAudio(placed, callOptions);
    placed.takeAudio(audio);
    calls.add(placed);
    const leg = endpoint.invite(
      {
        uri: target,
        from: { uri: from, ...(displayName === undefined ? {} : { displayName }) },
        sdp: audio.offer(),
        ...(headers === undefined ? {} : { headers }),
        ...(credentials === undefined ? {} : { credentials }),
        ...(outboundProxy === undefined ? {} : { outboundProxy }),
      },
      placed.handlers,
    );
    placed.attach(leg);
    return placed;
  }

  return {
    async start() {
      await endpoint.start();
      plane = await createMediaPlane({ host, portRange, workers: 1, log });
    },
    get uri() {
      const local = endpoint.local.find((peer) => peer.transport === transport);
      const suffix = transport === 'tcp' ? ';transport=tcp' : '';
      return `sip:phone@${formatHostPort(host, local?.port ?? null)}${suffix}`;
    },
    call,
    onIncoming(handler) {
      incoming = handler;
    },
    async close() {
      incoming = null;
      const open = [...calls];
      for (const each of open) each.hangUp();
      const heard = Promise.all(open.map(({ ended }) => ended)).then(() => wire.settled());
      const patience = Promise.withResolvers<void>();
      const timer = clock.after(goodbyeMs, patience.resolve);
      await Promise.race([heard, patience.promise]);
      timer.cancel();
      for (const each of open) each.drop();
      await Promise.all(open.map(({ ended }) => ended));
      await endpoint.close();
      await plane?.close();
    },
  };
}

function started(plane: MediaPlane | null): MediaPlane {
  if (plane === null) throw new Error('a phone makes calls once start() has resolved');
  return plane;
}
