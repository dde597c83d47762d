// Owns: one leg that we call, from its INVITE to its end, told in words of the tape. Its end is told exactly once, whether it
// was refused, cancelled, cannot be understood or was talked to.
// Does not: know for whom: legs that a document dials are in dialled-legs.ts, the one of a call that we place in called-leg.ts.
import type { LegHandlers, OutgoingInvite, SavedLeg } from '../sip/endpoint.ts';
import type { CallParts } from './call-parts.ts';
import type { WorldEvent } from './event.ts';
import { createLeg, type Leg, type LegOptions } from './leg.ts';

export type LegEnd = Extract<WorldEvent, { type: 'leg.failed' | 'leg.ended' }>;

export interface DialledLeg {
  readonly leg: Leg;
  readonly over: boolean;
  /** Takes ports and calls; one that has ended meanwhile is not called. `first` is waited for. */
  call(invite: Omit<OutgoingInvite, 'sdp'>, first?: () => Promise<void>): void;
  /** Takes up the dialog of a killed process. Throws when that cannot be. */
  restore(saved: SavedLeg, options: Parameters<CallParts['restore']>[2]): void;
  /** Says how it ended, unless that was said. */
  end(event: LegEnd): void;
}

export interface DialledLegOptions extends LegOptions {
  readonly parts: CallParts;
  /** Of one that is taken up: it was talked to. */
  readonly answered: boolean;
  readonly onAnswered: () => void;
  /** Once. */
  readonly onEnd: (event: LegEnd) => void;
}

const incompatibleDestination = 88;
const normalClearing = 16;

export function createDialledLeg(options: DialledLegOptions): DialledLeg {
  const { name, parts, put, onFault, onAnswered, onEnd } = options;
  const leg = createLeg(options);
  let over = false;
  let answered = options.answered;

  function end(event: LegEnd): void {
    if (over) return;
    over = true;
    onEnd(event);
  }

  const handlers: LegHandlers = {
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
      if (!over) onAnswered();
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
      return parts.durable();
    },
  };

  async function open(first: (() => Promise<void>) | undefined): Promise<boolean> {
    try {
      await leg.open();
    } catch (error) {
      end({ type: 'leg.failed', leg: name, sipStatus: 503, reason: (error as Error).message });
    }
    await first?.();
    return !over;
  }

  return {
    leg,
    end,
    get over() {
      return over;
    },
    call(invite, first) {
      const sdp = (localAddress: string): string => {
        leg.face(localAddress);
        return leg.offer();
      };
      open(first)
        .then((ready) => {
          if (ready) leg.sip = parts.invite({ ...invite, sdp }, handlers);
        })
        .catch(onFault);
    },
    restore(saved, how) {
      leg.sip = parts.restore(saved, handlers, how);
    },
  };
}
