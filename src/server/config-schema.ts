// Owns: every configuration key: its type, limits, default and one sentence about it. config.schema.json and
// docs/configuration.md are made from this file, and the names of environment variables follow from it.
// Does not: read files or the environment (config-file.ts, config.ts).
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { DialectName } from '../flow/node.ts';
import { createAddressChecker, defaultPolicy } from '../hooks/address-policy.ts';
import { parseSecret } from '../hooks/outbox/signature.ts';
import { mail, messages, ozml } from './config-messages.ts';
import { tellableEvents } from './told-events.ts';

const dialects = ['opentact', 'bandwidth-v1', 'bandwidth', 'ozml', 'twiml'] as const satisfies readonly DialectName[];

const port = z.int().min(0).max(65535);
const host = z.string().min(1);
const httpUrl = z.string().refine((text) => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? ''), {
  error: 'is not an http or https URL, such as http://localhost:3000/call',
});
const word = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: 'must be a word of letters, digits, dots, dashes and underscores' });
const reach = z.enum(['allow', 'deny']);
const network = z.string().refine((text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text), {
  error: 'is not an address or a network, such as 192.0.2.10 or 192.0.2.0/24',
});
const destination = z.string().refine(isDestination, { error: 'is not an address, a network or a host name' });

function isDestination(text: string): boolean {
  try {
    createAddressChecker({ ...defaultPolicy, allow: [text] });
    return true;
  } catch {
    return false;
  }
}

const sip = z.strictObject({
  host: host
    .default('0.0.0.0')
    .describe('Address that SIP listens on, over UDP and TCP. 0.0.0.0 lets softphones on the local network call.'),
  port: port.default(5060).describe('SIP port, UDP and TCP. 0 takes a free one.'),
  advertisedHost: host
    .optional()
    .describe('Address or name put in Contact and Via. Default: the local address that each peer is reached from.'),
  realm: z.string().min(1).default('keytone').describe('Realm of digest challenges.'),
  digest: z
    .array(z.enum(['MD5', 'SHA-256']))
    .min(1)
    .default(['MD5'])
    .describe(
      'Digests that phones may log in with, the preferred one first. SHA-256 is the better one, but many phones give up when a challenge names it, even beside MD5.',
    ),
});

const http = z.strictObject({
  host: host
    .default('127.0.0.1')
    .describe(
      'Address that HTTP listens on. With another one than loopback every request needs the key of an account. See docs/accounts.md.',
    ),
  port: port.default(8080).describe('HTTP port. 0 takes a free one.'),
  anonymous: z
    .enum(['local', 'never'])
    .optional()
    .describe(
      'Whether requests without credentials are answered. `local` (default): those of this machine, while `http.host` is a loopback address; they see every account. `never`: none but `/health`.',
    ),
  advertisedUrl: httpUrl
    .optional()
    .describe('Base URL put in what applications are told, where it names this interface. Default: its host and port.'),
});

const firstMediaPort = 1024;
const portPair = z.tuple([z.int().min(firstMediaPort).max(65535), z.int().min(firstMediaPort).max(65535)]);
const portsWritten = 'must be written first-last, such as 10000-19999';
const portRange = z
  .union([portPair, z.string().regex(/^\s*\d{1,5}\s*-\s*\d{1,5}\s*$/, { error: portsWritten })], {
    error: portsWritten,
  })
  .transform((value, context): readonly [number, number] => {
    const [first, last] = typeof value === 'string' ? (value.split('-').map(Number) as [number, number]) : value;
    if (first < firstMediaPort || last > 65535 || last - first < 1) {
      context.addIssue({
        code: 'custom',
        message: `must be two ports from ${firstMediaPort} to 65535, the lower first`,
        input: value,
      });
      return z.NEVER;
    }
    return [first, last];
  });

const media = z.strictObject({
  host: host.optional().describe('Address that RTP sockets bind to. Default: that of `sip.host`.'),
  portRange: portRange
    .prefault('10000-19999')
    .describe('RTP ports, `first-last` or `[first, last]`. Each call uses two, so 10000-19999 carries 5,000 calls.'),
  advertisedHost: host
    .optional()
    .describe('Address put in SDP. Default: the local address that each peer is reached from.'),
  workers: z.int().min(1).max(64).default(1).describe('Threads that carry media. One carries about a thousand calls.'),
});

const secretsWritten = 'must be whsec_ and 24 to 64 bytes in base64, or a list of such secrets';
const secretText = z.string().refine((text) => parseSecret(text) !== null, { error: secretsWritten });

const events = z.strictObject({
  url: httpUrl.describe('URL that events are posted to.'),
  fallbackUrl: httpUrl.optional().describe('URL that an event is posted to when `url` does not take it.'),
  secret: z
    .union([secretText, z.array(secretText).min(1)], { error: secretsWritten })
    .describe(
      'Secret that events are signed with: `whsec_` and 24 to 64 bytes in base64, such as `openssl rand -base64 32` prints. A list signs with each.',
    ),
  types: z
    .array(z.enum(tellableEvents))
    .min(1)
    .optional()
    .describe('Types of events that are told. Default: those that docs/events.md names so.'),
  concurrency: z
    .int()
    .min(1)
    .max(100)
    .default(8)
    .describe('Deliveries at one time. Those of one call always come one after the other.'),
});

const store = z.strictObject({
  sync: z
    .enum(['normal', 'full'])
    .default('normal')
    .describe(
      'What a power cut may take of the history: with `normal` the last tenth of a second, with `full` nothing, and every commit waits for the disk. A killed process loses nothing either way. See docs/durability.md.',
    ),
});

const accountId = word.describe('Account that it belongs to. Default: the first one.').optional();

const app = z
  .strictObject({
    name: word.describe('Name that `numbers` refers to and that every event carries.'),
    account: accountId,
    dialect: z.enum(dialects).default('opentact').describe('Language of its documents and of what it is told.'),
    document: z
      .string()
      .min(1)
      .optional()
      .describe('Path of the document that every call starts with, from the folder of this file.'),
    url: httpUrl.optional().describe('URL that is asked for the document of every call.'),
    method: z.enum(['GET', 'POST']).default('POST').describe('How `url` is asked.'),
    timeoutMs: z
      .int()
      .min(100)
      .max(120_000)
      .optional()
      .describe('How long an answer of the application may take. Default: that of the dialect.'),
    fallbackUrl: httpUrl.optional().describe('URL that is asked when `url` fails.'),
    statusUrl: httpUrl
      .optional()
      .describe(
        'URL that is told by POST when a call is over, in the words of the dialect; of `ozml` also when two parties are connected. Of `bandwidth` and `ozml` only.',
      ),
    autoAnswer: z
      .boolean()
      .optional()
      .describe(
        'Whether its calls are answered by themselves (true), or ring until a request answers them. Of `bandwidth-v1` only.',
      ),
    events: events.optional().describe('Where what happens to its calls is told. See docs/events.md.'),
  })
  .superRefine((value, context) => {
    if (value.document === undefined && value.url === undefined)
      context.addIssue({ code: 'custom', message: 'needs either `document` (a path) or `url`', path: [] });
    if (value.document !== undefined && value.url !== undefined)
      context.addIssue({
        code: 'custom',
        message: 'cannot stand beside `document`: keep one of the two',
        path: ['url'],
      });
    if (value.document !== undefined && value.fallbackUrl !== undefined)
      context.addIssue({
        code: 'custom',
        message: 'belongs to `url`; a document needs no fallback',
        path: ['fallbackUrl'],
      });
    if (value.dialect !== 'bandwidth' && value.dialect !== 'ozml' && value.statusUrl !== undefined)
      context.addIssue({
        code: 'custom',
        message: `is not told anything in the words of ${value.dialect}`,
        path: ['statusUrl'],
      });
    if (value.dialect !== 'bandwidth-v1' && value.autoAnswer !== undefined)
      context.addIssue({
        code: 'custom',
        message: `means nothing to ${value.dialect}: its documents answer`,
        path: ['autoAnswer'],
      });
  });

const number = z.strictObject({
  number: z
    .string()
    .regex(/^[A-Za-z0-9+*#._-]+$/, { error: 'must be what callers dial: digits, + * #, or the name in a SIP address' })
    .describe('What is dialled: the user part of the SIP address.'),
  app: word.describe('Name of the app that answers.'),
});

const digits = z
  .enum(['rfc4733', 'inband', 'info'])
  .optional()
  .describe(
    'How keys are sent there: as telephone-events, as tones in the audio, or by SIP INFO. Default: telephone-events where they are agreed on, else tones. Keys that come from there are heard in all three ways.',
  );

const user = z.strictObject({
  login: word.describe('SIP login. Documents dial it as a number when it is one, else as `login@realm`.'),
  password: z.string().min(1).describe('Password of the login.'),
  account: accountId,
  digits,
});

const accountKey = z
  .strictObject({
    id: z
      .string()
      .regex(/^[!-9;-~]{1,100}$/, { error: 'must be 1 to 100 printable characters of ASCII, without a colon' })
      .describe('What clients give as user name or client id.'),
    secret: z.string().min(1).max(1000).optional().describe('What they give as password or client secret.'),
    secretEnv: z
      .string()
      .min(1)
      .optional()
      .describe('Environment variable that holds the secret, which keeps it out of this file.'),
  })
  .superRefine((value, context) => {
    if ((value.secret === undefined) === (value.secretEnv === undefined))
      context.addIssue({ code: 'custom', message: 'needs either `secret` or `secretEnv`', path: [] });
  });

const account = z.strictObject({
  id: word.describe('Id in the addresses of the HTTP interfaces; 7 digits fit every one of them.'),
  keys: z
    .array(accountKey)
    .default([])
    .describe('Its keys. Those that `keytone account key add` makes are taken beside them.'),
});

const trunk = z.strictObject({
  name: word.describe('Name in logs and events.'),
  host: host.describe('Host, or host:port, that outbound calls go to.'),
  username: z.string().min(1).optional().describe('Login at the provider, when it asks for one.'),
  password: z.string().min(1).optional().describe('Password at the provider.'),
  allow: z
    .array(network)
    .default([])
    .describe(
      'Addresses or networks (`192.0.2.10`, `192.0.2.0/24`) that calls from this provider come from. They are not challenged.',
    ),
  digits,
});

const outbound = z.strictObject({
  public: reach.default('allow').describe('Whether documents may name URLs of public addresses.'),
  lan: reach
    .default('deny')
    .describe(
      'Whether documents may name URLs of private networks. The servers of URLs in this file are reached all the same.',
    ),
  loopback: reach
    .default('deny')
    .describe(
      'Whether documents may name URLs of this machine. The servers of URLs in this file are reached all the same.',
    ),
  allow: z
    .array(destination)
    .default([])
    .describe(
      'Hosts and networks that are allowed all the same: `10.0.0.0/8`, `nas.example.org:8080`, `*.example.org`.',
    ),
});

const openai = z.strictObject({
  url: httpUrl
    .default('https://api.openai.com/v1')
    .describe('Base URL of a service that speaks the OpenAI speech protocol.'),
  model: z.string().min(1).default('tts-1').describe('Model.'),
  voice: z.string().min(1).default('alloy').describe('Voice used when a document names none.'),
  apiKeyEnv: z.string().min(1).optional().describe('Environment variable that holds the key.'),
  apiKey: z.string().min(1).optional().describe('The key itself; `apiKeyEnv` keeps it out of this file.'),
});

const speech = z.strictObject({
  engine: z
    .enum(['espeak', 'openai', 'none'])
    .default('espeak')
    .describe('Who speaks texts. `espeak` is built in and needs no network.'),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/, { error: 'must be a language tag such as en-US' })
    .default('en-US')
    .describe('Language of texts that name none.'),
  openai: openai.prefault({}),
});

const transcriptionServer = z.strictObject({
  url: httpUrl
    .default('https://api.openai.com/v1')
    .describe('Base URL of a service that speaks the OpenAI transcription protocol. It may be one of your own.'),
  model: z.string().min(1).default('whisper-1').describe('Model.'),
  format: z
    .enum(['verbose_json', 'json'])
    .default('verbose_json')
    .describe('What is asked for: the text with times, or `json`, the text alone, of models that can do no more.'),
  apiKeyEnv: z.string().min(1).optional().describe('Environment variable that holds the key.'),
  apiKey: z.string().min(1).optional().describe('The key itself; `apiKeyEnv` keeps it out of this file.'),
});

const transcription = z.strictObject({
  engine: z
    .enum(['none', 'openai'])
    .default('none')
    .describe('Who writes down what was said in recordings. With `none` nobody does.'),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/, { error: 'must be a language tag such as en-US' })
    .default('en-US')
    .describe('Language of recordings, where nobody asks that it be detected.'),
  concurrency: z.int().min(1).max(64).default(2).describe('Recordings that are with the engine at a time.'),
  openai: transcriptionServer.prefault({}),
});

const limits = z.strictObject({
  maxCalls: z.int().min(1).max(100_000).default(500).describe('Calls at one time. The next one is refused with 503.'),
  callsPerSecond: z
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe(
      'Calls that each account may begin within a second when it places them; the others wait for their turn, 300 s at most. 0 sets no limit; set what your provider allows.',
    ),
  maxLoad: z
    .number()
    .min(0.1)
    .max(1)
    .default(0.9)
    .describe(
      'Share of its time that the busiest thread may be at work; above it new calls are refused with 503, so that those that are up keep their clock. 1 refuses none.',
    ),
  drainSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(30)
    .describe('How long a stopping server lets calls finish before it ends them.'),
  mediaAbsentSeconds: z
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe(
      'A peer that should send audio and sends neither RTP nor RTCP for so long is hung up: it has gone without a goodbye. Looked at every 30 s; 0 never hangs up. One that is on hold, by either side, need not send.',
    ),
});

const log = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('What is logged at least.'),
  format: z.enum(['text', 'json']).default('text').describe('Lines for people, or one JSON object a line.'),
});

export const configSchema = z
  .strictObject({
    sip: sip.prefault({}).describe('Where phones and trunks reach the server.'),
    http: http.prefault({}).describe('Where the HTTP interface listens.'),
    media: media.prefault({}).describe('Sound: RTP ports and threads.'),
    dataDir: z
      .string()
      .min(1)
      .default('keytone-data')
      .describe('Folder of the database and of recordings, from the folder of this file. It is made when missing.'),
    store: store.prefault({}).describe('How calls, tapes and events are kept.'),
    accounts: z
      .array(account)
      .default([])
      .describe('Who may use the HTTP interfaces. Without one, the first start makes one. See docs/accounts.md.'),
    apps: z.array(app).default([]).describe('Your applications: a document each, or a URL that is asked for one.'),
    numbers: z.array(number).default([]).describe('Which app answers which number.'),
    users: z.array(user).default([]).describe('Phones that may register.'),
    trunks: z
      .array(trunk)
      .default([])
      .describe('Providers that calls come from and go to. Numbers are dialled through the first one.'),
    outbound: outbound.prefault({}).describe('Which addresses HTTP requests may reach. See docs/outbound-http.md.'),
    speech: speech.prefault({}).describe('Text to speech.'),
    transcription: transcription.prefault({}).describe('Recordings to text. See docs/speech.md.'),
    mail: mail.optional().describe('Mail that commands of OzML send. Without it they are refused.'),
    messages: messages
      .optional()
      .describe('Text messages that commands of OzML send. Without it they are refused. See docs/ozeki.md.'),
    ozml: ozml.prefault({}).describe('The HTTP API of Ozeki. See docs/ozeki.md.'),
    limits: limits.prefault({}).describe('How much the server takes on.'),
    log: log.prefault({}).describe('What the server says about itself, on standard error.'),
  })
  .superRefine((value, context) => {
    const reportDuplicates = (list: string, key: string, values: readonly string[]): void => {
      values.forEach((text, index) => {
        if (values.indexOf(text) < index)
          context.addIssue({ code: 'custom', message: `"${text}" stands twice in ${list}`, path: [list, index, key] });
      });
    };
    reportDuplicates(
      'apps',
      'name',
      value.apps.map((one) => one.name),
    );
    reportDuplicates(
      'numbers',
      'number',
      value.numbers.map((one) => one.number),
    );
    reportDuplicates(
      'users',
      'login',
      value.users.map((one) => one.login),
    );
    reportDuplicates(
      'trunks',
      'name',
      value.trunks.map((one) => one.name),
    );
    reportDuplicates(
      'accounts',
      'id',
      value.accounts.map((one) => one.id),
    );
    const keys = value.accounts.flatMap((one) => one.keys.map((key) => key.id));
    value.accounts.forEach((one, index) => {
      one.keys.forEach(({ id }, place) => {
        if (keys.indexOf(id) !== keys.lastIndexOf(id))
          context.addIssue({
            code: 'custom',
            message: `"${id}" is the id of another key too`,
            path: ['accounts', index, 'keys', place, 'id'],
          });
      });
    });
    const names = value.apps.map((one) => one.name);
    value.numbers.forEach((one, index) => {
      if (!names.includes(one.app))
        context.addIssue({
          code: 'custom',
          message: `no app is named "${one.app}"${names.length === 0 ? '; `apps` is empty' : ''}`,
          path: ['numbers', index, 'app'],
          params: { given: one.app, known: names },
        });
    });
  });

export type ConfigFile = z.output<typeof configSchema>;

/** The JSON Schema of the file, for editors and for the reference page. */
export function configJsonSchema(): JsonSchema {
  return z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
}

/** The part of JSON Schema that zod makes of the above. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}
