// Owns: a sentence as documents and requests of v1 ask for it, as a sound: gender, locale and voice, in any capitals.
import type { Speech } from '../../flow/node.ts';
import { languageTag } from '../bandwidth/language.ts';
import { voices } from '../bandwidth/voices.ts';

export interface Sentence {
  readonly text: string;
  readonly gender: 'female' | 'male' | null;
  readonly locale: string | null;
  readonly voice: string | null;
}

/** `fault` says in words what was not possible; the default stands in its place. */
export function spokenSound({ text, gender, locale, voice }: Sentence): { speech: Speech; fault: string | null } {
  const known = voice === null ? undefined : voices[voice.toLowerCase()];
  const language = locale === null ? 'en-US' : languageTag(locale);
  const fault =
    language === null
      ? 'The locale is not a language; en_US is used.'
      : voice !== null && voice !== '' && known === undefined
        ? 'There is no such voice; locale and gender choose one.'
        : null;
  const how = known ?? { language: language ?? 'en-US', gender: gender ?? 'female' };
  // A name in braces is a variable to the interpreter; v1 has none.
  return { speech: { kind: 'speech', text: text.replaceAll('{{', '{ {'), voice: null, ...how }, fault };
}
