// Owns: what a command line command needs of the world, so that tests run commands without a process; and the exit codes.

export interface Terminal {
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDir: string;
  /** Results, on standard output. Ends the line. */
  out(text: string): void;
  /** What went wrong, on standard error. Ends the line. */
  err(text: string): void;
}

export const systemTerminal: Terminal = {
  environment: process.env,
  workingDir: process.cwd(),
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
};

/** docs/commands.md names these: they do not change meaning. */
export const exitCodes = {
  ok: 0,
  /** The command ran and found what it looks for: a faulty document, a call that did not go as told. */
  found: 1,
  /** The command line or the configuration is wrong; nothing was started. */
  usage: 2,
  /** A fault of the program or of the machine: a port in use, a folder that cannot be written. */
  fault: 70,
} as const;
