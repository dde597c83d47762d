// Owns: ids in the form of v1: a prefix and small letters in base 32. Those of calls and recordings are made from our own
// and can be turned back into them, so that requests can name them.
import { createHash } from 'node:crypto';
import { newId } from '../../base/ids.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const idBytes = 16;
/** What a call's id is followed by in that of a call that it was transferred to. */
const legForm = /^c-([a-z2-7]{26})(?:t(\d{1,4}))?$/;
const recordingForm = /^rec-([a-z2-7]{26})-(\d{1,6})$/;
const mediaForm = /^(c-[a-z2-7]{26})-(\d{1,6})\.(wav|txt)$/;

export function callIdOf(id: string): string {
  const bytes = exactBytes(id);
  return bytes === null ? id : `c-${encode(bytes)}`;
}

export interface NamedCall {
  /** Our own id. */
  readonly call: string;
  /** Which of its transfers is meant, from 1; 0 is the call itself. */
  readonly transfer: number;
}

/** What a request names, in the vendor's form or in ours. */
export function namedCall(written: string): NamedCall {
  const [, encoded, transfer] = legForm.exec(written) ?? [];
  if (encoded === undefined) return { call: written, transfer: 0 };
  return { call: decode(encoded), transfer: Number(transfer ?? 0) };
}

export const transferIdOf = (call: string, transfer: number): string => `${callIdOf(call)}t${transfer}`;

export function conferenceIdOf(id: string): string {
  const bytes = exactBytes(id);
  return bytes === null ? id : `conf-${encode(bytes)}`;
}

export function namedConference(written: string): string {
  const encoded = /^conf-([a-z2-7]{26})$/.exec(written)?.[1];
  return encoded === undefined ? written : decode(encoded);
}

/** Of a call, by our own ids, in a conference. */
export const memberIdOf = (conference: string, call: string): string => stableId('member', `${conference} ${call}`);

const ownRecording = /^recording-(\d+)$/;

export function recordingIdOf(call: string, recording: string): string {
  const bytes = exactBytes(call);
  const count = ownRecording.exec(recording)?.[1];
  return bytes === null || count === undefined ? recording : `rec-${encode(bytes)}-${count}`;
}

/** Of what was said in it. */
export const transcriptionIdOf = (call: string, recording: string): string =>
  recordingIdOf(call, recording).replace(/^rec-/, 'tr-');

export interface NamedRecording {
  readonly call: string;
  readonly recording: string;
}

export function namedRecording(written: string): NamedRecording | null {
  const [, encoded, count] = recordingForm.exec(written) ?? [];
  return encoded === undefined ? null : { call: decode(encoded), recording: `recording-${count}` };
}

/** The name under `media` of a recording's file, or of its words. */
export const mediaNameOf = (call: string, recording: string, kind: 'wav' | 'txt' = 'wav'): string =>
  `${callIdOf(call)}-${ownRecording.exec(recording)?.[1] ?? recording}.${kind}`;

export function namedMedia(written: string): (NamedRecording & { readonly kind: 'wav' | 'txt' }) | null {
  const [, call, count, kind] = mediaForm.exec(written) ?? [];
  if (call === undefined) return null;
  return { call: namedCall(call).call, recording: `recording-${count}`, kind: kind === 'txt' ? 'txt' : 'wav' };
}

/** A new one that nobody has, `gtr-…`. */
export const freshId = (prefix: string): string => `${prefix}-${encode(exactBytes(newId())!)}`;

/** The same one for the same words. */
export function stableId(prefix: string, words: string): string {
  return `${prefix}-${encode(createHash('sha256').update(`${prefix}:${words}`).digest().subarray(0, idBytes))}`;
}

function exactBytes(id: string): Buffer | null {
  const bytes = Buffer.from(id, 'base64url');
  return bytes.length === idBytes && bytes.toString('base64url') === id ? bytes : null;
}

function encode(bytes: Uint8Array): string {
  let text = '';
  let value = 0;
  let bits = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >> bits) & 31]!;
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31]!;
}

function decode(text: string): string {
  const bytes: number[] = [];
  let value = 0;
  let bits = 0;
  for (const letter of text) {
    value = (value << 5) | alphabet.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 255);
    }
    value &= (1 << bits) - 1;
  }
  return Buffer.from(bytes).toString('base64url');
}
