// Owns: the legs that a call dialled: each from its INVITE to its end, told in words of the tape. The end of one is told
// exactly once, whether it was refused, cancelled, cannot be understood or was talked to.
import type { DialTarget } from '../flow/node.ts';
import type { CallParts } from './call-parts.ts';
import type { LegName, WorldEvent } from './event.ts';
import { createLeg, type Leg, type LegOptions } from './leg.ts';

export interface DialledLegs {
  dial(name: LegName, target: DialTarget, callerId: string): void;
  /** CANCEL or BYE, as its state demands; harmless when it is over. */
  hangUp(name: LegName): void;
  get(name: LegName): Leg | undefined;
  all(): readonly Leg[];
  close(): void;
}

export interface DialledLegsOptions extends Omit<LegOptions, 'name' | 'keyWay'> {
  readonly parts: CallParts;
}

const incompatibleDestination = 88;
const normalClearing = 16;

export function createDialledLegs(options: DialledLegsOptions): DialledLegs {
  const { parts, put, onFault } = options;
  const legs = new Map<LegName, { readonly leg: Leg; end(event: WorldEvent): void }>();

  function begin(name: LegName, target: DialTarget, callerId: string): void {
    const route = parts.route(target, callerId);
    if (!route.ok) {
      put({ type: 'leg.failed', leg: name, sipStatus: route.sipStatus, reason: route.reason });
      return;
    }
    const leg = createLeg({ ...options, name, keyWay: route.keyWay });
    let over = false;
    let answered = false;
    const end = (event: WorldEvent): void => {
      if (over) return;
      over = true;
      legs.delete(name);
      put(event);
      leg.close();
    };
    legs.set(name, { leg, end });

    const { invite } = route;
    function place(): void {
      if (over) return;
      leg.sip = parts.invite(
        {
          ...invite,
          sdp: (localAddress) => {
            leg.face(localAddress);
            return leg.offer();
          },
        },
        {
          ...leg.inDialog,
          onProgress: (sipStatus) => {
            if (!over) put({ type: 'leg.ringing', leg: name, sipStatus });
          },
          onConfirmed: (sdp) => {
            const wrong = sdp === null ? 'there is no description in its answer' : leg.accept(sdp);
            if (wrong !== null) {
              end({ type: 'leg.failed', leg: name, sipStatus: 488, reason: wrong });
              leg.sip?.hangup({ q850Cause: incompatibleDestination });
              return;
            }
            answered = true;
            if (!over) put({ type: 'leg.answered', leg: name });
          },
          onEnded: ({ by, status, q850Cause, reason }) => {
            const cause = q850Cause ?? normalClearing;
            if (answered)
              end({ type: 'leg.ended', leg: name, by, q850Cause: cause, reason: reason === '' ? 'hung up' : reason });
            else {
              const sipStatus = status === 0 ? 487 : status;
              const words = sipStatus === 487 ? 'cancelled' : reason === '' ? `refused with ${sipStatus}` : reason;
              end({ type: 'leg.failed', leg: name, sipStatus, reason: words });
            }
          },
        },
      );
    }

    leg
      .open()
      .then(place, (error: Error) => end({ type: 'leg.failed', leg: name, sipStatus: 503, reason: error.message }))
      .catch(onFault);
  }

  function hangUp(name: LegName): void {
    const one = legs.get(name);
    if (one === undefined) return;
    if (one.leg.sip === null) one.end({ type: 'leg.failed', leg: name, sipStatus: 487, reason: 'cancelled' });
    else one.leg.sip.hangup({ q850Cause: normalClearing });
  }

  return {
    dial: begin,
    hangUp,
    get: (name) => legs.get(name)?.leg,
    all: () => [...legs.values()].map(({ leg }) => leg),
    close() {
      for (const name of [...legs.keys()]) hangUp(name);
    },
  };
}
