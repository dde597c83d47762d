// Owns: the log: pino, as text for people or a JSON object a line, on standard error. Every field of an error is written;
// nothing here knows secrets, so nothing that is one may be handed in.
import { type DestinationStream, destination, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';
import type { Log } from '../base/log.ts';
import type { Config } from './config.ts';

const standardError = 2;

export function createLog({ level, format }: Config['log']): Log {
  const stream: DestinationStream =
    format === 'json'
      ? destination({ dest: standardError, sync: false })
      : pretty({
          destination: standardError,
          sync: true,
          colorize: process.stderr.isTTY === true,
          ignore: 'pid,hostname',
          translateTime: 'SYS:HH:MM:ss.l',
          singleLine: true,
        });
  const serializers = { err: stdSerializers.err, error: stdSerializers.err };
  return pino({ level, base: null, serializers }, stream);
}
