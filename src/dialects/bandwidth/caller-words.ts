// Owns: what the called party's phone is shown and handed beside the number: display name, privacy (RFC 3323) and
// User-to-User data (RFC 7433), as SIP headers. Used by requests and by documents.
// Does not: hide the number itself in From; the trunk does, which must know who calls.

export interface Header {
  readonly name: string;
  readonly value: string;
}

/** What may be shown in place of a name that is hidden. */
export const hiddenNames = ['Restricted', 'Anonymous', 'Private', 'Unavailable'] as const;

export const privacyHeader: Header = { name: 'Privacy', value: 'user;id' };

export const hasControls = (text: string): boolean => /\p{Cc}/u.test(text);

const oneUui = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x7e]+;encoding=(jwt|base64|hex)$/i;

/** null: a value has no encoding, or what cannot stand in a header. */
export function readUui(uui: string): readonly Header[] | null {
  const values = uui.split(',').map((value) => value.trim());
  return values.every((value) => oneUui.test(value)) ? values.map((value) => ({ name: 'User-to-User', value })) : null;
}
