// Owns: the SDP offer/answer exchange for one audio line (RFC 3264, RFC 4566/8866) over sdp-transform.

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
  /** Payload types we may receive audio with, by codec. */
  readonly receive: readonly { readonly payloadType: number; readonly codec: AudioCodec }[];
  /** From our side: `inactive` and `recvonly` mean that we send nothing. */
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
}
