// Owns: the messages on the websocket of a StartTranscription: `start`, `transcription` for each piece of what was said, and
// `stop`, as JSON. A piece never changes once it is told; the engine tells no single words, so `items` is empty.
import type { CallFacts } from '../../flow/report.ts';
import type { StreamFacts, TranscriptWords } from '../stream-words.ts';
import { accountIdOf, callIdOf, liveTranscriptionIdOf } from './call-id.ts';
import { trackNames } from './stream-words.ts';

export const transcriptWords: TranscriptWords = {
  start: (stream, call) =>
    JSON.stringify({
      eventType: 'start',
      metadata: metadata(stream, call),
      ...(Object.keys(stream.params).length === 0 ? {} : { customParams: stream.params }),
    }),
  said: ({ track, startedAt, endedAt, text, language }) =>
    JSON.stringify({
      eventType: 'transcription',
      track,
      startTime: new Date(startedAt).toISOString(),
      endTime: new Date(endedAt).toISOString(),
      isPartial: false,
      ...languageOf('language', language),
      transcript: text,
      items: [],
    }),
  stop: (stream, call) => JSON.stringify({ eventType: 'stop', metadata: metadata(stream, call) }),
};

function metadata(facts: StreamFacts, call: CallFacts) {
  const { stream, tracks } = facts;
  return {
    accountId: accountIdOf(call),
    callId: callIdOf(call.id),
    realtimeTranscriptionId: liveTranscriptionIdOf(call.id, stream),
    transcriptionName: transcriptionNameOf(facts, call),
    tracks: trackNames(tracks).map((name) => ({ name })),
    stabilized: true,
  };
}

/** One without a name of its own is named by its id. */
export const transcriptionNameOf = ({ stream, name }: Pick<StreamFacts, 'stream' | 'name'>, call: CallFacts): string =>
  name === stream ? liveTranscriptionIdOf(call.id, stream) : name;

/** The vendor knows three; engines say `english`, or `en`. */
const languages: readonly (readonly [RegExp, string])[] = [
  [/^en(glish)?(-|$)/i, 'en-US'],
  [/^es(-|$)|^spanish$/i, 'es-US'],
  [/^fr(ench)?(-|$)/i, 'fr-FR'],
];

/** Nothing for any other. */
export function languageOf(property: string, language: string | null): Readonly<Record<string, string>> {
  const known = languages.find(([form]) => form.test(language ?? ''));
  return known === undefined ? {} : { [property]: known[1] };
}
