// Owns: what `initiate` tells of an INVITE: where the call was diverted from (RFC 5806), User-to-User data (RFC 7433), and what
// the carrier says of the caller's identity (STIR/SHAKEN: `verstat` of ATIS-1000074, P-Attestation-Indicator, P-Origination-ID).
// Does not: verify an identity; the trunk does, and whoever can call this server can write such headers.

type Words = Readonly<Record<string, unknown>>;
type Said = Readonly<Record<string, string>>;

export function signallingWords(said: Said): Words {
  return {
    diversion: diversionOf(said['Diversion'] ?? ''),
    stirShaken: stirShakenOf(said),
    uui: said['User-to-User']?.slice(0, 256),
  };
}

const entry = /^\s*(?:"(?:[^"\\]|\\.)*"|[^<",]*)\s*<([^<>]{1,512})>((?:"(?:[^"\\]|\\.)*"|[^",])*)/;

/** The first one is the newest. */
function diversionOf(header: string): Words | undefined {
  const [, uri, rest = ''] = entry.exec(header.slice(0, 2048)) ?? [];
  const origTo = uri === undefined ? undefined : /^(?:sips?|tel):([^@;?]+)/i.exec(uri)?.[1];
  if (origTo === undefined) return undefined;
  const params = rest.split(';').flatMap((part) => {
    const [, name, value] = /^\s*([\w-]{1,64})\s*=\s*"?([^"]{0,256}?)"?\s*$/.exec(part) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
  return { ...Object.fromEntries(params), origTo: decode(origTo) };
}

function stirShakenOf(said: Said): Words | undefined {
  const verstat = verstatIn(said['P-Asserted-Identity']) ?? verstatIn(said['From']);
  const attestationIndicator = said['P-Attestation-Indicator']?.trim();
  const originatingId = said['P-Origination-ID']?.trim();
  const isSilent = verstat === undefined && attestationIndicator === undefined && originatingId === undefined;
  return isSilent ? undefined : { verstat, attestationIndicator, originatingId };
}

const verstatIn = (address: string | undefined): string | undefined =>
  address === undefined ? undefined : /;\s*verstat=([\w-]{1,64})/i.exec(address)?.[1];

function decode(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}
