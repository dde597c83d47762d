// Owns: the bindings of users that register (RFC 3261 section 10.3). Who may register is decided before; this file takes
// a login and a request. All or nothing: a request that is refused changes nothing. Bounded in logins and bindings. Where
// it is given a place that outlives the process, bindings are there again after a restart.
// Does not: authenticate, route, or look into a Contact beyond comparing it.
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { SavedBinding, SavedRegistrations } from './endpoint.ts';
import { getHeader, getHeaders, parseCSeq, parseUnsigned } from './header.ts';
import { type Params, paramValue, withParam } from './header-params.ts';
import type { Header, Peer, SipRequest } from './message.ts';
import { formatNameAddress, parseNameAddress } from './name-address.ts';
import { readBinding } from './read-saved-leg.ts';
import { parseUri, type SipUri, type Uri } from './uri.ts';
import { sameUri } from './uri-compare.ts';

export interface Binding {
  readonly displayName: string;
  /** As it was written: unknown URI parameters and headers are kept. */
  readonly uri: string;
  readonly params: Params;
  readonly q: number;
  readonly expiresAt: number;
  readonly callId: string;
  readonly cseq: number;
  /** Where the REGISTER came from: a phone behind a NAT is reached there and not at its Contact. */
  readonly source: Peer;
}

export interface RegistrarOptions {
  readonly clock: Clock;
  readonly minExpiresS?: number;
  readonly maxExpiresS?: number;
  readonly maxLogins?: number;
  readonly maxBindings?: number;
  readonly log?: Log;
  readonly durable?: SavedRegistrations;
}

export interface RegisterResult {
  readonly status: number;
  readonly headers: readonly Header[];
}

export interface Registrar {
  register(login: string, request: SipRequest, source: Peer): RegisterResult;
  /** Live bindings, best first. */
  bindings(login: string): readonly Binding[];
  /** Takes up what an earlier process kept. */
  load(): void;
}

interface Wanted {
  readonly displayName: string;
  readonly uri: string;
  readonly parsed: Uri;
  readonly params: Params;
  readonly q: number;
  readonly expiresS: number;
}

const refuse = (status: number, headers: readonly Header[] = []): RegisterResult => ({ status, headers });

/** 10.3 step 5: the address-of-record, or null, which deserves a 400. */
export function registeredUri(request: SipRequest): SipUri | null {
  const to = parseNameAddress(getHeader(request, 'To') ?? '');
  const uri = to === null ? null : parseUri(to.uri);
  return uri?.kind === 'sip' ? uri : null;
}

/** What can be refused before anybody is authenticated: 400 for a bad To or Contact. */
export function checkRegister(request: SipRequest): boolean {
  if (registeredUri(request) === null) return false;
  return getHeaders(request, 'Contact').every((value) => value.trim() === '*' || readContact(value) !== null);
}

function readContact(
  value: string,
): { readonly address: NonNullable<ReturnType<typeof parseNameAddress>>; readonly uri: Uri } | null {
  const address = parseNameAddress(value);
  const uri = address === null ? null : parseUri(address.uri);
  return address === null || uri === null ? null : { address, uri };
}

export function createRegistrar(options: RegistrarOptions): Registrar {
  const { clock, durable, log } = options;
  const minExpiresS = options.minExpiresS ?? 60;
  const maxExpiresS = options.maxExpiresS ?? 3600;
  const maxLogins = options.maxLogins ?? 10_000;
  const maxBindings = options.maxBindings ?? 10;
  const table = new Map<string, Binding[]>();

  function live(login: string): Binding[] {
    const all = table.get(login);
    if (all === undefined) return [];
    const now = clock.now();
    const kept = all.filter((binding) => binding.expiresAt > now);
    if (kept.length < all.length) put(login, all, kept);
    return kept;
  }

  /** Whoever cannot keep it loses it at a restart, and not the registration. */
  function keep(run: (place: SavedRegistrations) => void): void {
    try {
      if (durable !== undefined) run(durable);
    } catch (error) {
      log?.error({ err: error }, 'sip: registered contacts could not be kept');
    }
  }

  function put(login: string, before: readonly Binding[], after: Binding[]): void {
    if (after.length === 0) table.delete(login);
    else table.set(login, after);
    keep((place) => {
      for (const { uri } of before) if (!after.some((binding) => binding.uri === uri)) place.drop(login, uri);
      for (const binding of after) if (!before.includes(binding)) place.save(toSaved(login, binding));
    });
  }

  function toSaved(login: string, { expiresAt, ...binding }: Binding): SavedBinding {
    return { ...binding, login, expiresAt: Math.round(expiresAt - clock.now() + clock.wall()) };
  }

  function takeUp(saved: SavedBinding): void {
    const { login, expiresAt, ...binding } = readBinding(saved);
    // Never longer than one that registers now, whatever the wall clock says.
    const leftMs = Math.min(expiresAt - clock.wall(), maxExpiresS * 1000);
    const others = (table.get(login) ?? []).filter(({ uri }) => uri !== binding.uri);
    const room = others.length < maxBindings && (table.has(login) || table.size < maxLogins);
    if (leftMs <= 0 || !room || parseUri(binding.uri) === null) durable?.drop(login, binding.uri);
    else table.set(login, [...others, { ...binding, expiresAt: clock.now() + leftMs }]);
  }

  function makeRoom(): boolean {
    if (table.size < maxLogins) return true;
    for (const login of table.keys()) live(login);
    return table.size < maxLogins;
  }

  return {
    register(login, request, source) {
      if (!checkRegister(request)) return refuse(400);
      const callId = getHeader(request, 'Call-ID') ?? '';
      const cseq = parseCSeq(getHeader(request, 'CSeq'))?.number ?? 0;
      const expires = getHeader(request, 'Expires');
      // An unreadable Expires counts as absent (20.19 gives a default).
      const headerS = expires === undefined ? null : parseUnsigned(expires.trim());
      const values = getHeaders(request, 'Contact');
      const current = live(login);
      const outOfOrder = (binding: Binding) => binding.callId === callId && cseq <= binding.cseq;

      if (values.some((value) => value.trim() === '*')) {
        if (values.length !== 1 || headerS !== 0) return refuse(400);
        if (current.some(outOfOrder)) return refuse(500);
        put(login, current, []);
        return { status: 200, headers: [] };
      }

      const wanted: Wanted[] = [];
      for (const value of values) {
        const { address, uri } = readContact(value)!;
        const paramS = parseUnsigned(paramValue(address.params, 'expires') ?? '');
        let expiresS = paramS ?? headerS ?? maxExpiresS;
        if (expiresS > 0 && expiresS < minExpiresS)
          return refuse(423, [{ name: 'Min-Expires', value: String(minExpiresS) }]);
        expiresS = Math.min(expiresS, maxExpiresS);
        const q = Number(paramValue(address.params, 'q') ?? '1');
        wanted.push({
          displayName: address.displayName,
          uri: address.uri,
          parsed: uri,
          params: withParam(address.params, 'expires', undefined),
          q: q >= 0 && q <= 1 ? q : 1,
          expiresS,
        });
      }
      let next = [...current];
      for (const { displayName, uri, parsed, params, q, expiresS } of wanted) {
        const index = next.findIndex((binding) => sameUri(parseUri(binding.uri)!, parsed));
        const old = index < 0 ? undefined : next[index];
        // 10.3 step 7: a late copy of an older request must not undo a newer one.
        if (old !== undefined && current.includes(old) && outOfOrder(old)) return refuse(500);
        if (index >= 0) next = next.filter((_, at) => at !== index);
        if (expiresS === 0) continue;
        next.push({ displayName, uri, params, q, expiresAt: clock.now() + expiresS * 1000, callId, cseq, source });
      }
      if (next.length > maxBindings || (next.length > 0 && !table.has(login) && !makeRoom()))
        return refuse(503, [{ name: 'Retry-After', value: '60' }]);
      put(login, current, next);
      const headers = sorted(next).map((binding) => ({
        name: 'Contact',
        value: formatNameAddress({
          displayName: binding.displayName,
          uri: binding.uri,
          params: withParam(binding.params, 'expires', String(Math.ceil((binding.expiresAt - clock.now()) / 1000))),
        }),
      }));
      return { status: 200, headers: [...headers, { name: 'Date', value: new Date(clock.wall()).toUTCString() }] };
    },
    bindings: (login) => sorted(live(login)),
    load() {
      keep((place) => {
        for (const saved of place.load()) keep(() => takeUp(saved));
      });
    },
  };
}

function sorted(bindings: readonly Binding[]): readonly Binding[] {
  return [...bindings].sort((a, b) => b.q - a.q || b.expiresAt - a.expiresAt);
}
