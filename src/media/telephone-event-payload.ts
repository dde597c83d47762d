// hot path
// Owns: the 4-byte telephone-event block and the meaning of event codes (RFC 4733 2.3, 3.2; RFC 2833 3.10 for flash).
//
//    0                   1                   2                   3
//   |     event     |E|R| volume    |          duration             |
//
// Does not: decide what is one press; that is telephone-event-receiver.ts.

export const eventBlockBytes = 4;
export const flashEvent = 16;
/** Longest duration one block can say, in clock units. */
export const longestDuration = 0xffff;

const digits = '0123456789*#ABCD';

/** The key of an event code 0 to 15; '' for any other. */
export function digitOfEvent(event: number): string {
  return event < 16 ? digits[event]! : '';
}

/** The event code of a key, lower case letters too; -1 when it is none. */
export function eventOfDigit(digit: string): number {
  return digit.length === 1 ? digits.indexOf(digit >= 'a' && digit <= 'd' ? digit.toUpperCase() : digit) : -1;
}

export function encodeEventBlock(
  into: Uint8Array,
  offset: number,
  event: number,
  end: boolean,
  volume: number,
  duration: number,
): void {
  into[offset] = event;
  into[offset + 1] = (end ? 0x80 : 0) | (volume & 0x3f);
  into[offset + 2] = duration >>> 8;
  into[offset + 3] = duration;
}
