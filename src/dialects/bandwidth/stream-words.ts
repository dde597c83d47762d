// Owns: the messages on the websocket of a StartStream: `start`, `media` and `stop` to the application, `playAudio` and `clear`
// from it. They are JSON, audio in base64.
import type { CallFacts } from '../../flow/report.ts';
import type { StreamFacts, StreamWord, StreamWords } from '../stream-words.ts';
import { accountIdOf, callIdOf, streamIdOf } from './call-id.ts';

const format = { encoding: 'PCMU', sampleRate: 8000 } as const;
const mostChannels = 2;
const rates = { least: 4000, most: 192_000 } as const;

export const streamWords: StreamWords = {
  start: (stream, call) =>
    JSON.stringify({
      eventType: 'start',
      metadata: metadata(stream, call),
      ...(Object.keys(stream.params).length === 0 ? {} : { streamParams: stream.params }),
    }),
  audio: (track, audio, sequence) =>
    `{"eventType":"media","track":"${track}","sequenceNumber":${sequence},"payload":"${Buffer.from(audio).toString('base64')}"}`,
  stop: (stream, call) => JSON.stringify({ eventType: 'stop', metadata: metadata(stream, call) }),
  read,
};

function metadata(facts: StreamFacts, call: CallFacts) {
  const { stream, tracks } = facts;
  return {
    accountId: accountIdOf(call),
    callId: callIdOf(call.id),
    streamId: streamIdOf(call.id, stream),
    streamName: streamNameOf(facts, call),
    tracks: trackNames(tracks).map((track) => ({ name: track, mediaFormat: format })),
  };
}

/** One without a name of its own is named by its id. */
export const streamNameOf = ({ stream, name }: Pick<StreamFacts, 'stream' | 'name'>, call: CallFacts): string =>
  name === stream ? streamIdOf(call.id, stream) : name;

export const trackNames = (tracks: StreamFacts['tracks']): readonly ('inbound' | 'outbound')[] =>
  tracks === 'both' ? ['inbound', 'outbound'] : [tracks];

function read(text: string): StreamWord | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  const { eventType, media } = (message ?? {}) as { eventType?: unknown; media?: unknown };
  if (eventType === 'clear') return { kind: 'hush' };
  if (eventType !== 'playAudio') return null;
  const { contentType, payload } = (media ?? {}) as { contentType?: unknown; payload?: unknown };
  if (typeof contentType !== 'string' || typeof payload !== 'string') return null;
  const form = formOf(contentType);
  return form === null ? null : { kind: 'audio', ...form, bytes: Buffer.from(payload, 'base64') };
}

type Form = Omit<Extract<StreamWord, { kind: 'audio' }>, 'kind' | 'bytes'>;

/** `audio/pcmu`, or `audio/pcm;rate=24000;channels=1;bit-depth=16;endian=little;encoding=signed`. */
function formOf(contentType: string): Form | null {
  const [type = '', ...written] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const params = new Map(written.map((part) => part.split('=', 2).map((side) => side.trim()) as [string, string]));
  const rateHz = Number(params.get('rate') ?? 8000);
  const channels = Number(params.get('channels') ?? 1);
  if (!Number.isInteger(rateHz) || rateHz < rates.least || rateHz > rates.most) return null;
  if (!Number.isInteger(channels) || channels < 1 || channels > mostChannels) return null;
  if (type === 'audio/pcmu') return { encoding: 'pcmu', rateHz, channels };
  const asExpected =
    (params.get('bit-depth') ?? '16') === '16' &&
    (params.get('endian') ?? 'little') === 'little' &&
    (params.get('encoding') ?? 'signed') === 'signed';
  return type === 'audio/pcm' && asExpected ? { encoding: 'pcm16', rateHz, channels } : null;
}
