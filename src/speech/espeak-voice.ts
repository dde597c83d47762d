// Owns: from a document's language, voice and gender to a voice of eSpeak NG, and from any text to one that it reads as text.

/** As eSpeak NG lists it: `gmw/en-US` speaks `en-us` (priority 2) and `en` (priority 3). */
export interface EspeakVoice {
  readonly identifier: string;
  readonly languages: readonly { readonly name: string; readonly priority: number }[];
}

export interface VoiceChoice {
  /** What eSpeak NG is told, e.g. `en-US+f3`. */
  readonly voice: string;
  /** Whether the language was there. */
  readonly exact: boolean;
}

/** Macro languages and old codes that documents use (BCP 47), as eSpeak NG has them. */
const aliases: Readonly<Record<string, string>> = {
  zh: 'cmn',
  'zh-cn': 'cmn',
  'zh-tw': 'cmn',
  'zh-hk': 'yue',
  'cmn-cn': 'cmn',
  no: 'nb',
  iw: 'he',
  in: 'id',
  ji: 'yi',
  tl: 'fil',
};

/** Voices of all genders that other products' documents name. */
const genders: Readonly<Record<string, 'female' | 'male'>> = {
  woman: 'female',
  female: 'female',
  man: 'male',
  male: 'male',
  alice: 'female',
};
const variants = { female: 'f3', male: 'm3' } as const;
const variantNames = /^(f[1-5]|m[1-8])$/;

function find(voices: readonly EspeakVoice[], tag: string): EspeakVoice | undefined {
  let best: { voice: EspeakVoice; priority: number } | undefined;
  for (const voice of voices) {
    for (const { name, priority } of voice.languages)
      if (name === tag && (best === undefined || priority < best.priority)) best = { voice, priority };
  }
  return best?.voice;
}

export function chooseVoice(
  voices: readonly EspeakVoice[],
  speech: { readonly language: string; readonly voice: string | null; readonly gender: 'female' | 'male' | null },
  defaultLanguage: string,
): VoiceChoice {
  const asked = speech.language.trim().toLowerCase().replaceAll('_', '-');
  const tag = aliases[asked] ?? asked;
  const base = tag.split('-')[0]!;
  const same = find(voices, tag);
  const near =
    find(voices, aliases[base] ?? base) ??
    voices.find(({ languages }) => languages.some(({ name }) => name.startsWith(`${base}-`)));
  const found = same ?? near ?? find(voices, defaultLanguage.toLowerCase());
  const file = found?.identifier.split('/').at(-1) ?? 'en';

  const named = speech.voice?.trim().toLowerCase() ?? '';
  const gender = genders[named] ?? speech.gender;
  const variant = variantNames.test(named) ? named : gender === null ? '' : variants[gender];
  return { voice: variant === '' ? file : `${file}+${variant}`, exact: same !== undefined || near !== undefined };
}

/** eSpeak NG reads SSML and `[[phonemes]]`; a caller's name or a typed text must not reach that. */
export function espeakText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/\[(?=\[)/g, '[ ');
}
