// Owns: the asking for a call that we place: what it says, what it must not say, and how its tape keeps it, from which a
// restart reads it again. Does not: know accounts or vendors (dialects/rest.ts says the same in their words).
import { CodedError } from '../base/errors.ts';
import type { DialTarget } from '../flow/node.ts';
import type { CallPlan } from '../flow/plan.ts';
import type { CallEvent, PlacedOrder } from './event.ts';

export interface PlaceOrder {
  /** A new one unless given. */
  readonly id?: string;
  readonly app: string;
  /** Whose calls it waits with for its turn; '' when it is nobody's. */
  readonly account?: string;
  /** The number that is shown. */
  readonly from: string;
  readonly to: DialTarget;
  readonly plan: CallPlan;
  /** The name shown beside the number. */
  readonly displayName?: string;
  /** Go with the INVITE, such as User-to-User, Diversion or one of your own. */
  readonly headers?: PlacedOrder['headers'];
  /** 1 goes first; 5. Of those that wait for their turn. 3. */
  readonly priority?: number;
}

type Placed = Extract<CallEvent, { type: 'call.placed' }>;

const usualPriority = 3;
/** With the rest of an INVITE it must stay a message that every peer takes. */
const mostHeaderBytes = 4096;

/** A call is made of these; another one of the same name would make it somebody else's, or unreadable. */
const ownHeaders = new Set(
  (
    'via v from f to t call-id i cseq contact m max-forwards route record-route content-length l content-type c ' +
    'content-encoding e content-disposition authorization proxy-authorization supported k require proxy-require allow ' +
    'session-expires x min-se user-agent rseq rack event o accept accept-encoding accept-language'
  ).split(' '),
);

/** Throws CodedError `call-not-placed`. */
export function checkOrder({ from, to, displayName = '', headers = [], priority = usualPriority }: PlaceOrder): void {
  if (to.address === '') refuse('Nobody is named to call.');
  if (isBroken(`${from}${to.address}${displayName}`)) refuse('A number or a name holds a control character.');
  if (!Number.isInteger(priority) || priority < 1 || priority > 5) refuse('The priority is no number from 1 to 5.');
  let bytes = 0;
  for (const { name, value } of headers) {
    if (!/^[\w!%*+'`~.-]+$/.test(name)) refuse(`“${name.slice(0, 60)}” is no name of a SIP header.`);
    if (ownHeaders.has(name.toLowerCase())) refuse(`The header ${name} is the server's own.`);
    if (isBroken(value)) refuse(`The value of ${name} holds a line break or another control character.`);
    bytes += Buffer.byteLength(`${name}: ${value}\r\n`);
  }
  if (bytes > mostHeaderBytes) refuse(`The headers are longer than ${mostHeaderBytes} bytes.`);
}

function isBroken(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 ? code !== 9 : code === 127) return true;
  }
  return false;
}

function refuse(why: string): never {
  throw new CodedError('call-not-placed', why);
}

export const priorityOf = ({ priority = usualPriority }: Pick<PlaceOrder, 'priority'>): number => priority;
export const accountOf = ({ account = '' }: Pick<PlaceOrder, 'account'>): string => account;

/** Its first line. `enqueuedAt`: when it was put behind others; null when it was its turn at once. */
export function placedEvent(order: PlaceOrder, call: string, enqueuedAt: string | null): Placed {
  const { app, from, to, plan, displayName, headers } = order;
  return {
    ...{ type: 'call.placed', call, app, from, to: to.address, plan },
    order: {
      kind: to.kind,
      account: accountOf(order),
      priority: priorityOf(order),
      ...(displayName === undefined ? {} : { displayName }),
      ...(headers === undefined ? {} : { headers }),
      ...(enqueuedAt === null ? {} : { enqueuedAt }),
    },
  };
}

export function orderOf({ call: id, app, from, to, plan, order }: Placed): PlaceOrder {
  const { kind, account, priority, displayName, headers } = order;
  return {
    ...{ id, app, account, from, to: { kind, address: to }, plan, priority },
    ...(displayName === undefined ? {} : { displayName }),
    ...(headers === undefined ? {} : { headers }),
  };
}
