// Owns: display name, privacy and User-to-User data of a call that is asked for, with the vendor's words for what is wrong.
import { type Header, hasControls, hiddenNames, privacyHeader, readUui } from '../caller-words.ts';
import { invalid } from './reply.ts';

interface Shown {
  readonly displayName?: string;
  readonly headers: readonly Header[];
}

export function privacyOf(order: { privacy?: boolean | undefined; displayName?: string | undefined }): Shown {
  const { privacy = false, displayName } = order;
  if (displayName !== undefined && hasControls(displayName))
    throw invalid('Invalid displayName: must not contain control characters');
  if (!privacy) return displayName === undefined ? { headers: [] } : { displayName, headers: [] };
  const known = displayName === undefined ? 'Anonymous' : hiddenNames.find((name) => name === displayName);
  if (known === undefined)
    throw invalid(`Invalid displayName: with privacy it must be one of [${hiddenNames.join(', ')}]`);
  return { displayName: known, headers: [privacyHeader] };
}

export function uuiHeaders(uui: string | undefined): readonly Header[] {
  if (uui === undefined || uui.trim() === '') return [];
  const headers = readUui(uui);
  if (headers === null) throw invalid('Invalid uui: each value must end with one of the encodings [jwt, base64, hex]');
  return headers;
}
