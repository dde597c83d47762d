// Owns: a real server on loopback for a stage of stories: an app and a number for each, everything else as configured by
// nobody.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../src/base/log.ts';
import { readConfig } from '../../src/server/config.ts';
import { createServer, type Server } from '../../src/server/server.ts';
import type { LiveServer, LiveStage } from '../../src/testkit/index.ts';
import type { PacedSpeech } from './paced-speech.ts';

const voiceOf = ({ url }: PacedSpeech) => ({ url, model: 'paced', voice: 'tone', apiKey: null });

export interface StageServer {
  readonly at: LiveServer;
  readonly server: Server;
  /** What the server said was wrong with itself. */
  readonly faults: readonly object[];
  close(): Promise<void>;
}

export async function openStageServer(stage: LiveStage, speech?: PacedSpeech): Promise<StageServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keytone-live-'));
  const { config } = readConfig({ file: null, environment: {}, workingDir: dataDir });
  if (config === null) throw new Error('the built-in configuration is wrong');
  const faults: object[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn() {},
    error: (fields, message) => faults.push({ message, ...fields }),
    child: () => log,
  };
  const server = await createServer(
    {
      ...config,
      dataDir,
      sip: { ...config.sip, host: '127.0.0.1', port: 0 },
      http: { host: '127.0.0.1', port: 0 },
      media: { ...config.media, host: '127.0.0.1', portRange: [46_000, 49_999], workers: 1 },
      ...(speech === undefined ? {} : { speech: { ...config.speech, engine: 'openai', openai: voiceOf(speech) } }),
      apps: stage.apps,
      numbers: stage.apps.map(({ number, name }) => ({ number, app: name })),
    },
    log,
    stage.seams,
  );
  const { address, port } = server.sip[0]!;
  return {
    at: {
      address,
      port,
      command: (call, command) => server.calls.get(call)?.command(command),
      conference: (call, command) =>
        server.conferences
          .list()
          .find(({ members }) => members.some((member) => member.call === call))
          ?.command(command),
    },
    server,
    faults,
    async close() {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
