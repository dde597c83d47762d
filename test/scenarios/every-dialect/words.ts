// Owns: small words that many stories share, in each dialect: a sentence, a question that wants keys, thanks at the end.
import type { BuiltDialect } from '../../../src/dialects/index.ts';
import type { CallerStep } from '../../../src/testkit/index.ts';
import type { ReplyInFull } from '../../../src/testkit/scenario.ts';

type Words<Said> = Readonly<Record<BuiltDialect, Said>>;

export const say: Words<(text: string) => string> = {
  opentact: (text) => `<Say>${text}</Say>`,
  bandwidth: (text) => `<SpeakSentence>${text}</SpeakSentence>`,
  'bandwidth-v1': (text) => `<SpeakSentence>${text}</SpeakSentence>`,
  ozml: (text) => `<Speak>${text}</Speak>`,
};

export const last = (dialect: BuiltDialect, text: string): string => `${say[dialect](text)}<Hangup/>`;
export const thanks: Words<string> = {
  opentact: last('opentact', 'Thank you.'),
  bandwidth: last('bandwidth', 'Thank you.'),
  'bandwidth-v1': last('bandwidth-v1', 'Thank you.'),
  ozml: last('ozml', 'Thank you.'),
};

export const question = 'Please enter your code.';
export const asking: CallerStep = { until: 'prompt-started', prompt: question };
export const asked: CallerStep = { until: 'prompt-ended', prompt: question };

/** Sentences, and then keys, which are told to `/keys` or another address. */
export const ask: Words<(attributes: string, to?: string, ...sentences: string[]) => string> = {
  opentact: (attributes, to = '/keys', ...sentences) =>
    `<Gather callback="${to}" ${attributes}>${all('opentact', sentences)}</Gather>`,
  bandwidth: (attributes, to = '/keys', ...sentences) =>
    `<Gather gatherUrl="${to}" ${attributes}>${all('bandwidth', sentences)}</Gather>`,
  'bandwidth-v1': (attributes, to = '/keys', ...sentences) =>
    `<Gather requestUrl="${to}" ${attributes}>${all('bandwidth-v1', sentences)}</Gather>`,
  ozml: (attributes, to = '/keys', ...sentences) =>
    `<UserInput ForwardToUrl="${to}" ${attributes}><InitialCommands>${all('ozml', sentences)}</InitialCommands></UserInput>`,
};

const all = (dialect: BuiltDialect, sentences: readonly string[]): string =>
  (sentences.length === 0 ? [question] : sentences).map(say[dialect]).join('');

/** An answer that takes its time. */
export const slow = (inside: string, delayMs = 1500): ReplyInFull => ({
  ...{ delayMs, body: `<Response>${inside}</Response>` },
});
export const asIs = (body: string): ReplyInFull => ({ body });
export const gone: ReplyInFull = { status: 500, contentType: 'text/plain', body: 'boom' };

export const apology = 'We are sorry, your call cannot be handled at the moment. Please try again later.';
