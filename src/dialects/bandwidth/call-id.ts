// Owns: ids in the vendor's form, `c-` 8 hexadecimal digits `-` UUID. That of a call is made from our own id and can be
// turned back into it, so that documents and requests can name calls.
import { createHash } from 'node:crypto';
import type { CallFacts } from '../../flow/report.ts';
import { stableUuid } from '../stable-uuid.ts';

const vendorForm = /^c-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const conferenceForm = /^conf-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const idBytes = 16;

export function callIdOf(id: string): string {
  if (vendorForm.test(id)) return id;
  const bytes = Buffer.from(id, 'base64url');
  const exact = bytes.length === idBytes && bytes.toString('base64url') === id;
  return `c-${check(id)}-${exact ? asUuid(bytes) : stableUuid('call', id)}`;
}

/** Our id of a call, from the vendor's form of it or as it is. */
export function ownCallId(written: string): string {
  if (!vendorForm.test(written)) return written;
  const id = Buffer.from(written.slice(11).replaceAll('-', ''), 'hex').toString('base64url');
  return written.slice(2, 10) === check(id) ? id : written;
}

/** A conference is like a call; only the first letters of its id are others. */
export const conferenceIdOf = (id: string): string => (conferenceForm.test(id) ? id : `conf-${callIdOf(id).slice(2)}`);

export const ownConferenceId = (written: string): string =>
  conferenceForm.test(written) ? ownCallId(`c-${written.slice(5)}`) : written;

/** Of a leg that a call dialled. */
export const legIdOf = (call: string, leg: string): string => callIdOf(`${call}/${leg}`);

export const recordingIdOf = (call: string, recording: string): string =>
  `r-${check(`${call}/${recording}`)}-${stableUuid('recording', `${call}/${recording}`)}`;

/** Of what was said in a recording. */
export const transcriptionIdOf = (call: string, recording: string): string =>
  `t-${stableUuid('transcription', `${call}/${recording}`)}`;

/** Of what is said on a call while it is said. */
export const liveTranscriptionIdOf = (call: string, stream: string): string =>
  `t-${check(`${call}/${stream}`)}-${stableUuid('transcription', `${call}/${stream}`)}`;

/** Where there are no accounts, this one stands for all. */
export const accountIdOf = (call: Pick<CallFacts, 'account'>): string => call.account ?? '1000000';

export const streamIdOf = (call: string, stream: string): string =>
  `s-${check(`${call}/${stream}`)}-${stableUuid('stream', `${call}/${stream}`)}`;

export const applicationIdOf = (app: string): string =>
  uuidForm.test(app) ? app.toLowerCase() : stableUuid('app', app);

const check = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

function asUuid(bytes: Buffer): string {
  const hash = bytes.toString('hex');
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20)].join('-');
}
