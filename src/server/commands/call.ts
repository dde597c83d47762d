// Owns: `keytone call URI`: the phone of the testkit on a real network: places a call, presses keys, says what it heard.
// SIGINT and SIGTERM hang up; a second one ends the program at once.
import { resolve } from 'node:path';
import type { Terminal } from './terminal.ts';

export interface CallCommand {
  readonly uri: string;
  /** As in `simulate`, with prompts by number. */
  readonly keys: string;
  /** WAV file of what the phone heard. */
  readonly record: string | null;
  readonly from: string;
  readonly durationMs: number;
  readonly digits: 'rfc4733' | 'inband' | 'info';
}

export async function call(command: CallCommand, terminal: Terminal): Promise<number> {
  const { runCall } = await import('../../testkit/phone-command.ts');
  const record = command.record === null ? null : resolve(terminal.workingDir, command.record);
  const enough = new AbortController();
  const stop = (): void => enough.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await runCall({ ...command, record, out: terminal.out, err: terminal.err, signal: enough.signal });
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
