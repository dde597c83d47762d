// Owns: what of an INVITE is worth a place on the tape: who, whence, by what route. Never credentials.
import type { IncomingLeg } from '../sip/endpoint.ts';

const headers = [
  ...(['User-Agent', 'P-Asserted-Identity', 'Diversion', 'History-Info', 'User-to-User'] as const),
  // What a carrier says of a caller whose identity it has verified.
  ...(['P-Attestation-Indicator', 'P-Origination-ID'] as const),
];

/** Names as people know them from SIP; what the peer did not say is left out. */
export function signallingOf(leg: IncomingLeg): Readonly<Record<string, string>> {
  const { source } = leg;
  const told: Record<string, string> = {
    'Call-ID': leg.callId,
    From: leg.remote.uri,
    To: leg.local.uri,
    'Request-URI': leg.requestUri,
    source: `${source.transport} ${source.address} ${source.port}`,
  };
  if (leg.remote.displayName !== '') told['displayName'] = leg.remote.displayName;
  if (leg.login !== null) told['login'] = leg.login;
  for (const name of headers) {
    const value = leg.header(name);
    if (value !== undefined) told[name] = value;
  }
  return told;
}
