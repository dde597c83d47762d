// Owns: which addresses outbound requests may reach, and when a URL counts as written by the operator. The reasons and
// the whole table stand in docs/outbound-http.md; ranges are those of the IANA special-purpose registries (RFC 6890).
// Does not: resolve names or open sockets; http-client.ts does, and asks here for every address it is about to use.
import ipaddr from 'ipaddr.js';
import { CodedError } from '../base/errors.ts';

export interface AddressPolicy {
  readonly public: 'allow' | 'deny';
  readonly lan: 'allow' | 'deny';
  readonly loopback: 'allow' | 'deny';
  /** `10.0.0.0/8`, `192.168.1.4`, `nas.example.org`, `nas.example.org:8080`, `*.example.org`. */
  readonly allow: readonly string[];
}

/** Safe on a public host. Local origins that the operator wrote are reached through Trust, not through this. */
export const defaultPolicy: AddressPolicy = { public: 'allow', lan: 'deny', loopback: 'deny', allow: [] };

/** Who wrote the URL of a request. */
export interface Trust {
  /** `configured`: the operator wrote this very URL. `document`: it came out of a reply, or from an API caller. */
  readonly origin: 'configured' | 'document';
  /** Origins (`http://localhost:3000`) that the operator wrote for the app this request belongs to. */
  readonly trustedOrigins: readonly string[];
}

/** `never` cannot be allowed by any configuration; `reserved` only by an entry of the allow list. */
export type Reach = 'public' | 'lan' | 'loopback' | 'reserved' | 'never';

/** Cloud metadata and host agents outside of the link-local range. */
const metadata: ReadonlySet<string> = new Set([
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
]);

const reachOfRange: Readonly<Record<string, Reach>> = {
  unicast: 'public',
  loopback: 'loopback',
  private: 'lan',
  uniqueLocal: 'lan',
  carrierGradeNat: 'lan',
  deprecatedSiteLocal: 'lan',
  unspecified: 'never',
  broadcast: 'never',
  multicast: 'never',
  linkLocal: 'never',
};

/** The IPv4 address inside an IPv6 one: RFC 4291 mapped and compatible, RFC 6145, RFC 6052 (NAT64), RFC 3056 (6to4). */
function unwrap(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address.kind() === 'ipv4') return address;
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  const nat64 = range === 'rfc6052' && bytes.slice(4, 12).every((byte) => byte === 0);
  const compatible = bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12, 15).some((byte) => byte !== 0);
  if (range === 'ipv4Mapped' || range === 'rfc6145' || nat64 || compatible) return new ipaddr.IPv4(bytes.slice(12));
  return address;
}

export function classifyAddress(text: string): Reach {
  if (!ipaddr.isValid(text)) return 'never';
  const address = unwrap(ipaddr.parse(text));
  // A zone (`fe80::1%eth0`) changes the text, not the address.
  const plain = address.kind() === 'ipv6' ? new ipaddr.IPv6([...address.toByteArray()]).toString() : address.toString();
  if (metadata.has(plain)) return 'never';
  return reachOfRange[address.range()] ?? 'reserved';
}

type AllowEntry =
  | { readonly kind: 'range'; readonly base: ipaddr.IPv4 | ipaddr.IPv6; readonly bits: number }
  | { readonly kind: 'host'; readonly host: string; readonly port: string | null };

function parseAllowEntry(text: string): AllowEntry {
  const entry = text.trim().toLowerCase();
  const bare = entry.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValidCIDR(bare)) {
    const [base, bits] = ipaddr.parseCIDR(bare);
    return { kind: 'range', base, bits };
  }
  if (ipaddr.IPv6.isValid(bare) || ipaddr.IPv4.isValidFourPartDecimal(bare)) {
    const base = ipaddr.parse(bare);
    return { kind: 'range', base, bits: base.kind() === 'ipv4' ? 32 : 128 };
  }
  const match = /^(\[[0-9a-f:.]+\]|(?:\*\.)?[a-z0-9_.-]+)(?::(\d{1,5}))?$/.exec(entry);
  if (match === null) throw new CodedError('config-invalid', `"${text}" is not an address, a network or a host name.`);
  return { kind: 'host', host: bareHost(match[1]!), port: match[2] ?? null };
}

/** A host as it is compared: lower case, no brackets, no final dot. */
export function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

export interface AddressChecker {
  /** null when the address may be used, else the reason why not. `local` says that isLocallyTrusted() held. */
  check(target: { host: string; port: string; address: string; local: boolean }): string | null;
}

export function createAddressChecker(policy: AddressPolicy): AddressChecker {
  const entries = policy.allow.map(parseAllowEntry);

  function listed(host: string, port: string, address: string): boolean {
    const plain = unwrap(ipaddr.parse(address));
    return entries.some((entry) => {
      if (entry.kind === 'range') return entry.base.kind() === plain.kind() && plain.match(entry.base, entry.bits);
      if (entry.port !== null && entry.port !== port) return false;
      return entry.host.startsWith('*.') ? host.endsWith(entry.host.slice(1)) : entry.host === host;
    });
  }

  return {
    check({ host, port, address, local }) {
      const reach = classifyAddress(address);
      if (reach === 'never') return `${address} is link-local, multicast, unspecified or a metadata address`;
      if (listed(bareHost(host), port, address)) return null;
      if (reach === 'reserved') return `${address} is in a reserved range`;
      if (policy[reach] === 'allow') return null;
      if (local && reach !== 'public') return null;
      const words = { loopback: 'this machine', lan: 'a private network', public: 'a public address' } as const;
      return `${address} is ${words[reach]}`;
    },
  };
}

const localSuffixes = /(^|\.)(localhost|local|lan|home|corp|internal|intranet|private|localdomain|test|home\.arpa)$/;

/** Whether nobody outside can decide where this host name leads: a literal, one label, or a suffix not in public DNS. */
export function isLocalName(host: string): boolean {
  const name = bareHost(host);
  return ipaddr.isValid(name) || !name.includes('.') || localSuffixes.test(name);
}

/**
 * Whether a URL may reach loopback and LAN: the operator wrote its origin, and its name cannot be pointed somewhere else
 * by whoever runs a public DNS zone.
 */
export function isLocallyTrusted(url: URL, trust: Trust): boolean {
  if (!isLocalName(url.hostname)) return false;
  return trust.origin === 'configured' || trust.trustedOrigins.includes(url.origin);
}

/** The http and https origins of URLs that the operator wrote, for Trust.trustedOrigins. Other texts are left out. */
export function originsOf(urls: readonly string[]): readonly string[] {
  const origins = urls.flatMap((text) => {
    const url = URL.parse(text);
    return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? [url.origin] : [];
  });
  return [...new Set(origins)];
}
