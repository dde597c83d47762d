// Owns: the configuration as the rest of the program sees it, and its one way in: file, then environment, then flags,
// each over the one before. Every problem is told with its place and with what to write instead.
// Does not: describe the keys (config-schema.ts) or word the problems (config-problems.ts).
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CodedError } from '../base/errors.ts';
import { dialects } from '../dialects/index.ts';
import type { Destination, DialectName } from '../flow/node.ts';
import { parseSecret } from '../hooks/outbox/signature.ts';
import { type ConfigText, parseConfigText } from './config-file.ts';
import { describeIssue, placeOf } from './config-problems.ts';
import { type ConfigFile, configJsonSchema, configSchema } from './config-schema.ts';
import { coerce, environmentSettings, flagSettings, overlay, type Setting } from './config-settings.ts';
import { packageRoot } from './package-root.ts';
import { defaultEvents } from './told-events.ts';

export interface AppConfig {
  readonly name: string;
  /** Default: the first one. */
  readonly account?: string;
  readonly dialect: DialectName;
  /** Where the first document of a call comes from: the app's URL, or a file URL. */
  readonly first: Destination;
  /** Whether its calls are answered by themselves, where its dialect leaves that to it; they are. */
  readonly autoAnswer?: boolean;
  /** Without it, it is told nothing but the reports that its documents ask for. */
  readonly events?: EventsConfig;
  /** Told when a call is over. */
  readonly last?: Destination;
}

export interface EventsConfig {
  readonly url: string;
  readonly fallbackUrl: string | null;
  readonly keys: readonly Uint8Array[];
  readonly types: ReadonlySet<string>;
  readonly concurrency: number;
}

export interface AccountConfig {
  readonly id: string;
  readonly keys: readonly { readonly id: string; readonly secret: string }[];
}

export interface MessagesConfig {
  readonly from: string;
  readonly sip: boolean;
  readonly smpp: { readonly url: string; readonly systemId: string; readonly password: string } | null;
}

type Plain = Pick<ConfigFile, 'store' | 'http' | 'numbers' | 'users' | 'trunks' | 'outbound' | 'limits' | 'log'>;

export interface Config extends Plain {
  readonly sip: {
    readonly host: string;
    readonly port: number;
    readonly advertisedHost: string | null;
    readonly realm: string;
    readonly digest: ConfigFile['sip']['digest'];
  };
  readonly media: {
    readonly host: string;
    readonly portRange: readonly [first: number, last: number];
    readonly advertisedHost: string | null;
    readonly workers: number;
  };
  /** Absolute. */
  readonly dataDir: string;
  /** Those of the file; others are in the data folder. */
  readonly accounts?: readonly AccountConfig[];
  readonly apps: readonly AppConfig[];
  /** null: none is sent. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | null;
  readonly messages: MessagesConfig | null;
  readonly ozml: {
    readonly ports: readonly number[];
    /** Absolute. */
    readonly filesDir: string | null;
    readonly addressBooks: ConfigFile['ozml']['addressBooks'];
  };
  readonly speech: {
    readonly engine: ConfigFile['speech']['engine'];
    readonly language: string;
    /** `apiKey` is resolved from `apiKeyEnv`; null when neither is set. */
    readonly openai: {
      readonly url: string;
      readonly model: string;
      readonly voice: string;
      readonly apiKey: string | null;
    };
  };
  readonly transcription: {
    readonly engine: ConfigFile['transcription']['engine'];
    readonly language: string;
    readonly concurrency: number;
    readonly openai: {
      readonly url: string;
      readonly model: string;
      readonly format: 'verbose_json' | 'json';
      readonly apiKey: string | null;
    };
  };
}

export interface ConfigSources {
  /** null: no file; the built-in welcome answers number 1000. */
  readonly file: string | null;
  readonly environment: NodeJS.ProcessEnv;
  /** `key=value`, as given to --set. */
  readonly settings?: readonly string[];
  /** Where relative paths start when there is no file. */
  readonly workingDir?: string;
}

export interface ReadConfig {
  /** null when there is a problem. */
  readonly config: Config | null;
  readonly problems: readonly CodedError[];
}

export const welcomeDocument = join(packageRoot, 'examples', 'welcome.xml');

/** What stands in for a file when none is given. */
const builtIn = {
  apps: [{ name: 'welcome', dialect: 'opentact', document: welcomeDocument }],
  numbers: [{ number: '1000', app: 'welcome' }],
};

export function readConfig(sources: ConfigSources): ReadConfig {
  const problems: CodedError[] = [];
  const text = sources.file === null ? null : readText(sources.file);
  if (text instanceof CodedError) return { config: null, problems: [text] };
  const schema = configJsonSchema();
  const settings: readonly Setting[] = [
    ...environmentSettings(sources.environment, schema, problems),
    ...flagSettings(sources.settings ?? [], schema, problems),
  ];
  const tree = coerce(overlay(text === null ? builtIn : text.tree, settings), schema);
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success)
    problems.push(...parsed.error.issues.flatMap((issue) => describeIssue(issue, tree, schema, text, settings)));
  const baseDir = sources.file === null ? resolve(sources.workingDir ?? process.cwd()) : dirname(resolve(sources.file));
  if (parsed.success) {
    parsed.data.apps.forEach((app, index) => {
      if (dialects[app.dialect] === undefined) {
        const details = {
          place: placeOf(['apps', index, 'dialect'], text, settings),
          hint: `Built are: ${Object.keys(dialects).join(', ')}.`,
        };
        problems.push(
          new CodedError('dialect-not-supported', `${app.dialect} is not built into this version`, details),
        );
      }
      if (app.document === undefined || existsSync(resolve(baseDir, app.document))) return;
      const path = ['apps', index, 'document'];
      const details = {
        place: placeOf(path, text, settings),
        hint: `It was looked for at ${resolve(baseDir, app.document)}.`,
      };
      problems.push(new CodedError('config-invalid', `the file "${app.document}" does not exist`, details));
    });
  }
  if (parsed.success) problems.push(...missingSecrets(parsed.data, sources.environment, text, settings));
  if (!parsed.success || problems.length > 0) return { config: null, problems };
  return { config: build(parsed.data, baseDir, sources.environment), problems: [] };
}

function missingSecrets(
  { accounts, mail, messages }: ConfigFile,
  environment: NodeJS.ProcessEnv,
  text: ConfigText | null,
  settings: readonly Setting[],
): readonly CodedError[] {
  const missing = (name: string | undefined, path: readonly (string | number)[]): readonly CodedError[] => {
    if (name === undefined || environment[name]) return [];
    const place = placeOf([...path], text, settings);
    return [new CodedError('config-invalid', `the environment has no variable ${name}`, { place })];
  };
  return [
    ...accounts.flatMap(({ keys }, account) =>
      keys.flatMap(({ secretEnv }, key) => missing(secretEnv, ['accounts', account, 'keys', key, 'secretEnv'])),
    ),
    ...missing(mail?.smtpUrlEnv, ['mail', 'smtpUrlEnv']),
    ...missing(messages?.smpp?.passwordEnv, ['messages', 'smpp', 'passwordEnv']),
  ];
}

function readText(file: string): ConfigText | CodedError {
  try {
    return parseConfigText(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    return new CodedError('config-not-found', missing ? `${file} does not exist` : `${file} cannot be read`, { cause });
  }
}

function build(file: ConfigFile, baseDir: string, environment: NodeJS.ProcessEnv): Config {
  return {
    ...file,
    sip: { ...file.sip, advertisedHost: file.sip.advertisedHost ?? null },
    media: {
      ...file.media,
      host: file.media.host ?? file.sip.host,
      advertisedHost: file.media.advertisedHost ?? null,
    },
    dataDir: resolve(baseDir, file.dataDir),
    accounts: file.accounts.map(({ id, keys }) => ({
      id,
      keys: keys.map((key) => ({ id: key.id, secret: key.secret ?? environment[key.secretEnv ?? ''] ?? '' })),
    })),
    apps: file.apps.map((app) => ({
      name: app.name,
      dialect: app.dialect,
      ...(app.autoAnswer !== undefined && { autoAnswer: app.autoAnswer }),
      ...(app.account !== undefined && { account: app.account }),
      first: {
        url: app.url ?? pathToFileURL(resolve(baseDir, app.document!)).href,
        method: app.url === undefined ? 'GET' : app.method,
        fallbackUrl: app.fallbackUrl ?? null,
        timeoutMs: app.timeoutMs ?? null,
        extra: {},
      },
      ...(app.events !== undefined && { events: buildEvents(app.events) }),
      ...(app.statusUrl !== undefined && { last: statusDestination(app.statusUrl, app.timeoutMs ?? null) }),
    })),
    mail: buildMail(file, environment),
    messages: buildMessages(file, environment),
    ozml: {
      ...file.ozml,
      filesDir: file.ozml.filesDir === undefined ? null : resolve(baseDir, file.ozml.filesDir),
    },
    speech: {
      ...file.speech,
      openai: withKey(file.speech.openai, environment),
    },
    transcription: {
      ...file.transcription,
      openai: withKey(file.transcription.openai, environment),
    },
  };
}

/** The key, from wherever it is. */
function withKey<Server extends { readonly apiKeyEnv?: string | undefined; readonly apiKey?: string | undefined }>(
  { apiKeyEnv, apiKey, ...rest }: Server,
  environment: Readonly<Record<string, string | undefined>>,
): Omit<Server, 'apiKey' | 'apiKeyEnv'> & { readonly apiKey: string | null } {
  return { ...rest, apiKey: apiKey ?? (apiKeyEnv === undefined ? null : (environment[apiKeyEnv] ?? null)) };
}

function statusDestination(url: string, timeoutMs: number | null): Destination {
  return { url, method: 'POST', fallbackUrl: null, timeoutMs, extra: { tag: '{{tag}}' } };
}

function buildMail({ mail }: ConfigFile, environment: NodeJS.ProcessEnv): Config['mail'] {
  const smtpUrl = mail?.smtpUrl ?? environment[mail?.smtpUrlEnv ?? ''];
  return mail === undefined || smtpUrl === undefined ? null : { smtpUrl, from: mail.from };
}

function buildMessages({ messages }: ConfigFile, environment: NodeJS.ProcessEnv): MessagesConfig | null {
  if (messages === undefined) return null;
  const { from, sip, smpp } = messages;
  if (smpp === undefined) return { from, sip, smpp: null };
  const { url, systemId, password, passwordEnv } = smpp;
  return { from, sip, smpp: { url, systemId, password: password ?? environment[passwordEnv ?? ''] ?? '' } };
}

function buildEvents(file: NonNullable<ConfigFile['apps'][number]['events']>): EventsConfig {
  const { url, fallbackUrl = null, secret, types = defaultEvents, concurrency } = file;
  const keys = [secret].flat().map((text) => parseSecret(text)!);
  return { url, fallbackUrl, keys, types: new Set(types), concurrency };
}
