// Owns: a call that comes to a phone: ringing, answering with or without an offer, refusing.
import type { IncomingLeg } from '../sip/endpoint.ts';
import type { PhoneLineOptions, PhoneParts } from './phone.ts';
import { LiveCall, type PhoneCall } from './phone-call.ts';

export interface IncomingPhoneCall extends PhoneCall {
  /** What was dialled: the user part of the Request-URI. */
  readonly dialled: string;
  readonly requestUri: string;
  /** Of the INVITE. */
  header(name: string): string | undefined;
  /** 180, or another provisional status without audio. */
  ring(): void;
  /** Resolves when the caller has acknowledged it: true; false when the call was over before, or its offer cannot be met. */
  answer(options?: PhoneLineOptions): Promise<boolean>;
  refuse(status?: number): void;
}

export function takeIncoming(leg: IncomingLeg, parts: PhoneParts): { call: LiveCall; incoming: IncomingPhoneCall } {
  const call = new LiveCall({ ...parts, digits: 'rfc4733', onOver: () => parts.onOver(call) });
  call.attach(leg);
  leg.handlers = call.handlers;
  let answering = false;

  const more: Omit<IncomingPhoneCall, keyof PhoneCall> = {
    dialled: leg.requestUser,
    requestUri: leg.requestUri,
    header: (name) => leg.header(name),
    ring: () => leg.progress(180),
    async answer(options = {}) {
      if (answering || leg.state !== 'early') return call.answered;
      answering = true;
      call.digits = options.digits ?? 'rfc4733';
      const audio = await parts.openAudio(call, options).catch((error: unknown) => {
        leg.refuse(500);
        throw error;
      });
      if (leg.state !== 'early') {
        await audio.close();
        return false;
      }
      call.takeAudio(audio);
      if (leg.offer === null) {
        call.awaitAck();
        leg.answer(audio.offer());
      } else {
        const answered = audio.answer(leg.offer);
        if (!answered.ok) {
          leg.refuse(answered.status);
          return false;
        }
        call.awaitAck();
        leg.answer(answered.sdp);
      }
      return call.answered;
    },
    refuse: (status = 486) => leg.refuse(status),
  };
  return { call, incoming: Object.assign(call, more) };
}
