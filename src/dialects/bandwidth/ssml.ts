// Owns: what of SSML in a SpeakSentence is heard (W3C SSML 1.1; which elements the vendor takes stands in decisions.ts): a
// sentence becomes texts in one language each, with silences between them.
// Does not: pass SSML on; the engines take plain text.
import { speech } from '../../flow/build.ts';
import type { Silence, Speech } from '../../flow/node.ts';
import type { Problems } from '../problems.ts';
import type { XmlElement } from '../xml/document.ts';
import { shorten } from '../xml/fields.ts';
import { suggest } from '../xml/suggest.ts';
import { languageTag } from './language.ts';

export interface SpeechWords {
  readonly language: string;
  readonly gender: 'female' | 'male';
}

const strengths: Readonly<Record<string, number>> = {
  none: 0,
  'x-weak': 100,
  weak: 250,
  medium: 500,
  strong: 750,
  'x-strong': 1000,
};
const longestBreakMs = 10_000;
const spelled: ReadonlySet<string> = new Set(['characters', 'spell-out', 'verbatim', 'digits', 'telephone']);
const known = ['break', 'emphasis', 'lang', 'p', 'phoneme', 'prosody', 's', 'say-as', 'speak', 'sub'];

export function readSsml(
  sentence: XmlElement,
  { language, gender }: SpeechWords,
  problems: Problems,
): readonly (Speech | Silence)[] {
  const sounds: (Speech | Silence)[] = [];
  let text = '';
  let spokenIn = language;

  function flush(): void {
    const words = text.replaceAll(/\s+/g, ' ').trim();
    text = '';
    if (/[\p{L}\p{N}\p{S}]/u.test(words)) sounds.push(speech(words, { language: spokenIn, gender }));
  }

  function walk(element: XmlElement, change: (words: string) => string): void {
    let afterElement = false;
    for (const child of element.children) {
      if (child.kind === 'text') text += change(child.value);
      else {
        // White space between two elements is not told by the reader.
        if (afterElement) text += ' ';
        enter(child, change);
      }
      afterElement = child.kind === 'element';
    }
  }

  function enter(element: XmlElement, change: (words: string) => string): void {
    const attribute = (name: string): string => element.attributes.get(name)?.value.trim() ?? '';
    switch (element.name) {
      case 'break': {
        const ms = breakMs(element, problems);
        flush();
        if (ms > 0) sounds.push({ kind: 'silence', durationMs: ms });
        return;
      }
      case 'sub':
        if (attribute('alias') !== '') text += attribute('alias');
        else walk(element, change);
        return;
      case 'say-as':
        walk(element, spelled.has(attribute('interpret-as')) ? spell : change);
        return;
      case 'lang': {
        const before = spokenIn;
        const wanted = languageTag(attribute('xml:lang'));
        flush();
        spokenIn = wanted ?? before;
        walk(element, change);
        flush();
        spokenIn = before;
        return;
      }
      case 'p':
      case 's':
        walk(element, change);
        text = /[\p{L}\p{N}]\s*$/u.test(text) ? `${text.trimEnd()}. ` : text;
        return;
      default:
        if (!known.includes(element.name)) warnUnknown(element, problems);
        walk(element, change);
    }
  }

  walk(sentence, (words) => words);
  flush();
  return sounds;
}

const spell = (words: string): string => [...words.replaceAll(/\s+/g, '')].join(' ');

function breakMs(element: XmlElement, problems: Problems): number {
  const time = element.attributes.get('time');
  const strength = element.attributes.get('strength');
  if (time !== undefined) {
    const parts = /^(\d{1,6}(?:\.\d{1,6})?)(ms|s)$/.exec(time.value.trim());
    if (parts !== null) return Math.min(longestBreakMs, Math.round(Number(parts[1]) * (parts[2] === 's' ? 1000 : 1)));
    const shown = shorten(time.value, 30);
    problems.warn(
      'attribute-invalid',
      time.at,
      `time="${shown}" is not possible; 500ms is used.`,
      'Write it as 500ms or 1.5s.',
    );
  }
  return strengths[strength?.value.trim() ?? ''] ?? 500;
}

function warnUnknown({ name, at }: XmlElement, problems: Problems): void {
  const near = suggest(name, known);
  problems.warn(
    'verb-unknown',
    at,
    `<${shorten(name)}> is not SSML that is known here; its text is spoken.`,
    near === null ? null : `Did you mean <${near}>?`,
  );
}
