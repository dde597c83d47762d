// Owns: the SDP offer/answer exchange for one audio line (RFC 3264, RFC 8866) over sdp-transform: G.711 and telephone-event
// over plain RTP. Every other line is refused in its place. What the peer wrote never throws; a fault is a status and a reason.
// Does not: encryption (SAVP), rtcp-mux, ICE; those are left out of answers, which declines them.
import { BlockList, isIP } from 'node:net';
import { type DescribedMedia, type Description, type Direction, readDescription } from './sdp-read.ts';

export type { Direction };
export type AudioCodec = 'PCMU' | 'PCMA';

/** What both sides agreed on, from our side: we send to `remote`, expect from it. */
export interface NegotiatedAudio {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly remoteRtcpPort: number;
  readonly codec: AudioCodec;
  readonly payloadType: number;
  /** Packet time we send with. */
  readonly ptimeMs: number;
  readonly telephoneEvent: { readonly payloadType: number; readonly clockRateHz: number } | null;
  /** Payload types events may come with, where they are more than that one. */
  readonly receiveEvents?: readonly number[];
  /** Payload types we may receive audio with, by codec. */
  readonly receive: readonly { readonly payloadType: number; readonly codec: AudioCodec }[];
  /** From our side: `inactive` and `recvonly` mean that we send nothing. */
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
}

/** Our side of the audio line. A call keeps one and revises it for every new description that it sends. */
export interface LocalAudio {
  /** An IPv4 or IPv6 literal that the peer can reach. */
  readonly address: string;
  readonly port: number;
  /** Most liked first: the order of our offers. An answer follows the order of the offer (RFC 3264 6.1). */
  readonly codecs: readonly AudioCodec[];
  /** Decimal digits, the same for the whole dialog. */
  readonly sessionId: string;
  /** Of the description that is sent next; one more than that of the last one (RFC 3264 8). */
  readonly version: number;
  /** What we want; `sendrecv` unless said otherwise. Hold is `sendonly`. */
  readonly direction?: Direction;
}

export interface SdpRefusal {
  readonly ok: false;
  readonly status: 488 | 400;
  readonly reason: string;
}
export type OfferAnswered = { readonly ok: true; readonly sdp: string; readonly audio: NegotiatedAudio } | SdpRefusal;
export type AnswerAccepted = { readonly ok: true; readonly audio: NegotiatedAudio } | SdpRefusal;

const defaultTelephoneEvent = { payloadType: 101, clockRateHz: 8000 };
const defaultPtimeMs = 20;
const multicast = new BlockList();
multicast.addSubnet('224.0.0.0', 4, 'ipv4');
multicast.addSubnet('ff00::', 8, 'ipv6');

/** The same side with the next version: before every offer or answer after the first. */
export function reviseLocal(
  local: LocalAudio,
  changes: Partial<Omit<LocalAudio, 'sessionId' | 'version'>> = {},
): LocalAudio {
  return { ...local, ...changes, version: local.version + 1 };
}

/** Answers an offer, a first one or a later one. */
export function answerOffer(offer: string, local: LocalAudio): OfferAnswered {
  const description = readDescription(offer);
  if (description === null) return refuse(400, 'The session description is malformed.');
  let refusal = refuse(488, 'The offer has no audio.');
  let told = false;
  for (const [index, media] of description.media.entries()) {
    if (media.type !== 'audio' || media.port === 0) continue;
    const agreed = agree(media, local, media);
    if ('status' in agreed) {
      if (!told) refusal = agreed;
      told = true;
      continue;
    }
    const lines = description.media.map((one, i) =>
      i === index ? audioLines(local, one.protocol, agreed) : rejectedLine(one),
    );
    return { ok: true, sdp: format(local, description.timing, lines), audio: agreed };
  }
  return refusal;
}

/**
 * An offer. In a dialog that has exchanged descriptions, `previous` is the last one we sent: its media lines keep their
 * places and its payload types their meaning (RFC 3264 8).
 */
export function createOffer(local: LocalAudio, previous?: string): string {
  const before = previous === undefined ? null : readDescription(previous);
  const offered = {
    formats: local.codecs.map((codec) => ({ payloadType: staticPayloadType(codec), codec })),
    telephoneEvent: defaultTelephoneEvent,
    ptimeMs: defaultPtimeMs,
    direction: local.direction ?? 'sendrecv',
  };
  const index = before === null ? -1 : audioIndex(before);
  if (before === null || index < 0) return format(local, '0 0', [offerLines(local, 'RTP/AVP', offered)]);
  const audio = before.media[index]!;
  const known = codecsOf(audio, local.codecs);
  const codecs = [...known, ...offered.formats.filter(({ codec }) => !known.some((one) => one.codec === codec))];
  const event = eventOf(audio) ?? freeEvent(audio);
  const lines = before.media.map((one, i) =>
    i === index
      ? offerLines(local, one.protocol, {
          ...offered,
          formats: codecs,
          telephoneEvent: event,
          ptimeMs: audio.ptimeMs ?? defaultPtimeMs,
        })
      : rejectedLine(one),
  );
  return format(local, before.timing, lines);
}

/** Reads the answer to our offer. `offer` is what we sent, when its payload types may differ from those of a first offer. */
export function acceptAnswer(answer: string, local: LocalAudio, offer?: string): AnswerAccepted {
  const description = readDescription(answer);
  if (description === null) return refuse(400, 'The session description is malformed.');
  const sent = readDescription(offer ?? createOffer(local));
  const live = (one: DescribedMedia | undefined) => one?.type === 'audio' && one.port !== 0;
  const index = description.media.findIndex((one, i) => live(one) && live(sent?.media[i]));
  const media = description.media[index];
  if (media === undefined) return refuse(488, 'The answer has no audio in the place of ours.');
  const agreed = agree(media, local, sent?.media[index] ?? media);
  return 'status' in agreed ? agreed : { ok: true, audio: agreed };
}

/** `receivable` is the side whose payload types name what may arrive here: the offer, whoever made it. */
function agree(media: DescribedMedia, local: LocalAudio, receivable: DescribedMedia): NegotiatedAudio | SdpRefusal {
  const protocol = media.protocol.toUpperCase();
  if (protocol.includes('SAVP')) return refuse(488, `Encrypted media (${protocol.slice(0, 40)}) is not supported.`);
  if (protocol !== 'RTP/AVP' && protocol !== 'RTP/AVPF')
    return refuse(488, 'Audio is offered over a protocol that is not RTP/AVP.');
  const [best] = codecsOf(media, local.codecs);
  if (best === undefined) return refuse(488, 'No common codec: PCMU and PCMA are spoken here.');
  if (media.address === '')
    return refuse(488, 'The connection address of the audio is missing or is no address literal.');
  const unspecified = /^[0:.]+$/.test(media.address);
  if (!unspecified && isIP(media.address) !== isIP(local.address)) {
    return refuse(488, `The audio address is of another family than ours (IPv${isIP(local.address)}).`);
  }
  if (multicast.check(media.address, isIP(media.address) === 6 ? 'ipv6' : 'ipv4')) {
    return refuse(488, 'Multicast audio is not supported.');
  }
  return {
    remoteAddress: media.address,
    remotePort: media.port,
    remoteRtcpPort: media.rtcpPort,
    codec: best.codec,
    payloadType: best.payloadType,
    ptimeMs: ptimeOf(media),
    telephoneEvent: eventOf(media),
    ...eventsOf(media, receivable),
    receive: codecsOf(receivable, local.codecs),
    direction: directionBetween(media.direction, local.direction ?? 'sendrecv', unspecified),
  };
}

/** An unspecified address is the hold of RFC 2543: nothing may be sent there. */
function directionBetween(remote: Direction, local: Direction, unspecified: boolean): Direction {
  const send =
    !unspecified && (remote === 'sendrecv' || remote === 'recvonly') && (local === 'sendrecv' || local === 'sendonly');
  const receive = (remote === 'sendrecv' || remote === 'sendonly') && (local === 'sendrecv' || local === 'recvonly');
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

function codecsOf(media: DescribedMedia, spoken: readonly AudioCodec[]): { payloadType: number; codec: AudioCodec }[] {
  return media.formats.flatMap(({ payloadType, name, clockRateHz, channels }) => {
    const codec = spoken.find((one) => one === name);
    return codec !== undefined && clockRateHz === 8000 && channels === 1 ? [{ payloadType, codec }] : [];
  });
}

/** With the clock of the codecs; a peer that has only another is taken at its word. */
function eventOf(media: DescribedMedia): { payloadType: number; clockRateHz: number } | null {
  const events = media.formats.filter(({ name, clockRateHz }) => name === 'TELEPHONE-EVENT' && clockRateHz > 0);
  const event = events.find(({ clockRateHz }) => clockRateHz === 8000) ?? events[0];
  return event === undefined ? null : { payloadType: event.payloadType, clockRateHz: event.clockRateHz };
}

/**
 * The peer sends with the numbers of the offer, also where its answer has others (RFC 3264 6.1); and some, offered two
 * clocks, use the one that was not agreed on.
 */
function eventsOf(...sides: readonly DescribedMedia[]): { receiveEvents?: readonly number[] } {
  const types = sides.flatMap(({ formats }) =>
    formats.flatMap(({ name, payloadType }) => (name === 'TELEPHONE-EVENT' ? [payloadType] : [])),
  );
  const receiveEvents = [...new Set(types)];
  return eventOf(sides[0]!) !== null && receiveEvents.length > 1 ? { receiveEvents } : {};
}

/** A payload type that the earlier line used for something else must not change its meaning. */
function freeEvent(media: DescribedMedia): { payloadType: number; clockRateHz: number } {
  const used = new Set(media.formats.map(({ payloadType }) => payloadType));
  let payloadType = defaultTelephoneEvent.payloadType;
  while (used.has(payloadType) && payloadType < 127) payloadType++;
  return { ...defaultTelephoneEvent, payloadType };
}

function ptimeOf(media: DescribedMedia): number {
  const most = Math.min(60, media.maxptimeMs ?? 60);
  const wanted = Math.min(media.ptimeMs ?? defaultPtimeMs, most);
  return Math.max(10, Math.floor(wanted / 10) * 10);
}

function audioIndex(description: Description): number {
  return description.media.findIndex(({ type, port }) => type === 'audio' && port !== 0);
}

function staticPayloadType(codec: AudioCodec): number {
  return codec === 'PCMU' ? 0 : 8;
}

interface OfferedLine {
  readonly formats: readonly { readonly payloadType: number; readonly codec: AudioCodec }[];
  readonly telephoneEvent: { readonly payloadType: number; readonly clockRateHz: number } | null;
  readonly ptimeMs: number;
  readonly direction: Direction;
}

/** One codec only, so that the peer cannot change between them without a new offer. */
function audioLines(local: LocalAudio, protocol: string, agreed: NegotiatedAudio): string[] {
  const { payloadType, codec, telephoneEvent, ptimeMs, direction } = agreed;
  return offerLines(local, protocol, { formats: [{ payloadType, codec }], telephoneEvent, ptimeMs, direction });
}

function offerLines(local: LocalAudio, protocol: string, line: OfferedLine): string[] {
  const event = line.telephoneEvent;
  const types = [...line.formats.map(({ payloadType }) => payloadType), ...(event === null ? [] : [event.payloadType])];
  return [
    `m=audio ${local.port} ${protocol} ${types.join(' ')}`,
    ...line.formats.map(({ payloadType, codec }) => `a=rtpmap:${payloadType} ${codec}/8000`),
    ...(event === null
      ? []
      : [`a=rtpmap:${event.payloadType} telephone-event/${event.clockRateHz}`, `a=fmtp:${event.payloadType} 0-15`]),
    `a=ptime:${line.ptimeMs}`,
    `a=${line.direction}`,
  ];
}

function rejectedLine({ type, protocol, formatList }: DescribedMedia): string[] {
  return [`m=${type} 0 ${protocol} ${formatList}`];
}

function format(local: LocalAudio, timing: string, media: readonly string[][]): string {
  const address = `IN IP${isIP(local.address) === 6 ? 6 : 4} ${local.address}`;
  const session = ['v=0', `o=- ${local.sessionId} ${local.version} ${address}`, 's=-', `c=${address}`, `t=${timing}`];
  return `${[...session, ...media.flat()].join('\r\n')}\r\n`;
}

function refuse(status: 488 | 400, reason: string): SdpRefusal {
  return { ok: false, status, reason };
}
