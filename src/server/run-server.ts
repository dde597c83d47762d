// Owns: a server as a process: the log, the banner, signals. The first SIGTERM or SIGINT drains, the second ends at once.
import { formatBanner } from './banner.ts';
import type { Config } from './config.ts';
import { createLog } from './log.ts';
import { createServer, type Server } from './server.ts';

const signals = ['SIGTERM', 'SIGINT'] as const;

/** Resolves with the exit code once the server was stopped. Rejects with a CodedError when it cannot start. */
export async function runServer(config: Config, out: (text: string) => void): Promise<number> {
  const log = createLog(config.log);
  const server = await createServer(config, log);
  // A fault that no call owns must not take all calls with it.
  const survive = (err: unknown): void => log.error({ err }, 'a fault of ours outside of any call');
  process.on('uncaughtException', survive);
  process.on('unhandledRejection', survive);
  out(formatBanner(config, { sipPort: server.sip[0]!.port, http: server.http }, server.firstKey));
  try {
    await stopped(server, (message) => log.info({ calls: server.calls.size }, message));
  } finally {
    process.off('uncaughtException', survive);
    process.off('unhandledRejection', survive);
  }
  return 0;
}

/** Resolves when a signal came and everything is closed. */
async function stopped(server: Server, say: (message: string) => void): Promise<void> {
  const again = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  let count = 0;
  const onSignal = (): void => {
    count += 1;
    (count === 1 ? first : again).resolve();
  };
  for (const signal of signals) process.on(signal, onSignal);
  await first.promise;
  say('stopping: no new calls; once more to end the calls that are up');
  await Promise.race([server.drain(), again.promise]);
  await server.close();
  say('stopped');
  for (const signal of signals) process.off(signal, onSignal);
}
