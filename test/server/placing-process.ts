// Owns: for tests: a server in a process of its own, which its parent tells to place calls and may kill. Run by fork:
// `placing-process.ts '{"dataDir", "sipPort", "portRange", "callsPerSecond"}'`. It tells `{ready: port}`, and every line of
// every tape; it is told `{place: PlaceOrder}` and `{hangUp: id}`.
import type { Log } from '../../src/base/log.ts';
import type { PlaceOrder } from '../../src/call/place-order.ts';
import { dialectOf } from '../../src/dialects/index.ts';
import type { DialectName } from '../../src/flow/node.ts';
import { readConfig } from '../../src/server/config.ts';
import { createServer } from '../../src/server/server.ts';
import { plainDialect } from '../../src/testkit/index.ts';

export interface PlacingOptions {
  readonly dataDir: string;
  readonly sipPort: number;
  readonly portRange: readonly [number, number];
  readonly callsPerSecond: number;
}
export type Order = { readonly place: PlaceOrder };

const { dataDir, sipPort, portRange, callsPerSecond } = JSON.parse(process.argv[2]!) as PlacingOptions;
const { config: built } = readConfig({ file: null, environment: {}, workingDir: dataDir });
if (built === null) throw new Error('the built-in configuration is wrong');
const log: Log = { debug() {}, info() {}, warn() {}, error: () => {}, child: () => log };
const url = 'http://127.0.0.1:9/unused';
const first = { url, method: 'GET', fallbackUrl: null, timeoutMs: null, extra: {} } as const;
const server = await createServer(
  {
    ...built,
    dataDir,
    sip: { ...built.sip, host: '127.0.0.1', port: sipPort },
    http: { host: '127.0.0.1', port: 0 },
    media: { ...built.media, host: '127.0.0.1', portRange, workers: 1 },
    limits: { ...built.limits, callsPerSecond },
    outbound: { ...built.outbound, loopback: 'allow' },
    apps: [{ name: 'app-1', dialect: 'none' as DialectName, first }],
    numbers: [],
  },
  log,
  {
    dialects: (name) => (name === ('none' as DialectName) ? { name, ...plainDialect } : dialectOf(name)),
    onLine: (call, line) => process.send!({ call, line }),
    load: () => 0,
  },
);
process.on('message', ({ place }: Order) => void server.calls.place(place));
process.on('disconnect', () => process.exit(0));
process.send!({ ready: server.http.port });
