// Owns: the server as its users have it: the installed command with a configuration file, in a process of its own; asked
// over its HTTP interface. Does not: look into the process.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallView, RecordingView } from '../../src/api/views.ts';
import type { CallEvent, EventType, TapeLine } from '../../src/call/event.ts';
import { run, until } from './peer.ts';

export interface ServerProcess {
  readonly host: string;
  readonly sipPort: number;
  /** What it logged and printed. */
  readonly said: () => string;
  /** Newest first. */
  calls(): Promise<readonly CallView[]>;
  /** The call of a SIP Call-ID, once the server knows it. */
  callOf(sipCallId: string): Promise<CallView>;
  tape(call: string): Promise<Tape>;
  /** Resolves when the call is over, with its whole tape. */
  ended(call: string): Promise<Tape>;
  recordings(call: string): Promise<readonly RecordingView[]>;
  fetch(path: string): Promise<Response>;
  /** The exit code. */
  stop(): Promise<number | null>;
}

export interface ServerOptions {
  /** Where its configuration and data are. */
  readonly folder: string;
  /** Of SIP; `127.0.0.1`. */
  readonly host?: string;
  readonly sip?: object;
  readonly apps: readonly object[];
  readonly numbers: readonly object[];
  readonly users?: readonly object[];
}

const program = fileURLToPath(new URL('../../bin/keytone.mjs', import.meta.url));

export async function startServer({
  folder,
  host = '127.0.0.1',
  sip = {},
  ...rest
}: ServerOptions): Promise<ServerProcess> {
  const config = {
    sip: { host, port: 0, ...sip },
    http: { host: '127.0.0.1', port: 0 },
    media: { workers: 1 },
    dataDir: 'data',
    // What else this machine does must refuse no call of a test.
    limits: { drainSeconds: 1, maxLoad: 1 },
    log: { level: 'info', format: 'text' },
    ...rest,
  };
  // JSON is YAML.
  const file = join(folder, 'keytone.yaml');
  writeFileSync(file, JSON.stringify(config, null, 2));
  const running = run(process.execPath, [program, 'serve', '--config', file], { cwd: folder, env: plainEnvironment() });
  const base = await until(
    'banner of the server',
    () => {
      if (running.child.exitCode !== null) throw new Error(`the server did not start:\n${running.said()}`);
      return /HTTP\s+(http:\/\/[\d.:]+)\//.exec(running.said())?.[1];
    },
    20_000,
  );
  const request = (path: string): Promise<Response> => fetch(`${base}${path}`);
  const json = async <T>(path: string): Promise<T> => {
    const response = await request(path);
    const body = await response.json();
    if (!response.ok && response.status !== 404) throw new Error(`${path}: ${JSON.stringify(body)}\n${running.said()}`);
    return body as T;
  };
  const calls = async () => (await json<{ calls: CallView[] }>('/v1/calls?limit=200')).calls;
  const tape = async (call: string) =>
    new Tape((await json<{ lines?: TapeLine[] }>(`/v1/calls/${call}/tape`)).lines ?? []);

  return {
    host,
    sipPort: Number(/SIP\s.*:(\d+) \(/.exec(running.said())?.[1]),
    said: running.said,
    calls,
    callOf: (sipCallId) =>
      until(`call ${sipCallId}`, async () => (await calls()).find((call) => call.sipCallId === sipCallId)),
    tape,
    ended: (call) =>
      until(`end of call ${call}`, async () => {
        const so = await tape(call);
        return so.has('call.ended') && so;
      }),
    recordings: async (call) =>
      (await json<{ recordings: RecordingView[] }>(`/v1/calls/${call}/recordings`)).recordings,
    fetch: request,
    stop: () => running.stop(),
  };
}

/** Without settings of whoever runs the tests. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYTONE_')));
}

type EventOf<T extends EventType> = Extract<CallEvent, { readonly type: T }>;

/** A tape with questions that tests ask. */
export class Tape {
  readonly lines: readonly TapeLine[];

  constructor(lines: readonly TapeLine[]) {
    this.lines = lines;
  }

  all<T extends EventType>(type: T): readonly EventOf<T>[] {
    return this.lines.map(({ event }) => event).filter((event): event is EventOf<T> => event.type === type);
  }

  has(type: EventType): boolean {
    return this.all(type).length > 0;
  }

  /** What was keyed, in order. */
  get digits(): string {
    return this.all('digit')
      .map(({ digit }) => digit)
      .join('');
  }

  /** How each key was heard. */
  get ways(): readonly string[] {
    return this.all('digit').map(({ heard }) => heard.map(({ via }) => via).join('+'));
  }

  /** Attempts of gathers, without where and why. */
  get gathers(): readonly object[] {
    return this.all('gather.finished').map(({ digits, reason, success, attempt }) => ({
      digits,
      reason,
      success,
      attempt,
    }));
  }

  /** What failed; a test that expects nothing of that sort says so. */
  get faults(): readonly CallEvent[] {
    return this.lines
      .map(({ event }) => event)
      .filter(({ type }) => type.endsWith('.failed') && type !== 'leg.failed' && type !== 'digits.failed');
  }
}
