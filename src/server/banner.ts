// Owns: what a started server says on standard output: where it listens, and what to dial and how.
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { publicUrl } from '../hooks/fault.ts';
import type { NewKey } from './accounts/register.ts';
import type { Config } from './config.ts';
import { version } from './package-root.ts';

export interface Bound {
  readonly sipPort: number;
  readonly http: { readonly host: string; readonly port: number };
}

const shownNumbers = 20;

/** `firstKey` is of the account that this start made; its secret is said here and nowhere else. */
export function formatBanner(config: Config, { sipPort, http }: Bound, firstKey: NewKey | null = null): string {
  const [nearest, ...others] = reachable(config.sip.advertisedHost ?? config.sip.host).map((host) =>
    sipPort === 5060 ? bracketed(host) : `${bracketed(host)}:${sipPort}`,
  );
  const example = config.numbers[0]?.number;
  const lines = [
    `Keytone ${version}`,
    `  SIP   ${[nearest, ...others].join(', ')} (UDP and TCP)`,
    `  HTTP  http://${bracketed(http.host)}:${http.port}/ (what is there: docs/http.md)`,
    `  Data  ${config.dataDir}`,
    ...(config.numbers.length === 0
      ? ['  No number is configured: calls to others than those that accounts made are refused with 404.']
      : ['  Numbers']),
    ...config.numbers
      .slice(0, shownNumbers)
      .map(({ number, app }) => `    ${number.padEnd(8)} ${describeApp(config, app)}`),
  ];
  if (config.numbers.length > shownNumbers) lines.push(`    and ${config.numbers.length - shownNumbers} more`);
  if (example !== undefined) {
    const here = reachable(config.sip.host).includes('127.0.0.1')
      ? '127.0.0.1'
      : bracketed(reachable(config.sip.host)[0]!);
    const port = sipPort === 5060 ? '' : `:${sipPort}`;
    lines.push(
      `  Dial sip:${example}@${nearest} with any SIP phone; it needs no login.`,
      `  Without a phone: npm exec keytone -- call sip:${example}@${here}${port} --keys WWW1 --record heard.wav`,
    );
  }
  if (firstKey !== null)
    lines.push(
      '  This start made an account. Its secret is shown here once and kept nowhere:',
      `    account  ${firstKey.account}`,
      `    key id   ${firstKey.id}`,
      `    secret   ${firstKey.secret}`,
      `    Another key: npm exec keytone -- account key add ${firstKey.account} --data-dir ${config.dataDir}`,
    );
  return lines.join('\n');
}

function describeApp(config: Config, name: string): string {
  const app = config.apps.find((one) => one.name === name);
  if (app === undefined) return name;
  const { url, method } = app.first;
  const where = url.startsWith('file:') ? fileURLToPath(url) : `${method} ${publicUrl(url)}`;
  return `${name} (${app.dialect}, ${where})`;
}

/** The addresses that phones can use for a listener; those of the network first. */
function reachable(host: string): readonly string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host];
  const own = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  return [...own.map(({ address }) => address), '127.0.0.1'];
}

function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
