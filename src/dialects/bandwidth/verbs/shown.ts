// Owns: what a dialled phone is shown and handed beside the number: display name, privacy, where the call was diverted from
// (RFC 5806) and User-to-User data, from the attributes of Transfer, Forward and their targets.
import type { DialTarget } from '../../../flow/node.ts';
import { type Fields, shorten } from '../../xml/fields.ts';
import { type Header, hasControls, hiddenNames, privacyHeader, readUui } from '../caller-words.ts';
import { byDefault } from '../decisions.ts';
import type { Scope } from '../scope.ts';

export type Shown = Pick<DialTarget, 'displayName' | 'headers'>;

export function nameOf(fields: Fields, attribute: string, callerId: string | null, scope: Scope): Shown {
  const hides = fields.boolean('privacy', false);
  const written = fields.text(attribute);
  const hidden = callerId === 'anonymous' ? fields.text('transferCallerId') : null;
  if (!hides && hidden === null)
    return written === null || !fits(written, attribute, fields, scope) ? {} : shownAs(written);
  const name = hiddenNames.find((one) => one.toLowerCase() === (written ?? hidden)?.toLowerCase());
  if (written !== null && name === undefined)
    scope.problems.warn(
      'attribute-invalid',
      fields.attribute(attribute)!.at,
      `${attribute}="${shorten(written)}" would tell who calls; Anonymous is shown.`,
      `With privacy allowed: ${hiddenNames.join(', ')}.`,
    );
  return { displayName: name ?? 'Anonymous', headers: [privacyHeader] };
}

/** Braces would be variables to the interpreter. */
const shownAs = (name: string): Shown => ({ displayName: name.replaceAll('{{', '{ {') });

function fits(written: string, attribute: string, fields: Fields, { problems }: Scope): boolean {
  const { displayName: most } = byDefault;
  if (written !== '' && written.length <= most && !hasControls(written)) return true;
  if (written !== '')
    problems.warn(
      'attribute-invalid',
      fields.attribute(attribute)!.at,
      `${attribute} cannot be shown; no name is.`,
      `Allowed: ${most} characters without line breaks.`,
    );
  return false;
}

export const diversionTreatments = ['none', 'propagate', 'stack'] as const;
export const diversionReasons: readonly string[] = [
  ...['unknown', 'user-busy', 'no-answer', 'unavailable', 'unconditional', 'time-of-day', 'do-not-disturb'],
  ...['deflection', 'follow-me', 'out-of-service', 'away'],
];

/** The interpreter knows what the call came in with, and which number was called; of what is empty nothing is sent. */
export function diversionHeaders(fields: Fields): readonly Header[] {
  const treatment = fields.choice('diversionTreatment', diversionTreatments, 'none');
  return diversionOf(treatment, fields.choice('diversionReason', diversionReasons, 'unknown'));
}

export function diversionOf(treatment: (typeof diversionTreatments)[number], reason: string): readonly Header[] {
  if (treatment === 'none') return [];
  const before: Header = { name: 'Diversion', value: '{{diversion}}' };
  if (treatment === 'propagate') return [before];
  // The newest comes first.
  return [{ name: 'Diversion', value: `<tel:{{to}}>;reason=${reason}` }, before];
}

export function uuiHeaders(fields: Fields, { problems }: Scope): readonly Header[] {
  const written = fields.text('uui');
  if (written === null || written === '') return [];
  const headers = written.length <= byDefault.uui ? readUui(written.replaceAll('{', '%7B')) : null;
  if (headers !== null) return headers;
  problems.warn(
    'attribute-invalid',
    fields.attribute('uui')!.at,
    'uui cannot be sent; it is ignored.',
    `Write values as aGVsbG8=;encoding=base64 (or jwt, hex), with commas between them, ${byDefault.uui} characters in all.`,
  );
  return [];
}

/** One target with all of it. */
export function withShown(target: DialTarget, ...parts: readonly Shown[]): DialTarget {
  const headers = parts.flatMap((part) => part.headers ?? []);
  const displayName = parts.find((part) => part.displayName !== undefined)?.displayName;
  return {
    ...target,
    ...(displayName === undefined ? {} : { displayName }),
    ...(headers.length === 0 ? {} : { headers }),
  };
}
