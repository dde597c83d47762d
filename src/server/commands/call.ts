// Owns: `keytone call URI`: the scripted phone on a real network: places a call, presses keys, says what it heard.
import type { Terminal } from './terminal.ts';

export interface CallCommand {
  readonly uri: string;
  /** As in `simulate`. */
  readonly keys: string;
  /** WAV file of what the phone heard. */
  readonly record: string | null;
  readonly from: string;
  readonly durationMs: number;
  readonly digits: 'rfc4733' | 'inband' | 'info';
}

export async function call(command: CallCommand, terminal: Terminal): Promise<number> {
  const { runCall } = await import('../../testkit/phone-command.ts');
  return runCall({ ...command, out: terminal.out, err: terminal.err });
}
