// Owns: which engine speaks, as the configuration says, and where spoken clips are kept.
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import type { HttpClient } from '../hooks/http-client.ts';
import type { AudioDecoder } from '../media/decode-audio.ts';
import type { SpeechEngine } from '../speech/engine.ts';
import { createEspeak } from '../speech/espeak.ts';
import { createOpenAiSpeech } from '../speech/openai.ts';
import { createSpeech, type SpeechSource } from '../speech/speech.ts';
import { createSpeechFolder } from '../speech/speech-folder.ts';
import type { Config } from './config.ts';

interface Parts {
  readonly log: Log;
  readonly http: HttpClient;
  readonly decoder: AudioDecoder;
}

const folderBytes = 256 * 1024 * 1024;

/** null when speech is switched off. */
export function createConfiguredSpeech({ speech, dataDir }: Config, parts: Parts): SpeechSource | null {
  const { log, http, decoder } = parts;
  if (speech.engine === 'none') return null;
  const { resample } = decoder;
  const engine: SpeechEngine =
    speech.engine === 'espeak'
      ? createEspeak({ log, resample, defaultLanguage: speech.language })
      : createOpenAiSpeech({
          ...speech.openai,
          // The operator wrote this address, wherever it leads.
          fetch: (request) => http.fetch({ ...request, trust: { origin: 'configured', trustedOrigins: [] } }),
          decode: (bytes, contentType) => decoder.decode(bytes, { contentType, name: null }),
          resample,
        });
  return createSpeech({ engine, log, folder: createSpeechFolder(join(dataDir, 'speech'), folderBytes, log) });
}
