// Owns: the command line: names, options, help. Each command stands in a file of its own and is loaded when it is asked
// for, so that `keytone check` starts no server code.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CodedError, formatError } from '../../base/errors.ts';
import { version } from '../package-root.ts';
import type { AccountCommand } from './account.ts';
import { exitCodes, type Terminal } from './terminal.ts';

/** Runs one command line (without the program's name) and returns its exit code. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = describeProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof CodedError)) throw error;
    terminal.err(formatError(error));
    return userCodes.has(error.code) ? exitCodes.usage : exitCodes.fault;
  }
}

/** Codes that say the command line is wrong, not the machine. */
const userCodes: ReadonlySet<string> = new Set([
  'command-invalid',
  'document-unreadable',
  'dialect-not-supported',
  'config-invalid',
  'config-not-found',
  'account-not-found',
  'account-exists',
  'account-configured',
  'auth-required',
]);

function describeProgram(terminal: Terminal, finish: (exitCode: number) => void): Command {
  const program = new Command('keytone')
    .description(
      'A programmable voice server: SIP calls run your call-flow documents, collect keys and report every step.',
    )
    .version(version, '-V, --version', 'Print the version.')
    .helpOption('-h, --help', 'Show this help.')
    .helpCommand('help [command]', 'Show help for a command.')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 the document or the call is not as it should be, 2 wrong command line or configuration,\n70 fault of the program or the machine.\n\nWithout a configuration file number 1000 answers with a short menu.',
    );

  program
    .command('serve')
    .description('Run the server until SIGINT or SIGTERM, then let calls finish.')
    .option('-c, --config <file>', 'Configuration (YAML). Also: KEYTONE_CONFIG.')
    .option(
      '-s, --set <key=value>',
      'One setting over file and environment, e.g. sip.port=5070. Repeatable.',
      collect,
      [],
    )
    .addOption(new Option('--sip-port <port>', 'Short for --set sip.port=…'))
    .addOption(new Option('--http-port <port>', 'Short for --set http.port=…'))
    .addOption(new Option('--data-dir <folder>', 'Short for --set dataDir=…'))
    .action(
      async (options: { config?: string; set: string[]; sipPort?: string; httpPort?: string; dataDir?: string }) => {
        const short = { 'sip.port': options.sipPort, 'http.port': options.httpPort, dataDir: options.dataDir };
        const settings = Object.entries(short).flatMap(([key, text]) => (text === undefined ? [] : [`${key}=${text}`]));
        const { serve } = await import('./serve.ts');
        finish(await serve({ config: options.config ?? null, settings: [...settings, ...options.set] }, terminal));
      },
    );

  program
    .command('check')
    .description('Say what is wrong with documents, or with a configuration (.yaml) and the documents it names.')
    .argument('<file...>')
    .option('-d, --dialect <name>', 'Language of the documents.', 'opentact')
    .option('--strict', 'Warnings count as errors.', false)
    .addOption(formatOption())
    .action(async (files: string[], options: { dialect: string; strict: boolean; format: 'text' | 'json' }) => {
      const { checkFiles } = await import('./check.ts');
      finish(checkFiles(files, options, terminal));
    });

  program
    .command('simulate')
    .description(
      'Play a whole call against a document in no time: what the caller hears, what is asked, why gathers end.',
    )
    .argument('<file>')
    .option(
      '-k, --keys <script>',
      "What the caller does once answered: keys with w (0.5 s) and W (1 s), or steps like 'after prompt 2 press 1; hang up'.",
      '',
    )
    .option('-r, --reply </path=file>', 'What the application answers at a path. Repeatable.', collect, [])
    .option('-d, --dialect <name>', 'Language of the documents.', 'opentact')
    .option('--detailed', 'Show every verb and the record of each gather too.', false)
    .option('--from <number>', "The caller's number.")
    .option('--to <number>', 'The dialled number.')
    .addOption(formatOption())
    .action(async (file: string, options: SimulateFlags) => {
      const { simulateFile } = await import('./simulate.ts');
      const { reply, from, to, ...rest } = options;
      finish(simulateFile(file, { ...rest, replies: reply, from: from ?? null, to: to ?? null }, terminal));
    });

  program
    .command('call')
    .description('Call a SIP address as a phone would, press keys, and record what is heard.')
    .argument('<uri>', 'e.g. sip:1000@127.0.0.1')
    .option('-k, --keys <script>', 'As for simulate.', '')
    .option('-o, --record <file>', 'WAV file of what was heard.')
    .option('--from <uri>', 'Who calls.', 'sip:keytone@localhost')
    .option('--duration <seconds>', 'Hang up after so long.', seconds, 60)
    .addOption(
      new Option('--digits <way>', 'How keys are sent.').choices(['rfc4733', 'inband', 'info']).default('rfc4733'),
    )
    .action(async (uri: string, options: CallFlags) => {
      const { call } = await import('./call.ts');
      const { keys, from, digits, record, duration } = options;
      finish(await call({ uri, keys, from, digits, record: record ?? null, durationMs: duration * 1000 }, terminal));
    });

  program
    .command('explain')
    .description('Say of each gather of a call what it waited for, what happened, and why it ended.')
    .argument('<call>', 'Id of a call, or last.')
    .option('--server <url>', 'HTTP interface of a running server. (default: "http://127.0.0.1:8080")')
    .option('--data-dir <folder>', 'Reads the database of this folder instead; no server has to run.')
    .addOption(formatOption())
    .action(async (id: string, options: { server?: string; dataDir?: string; format: 'text' | 'json' }) => {
      const { explain } = await import('./explain.ts');
      const { server = null, dataDir = null, format } = options;
      finish(await explain(id, { server, dataDir, format }, terminal));
    });

  program
    .command('outbox')
    .description('List the events that applications were not told of and that were given up.')
    .option('--waiting', 'List those that are still tried instead.', false)
    .option('--redeliver <event>', 'Send a given-up event again; its id, or all.')
    .option('--server <url>', 'HTTP interface of a running server. (default: "http://127.0.0.1:8080")')
    .option('--data-dir <folder>', 'Reads the database of this folder instead; no server has to run.')
    .addOption(formatOption())
    .action(async (options: OutboxFlags) => {
      const { outbox } = await import('./outbox.ts');
      const { waiting, redeliver = null, server = null, dataDir = null, format } = options;
      const state = waiting ? 'waiting' : 'dead';
      finish(await outbox({ state, redeliver, server, dataDir, format }, terminal));
    });

  describeAccounts(program, terminal, finish);

  program
    .command('detect')
    .description('Say which keys are in audio: raw 16-bit samples (little endian, mono) on standard input.')
    .addOption(new Option('--rate <hz>', 'Samples per second.').choices(['8000', '16000']).default('8000'))
    .option('--detailed', 'Say how long and how loud each key was, too.', false)
    .addHelpText(
      'after',
      '\nEach line: the key, the sample where its tone began, the samples heard when that was sure.',
    )
    .action(async (options: { rate: '8000' | '16000'; detailed: boolean }) => {
      const { detect } = await import('./detect.ts');
      const rateHz = options.rate === '8000' ? 8000 : 16_000;
      finish(await detect(process.stdin, { rateHz, detailed: options.detailed }, terminal));
    });

  return program;
}

/** `keytone account …`, which work on the data folder, also while a server runs on it. */
function describeAccounts(program: Command, terminal: Terminal, finish: (exitCode: number) => void): void {
  const run = async (command: AccountCommand, { config, dataDir, format }: PlaceFlags): Promise<void> => {
    const { account } = await import('./account.ts');
    finish(await account(command, { config: config ?? null, dataDir: dataDir ?? null, format }, terminal));
  };
  const command = (parent: Command, name: string, about: string): Command =>
    parent
      .command(name)
      .description(about)
      .option('-c, --config <file>', 'Configuration of the server. Also: KEYTONE_CONFIG.')
      .option('--data-dir <folder>', 'Its data folder, when the configuration does not say so.')
      .addOption(formatOption());

  const account = program.command('account').description('Manage accounts and their keys; a running server sees it.');
  command(account, 'list', 'List the accounts.').action((flags: PlaceFlags) => run({ kind: 'list' }, flags));
  command(account, 'create', 'Make an account with a key, whose secret is shown once.')
    .option('--id <id>', 'Its id. Default: 7 digits.')
    .option('--name <text>', 'What you call it.')
    .action(({ id, name, ...flags }: PlaceFlags & { id?: string; name?: string }) =>
      run({ kind: 'create', id: id ?? null, name: name ?? null }, flags),
    );
  command(account, 'delete', 'Delete an account with its keys, apps, numbers and phones; its calls are kept.')
    .argument('<account>')
    .action((id: string, flags: PlaceFlags) => run({ kind: 'delete', id }, flags));

  const key = account.command('key').description('Manage the keys of an account.');
  command(key, 'add', 'Make another key, whose secret is shown once.')
    .argument('<account>')
    .option('--label <text>', 'What it is for.')
    .action((id: string, { label, ...flags }: PlaceFlags & { label?: string }) =>
      run({ kind: 'key-add', account: id, label: label ?? null }, flags),
    );
  command(key, 'list', 'List the keys of an account, without their secrets.')
    .argument('<account>')
    .action((id: string, flags: PlaceFlags) => run({ kind: 'key-list', account: id }, flags));
  command(key, 'remove', 'End a key.')
    .argument('<account>')
    .argument('<key>')
    .action((id: string, name: string, flags: PlaceFlags) =>
      run({ kind: 'key-remove', account: id, key: name }, flags),
    );
}

interface PlaceFlags {
  readonly config?: string;
  readonly dataDir?: string;
  readonly format: 'text' | 'json';
}

interface SimulateFlags {
  readonly keys: string;
  readonly reply: string[];
  readonly dialect: string;
  readonly detailed: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly format: 'text' | 'json';
}

interface OutboxFlags {
  readonly waiting: boolean;
  readonly redeliver?: string;
  readonly server?: string;
  readonly dataDir?: string;
  readonly format: 'text' | 'json';
}

interface CallFlags {
  readonly keys: string;
  readonly record?: string;
  readonly from: string;
  readonly duration: number;
  readonly digits: 'rfc4733' | 'inband' | 'info';
}

const formatOption = (): Option =>
  new Option('--format <format>', 'How results are written.').choices(['text', 'json']).default('text');

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function seconds(value: string): number {
  const amount = Number(value);
  if (!Number.isFinite(amount) || amount <= 0) throw new InvalidArgumentError('Write a number of seconds.');
  return amount;
}
