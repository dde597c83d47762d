// hot path
// Owns: from which address a session believes media (symmetric RTP, RFC 4961; guarding against the "RTP bleed" attacks).
// One source is latched: at once when it is the address of the SDP, or another one (a peer behind a NAT) when it sends
// `consistentPackets` packets in a row with one SSRC and known payload types before any other source. Latched is latched: a
// change needs `reset`, which belongs to a new offer/answer; only the address of the SDP itself still replaces, once, another
// that was quicker. A source that is not latched is neither believed nor answered.
// Does not: parse packets, own the socket.

/** `first` is the packet that latched: the moment to begin sending there. */
export type LatchVerdict = 'refused' | 'first' | 'accepted';

const consistentPackets = 5;

export class SourceLatch {
  /** Where to send to and what to believe once latched; '' before. */
  address = '';
  port = 0;

  private expectedAddress = '';
  private expectedPort = 0;
  private candidateAddress = '';
  private candidatePort = 0;
  private candidateSsrc = 0;
  private candidateSequence = 0;
  private candidateCount = 0;

  get latched(): boolean {
    return this.address !== '';
  }

  /** Starts anew, expecting the address of the SDP in the form in which the socket will report it. */
  reset(expectedAddress: string, expectedPort: number): void {
    this.address = '';
    this.port = 0;
    this.expectedAddress = expectedAddress;
    this.expectedPort = expectedPort;
    this.candidateCount = 0;
  }

  /** What was latched before a restart stays so. */
  restore(expectedAddress: string, expectedPort: number, address: string, port: number): void {
    this.reset(expectedAddress, expectedPort);
    this.address = address;
    this.port = port;
  }

  /** Judges one RTP packet. `known` tells whether its payload type was negotiated. */
  judge(address: string, port: number, ssrc: number, sequence: number, known: boolean): LatchVerdict {
    if (this.latched && port === this.port && address === this.address) return 'accepted';
    if (!known || this.expectedAddress === '') return 'refused';
    if (port === this.expectedPort && address === this.expectedAddress) return this.latch(address, port);
    if (this.address !== '') return 'refused';
    const follows =
      this.candidateCount > 0 &&
      port === this.candidatePort &&
      address === this.candidateAddress &&
      ssrc === this.candidateSsrc &&
      ((sequence - this.candidateSequence) & 0xffff) - 1 < consistentPackets &&
      sequence !== this.candidateSequence;
    if (!follows) {
      this.candidateAddress = address;
      this.candidatePort = port;
      this.candidateSsrc = ssrc;
      this.candidateCount = 0;
    }
    this.candidateSequence = sequence;
    this.candidateCount++;
    return this.candidateCount >= consistentPackets ? this.latch(address, port) : 'refused';
  }

  private latch(address: string, port: number): LatchVerdict {
    this.address = address;
    this.port = port;
    return 'first';
  }
}
