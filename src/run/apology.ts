// Owns: what a caller hears when there is no document to run. Never silence, never a technical word.
import type { Flow } from '../flow/node.ts';

const sentences: Readonly<Record<string, string>> = {
  de: 'Es tut uns leid, Ihr Anruf kann gerade nicht bearbeitet werden. Bitte versuchen Sie es später noch einmal.',
  en: 'We are sorry, your call cannot be handled at the moment. Please try again later.',
  es: 'Lo sentimos, no podemos atender su llamada en este momento. Por favor, inténtelo más tarde.',
  fr: 'Nous sommes désolés, votre appel ne peut pas être traité pour le moment. Veuillez réessayer plus tard.',
  it: 'Ci dispiace, al momento non possiamo gestire la sua chiamata. La preghiamo di riprovare più tardi.',
  pt: 'Lamentamos, não podemos atender a sua chamada neste momento. Por favor, tente mais tarde.',
};

const congestionMs = 3000;

export function apology(language: string, source: string): Flow {
  const known = sentences[language.slice(0, 2).toLowerCase()];
  const at = (path: string) => ({ line: 1, column: 1, path });
  const sound = {
    kind: 'speech',
    text: known ?? sentences['en']!,
    language: known === undefined ? 'en-US' : language,
    voice: null,
    gender: null,
  } as const;
  return {
    dialect: 'opentact',
    source,
    body: [
      {
        kind: 'play',
        at: at('apology/play[0]'),
        prompt: { sound, times: 1 },
        to: 'caller',
        stopKeys: '',
        // Nobody can speak: the tone says it in every language.
        onFailed: [
          {
            kind: 'play',
            at: at('apology/play[1]'),
            prompt: { sound: { kind: 'progress', name: 'congestion', durationMs: congestionMs }, times: 1 },
            to: 'caller',
            stopKeys: '',
            onFailed: null,
          },
        ],
      },
      { kind: 'hangup', at: at('apology/hangup[0]'), reason: 'no document' },
    ],
  };
}
