// Owns: reading a session description (RFC 8866) into the few facts that an exchange about audio needs. Whatever arrives,
// nothing is thrown: a description that cannot be understood is null. Does not: choose anything.
import { isIP } from 'node:net';
import { parse } from 'sdp-transform';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface DescribedFormat {
  readonly payloadType: number;
  /** Upper case, from the rtpmap or the static table; '' when neither says. */
  readonly name: string;
  readonly clockRateHz: number;
  readonly channels: number;
}

export interface DescribedMedia {
  /** As written: type, protocol and formats, for the line that rejects it. */
  readonly type: string;
  readonly protocol: string;
  readonly formatList: string;
  /** 0: not used. */
  readonly port: number;
  /** '' when it is no address literal. */
  readonly address: string;
  readonly rtcpPort: number;
  /** In the order of the m= line; RTP only. */
  readonly formats: readonly DescribedFormat[];
  readonly direction: Direction;
  readonly ptimeMs: number | null;
  readonly maxptimeMs: number | null;
}

export interface Description {
  /** `start stop` of the t= line, which an answer repeats. */
  readonly timing: string;
  readonly media: readonly DescribedMedia[];
}

const longestDescription = 65_536;
const mostMedia = 32;
/** RFC 3551 table 4, the two that are spoken here. */
const staticFormats: Readonly<Record<number, string>> = { 0: 'PCMU', 8: 'PCMA' };
const mediaLine = /^([^\s/]+) +(\d{1,5})(?:\/\d{1,5})? +(\S+)((?: +\S+)+) *$/;

type Session = ReturnType<typeof parse>;
type Media = Session['media'][number];

export function readDescription(text: string): Description | null {
  if (text.length > longestDescription) return null;
  const lines = text.split(/\r\n|\r|\n/);
  if (lines[0] !== 'v=0') return null;
  const mediaLines = lines.filter((line) => line.startsWith('m='));
  if (mediaLines.length > mostMedia) return null;
  let session: Session;
  try {
    session = parse(text);
  } catch {
    return null;
  }
  if (session.media.length !== mediaLines.length) return null;
  const media: DescribedMedia[] = [];
  for (const [i, line] of mediaLines.entries()) {
    const described = readMedia(session, session.media[i]!, line.slice(2));
    if (described === null) return null;
    media.push(described);
  }
  const timing = lines.find((line) => /^t=\d{1,20} \d{1,20} *$/.test(line));
  return { timing: timing?.slice(2).trim() ?? '0 0', media };
}

function readMedia(session: Session, media: Media, line: string): DescribedMedia | null {
  const match = mediaLine.exec(line);
  if (match === null) return null;
  const [, type = '', portText = '', protocol = '', list = ''] = match;
  const port = Number(portText);
  if (port > 65_535) return null;
  const formatList = list.trim().replace(/ +/g, ' ');
  const rtcpPort = Number(media.rtcp?.port ?? Number.NaN);
  return {
    type: type.toLowerCase(),
    protocol,
    formatList,
    port,
    address: addressOf(String((media.connection ?? session.connection)?.ip ?? '')),
    rtcpPort: rtcpPort >= 1 && rtcpPort <= 65_535 ? rtcpPort : Math.min(port + 1, 65_535),
    formats: formatList.split(' ').flatMap((text) => {
      const format = readFormat(media, text);
      return format === null ? [] : [format];
    }),
    direction: directionOf(media.direction ?? session.direction),
    ptimeMs: positive(media.ptime),
    maxptimeMs: positive(media.maxptime),
  };
}

function readFormat(media: Media, text: string): DescribedFormat | null {
  if (!/^\d{1,3}$/.test(text)) return null;
  const payloadType = Number(text);
  if (payloadType > 127) return null;
  const mapped = media.rtp.find((one) => Number(one.payload) === payloadType && one.rate !== undefined);
  if (mapped === undefined) {
    return { payloadType, name: staticFormats[payloadType] ?? '', clockRateHz: 8000, channels: 1 };
  }
  return {
    payloadType,
    name: String(mapped.codec).toUpperCase(),
    clockRateHz: positive(mapped.rate) ?? 0,
    channels: mapped.encoding === undefined ? 1 : (positive(mapped.encoding) ?? 0),
  };
}

/** The literal without the multicast suffix (`/ttl`), or ''. */
function addressOf(text: string): string {
  const literal = text.split('/', 1)[0] ?? '';
  return isIP(literal) === 0 || literal.includes('%') ? '' : literal;
}

function directionOf(text: string | undefined): Direction {
  return text === 'sendonly' || text === 'recvonly' || text === 'inactive' ? text : 'sendrecv';
}

function positive(value: unknown): number | null {
  const number = Number(value ?? Number.NaN);
  return Number.isFinite(number) && number > 0 ? number : null;
}
