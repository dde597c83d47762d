// hot path
// Owns: what a receiver counts about one stream (RFC 3550 A.1 sequence, A.3 loss, A.8 jitter) and the report block made of
// it. Does not: send reports, choose the source; a stream that the latch believes needs no probation.
import { middleOfNtp, type ReportBlock } from './rtcp.ts';

const mostDropout = 3000;
const mostMisorder = 100;

export class ReceiverStatistics {
  private readonly clockRateHz: number;
  private started = false;
  private ssrc = 0;
  private baseSequence = 0;
  private highest = 0;
  private cycles = 0;
  private received = 0;
  private expectedBefore = 0;
  private receivedBefore = 0;
  /** The number that would confirm a restart of the sender's counting; -1 for none. */
  private restartSequence = -1;
  private lastTimestamp = 0;
  private lastMs = 0;
  private jitterUnits = 0;
  private lastReport = 0;
  private lastReportMs = 0;

  constructor(clockRateHz = 8000) {
    this.clockRateHz = clockRateHz;
  }

  get jitterMs(): number {
    return (this.jitterUnits * 1000) / this.clockRateHz;
  }

  get packets(): number {
    return this.received;
  }

  get lost(): number {
    return this.started ? this.expected - this.received : 0;
  }

  /** One packet. Several with one timestamp (a telephone-event) tell nothing about jitter after the first. */
  receive(sequence: number, timestamp: number, ssrc: number, nowMs: number): void {
    if (!this.started || ssrc !== this.ssrc) {
      this.ssrc = ssrc;
      this.lastReport = 0;
      this.jitterUnits = 0;
      this.start(sequence, timestamp, nowMs);
      return;
    }
    const step = (sequence - this.highest) & 0xffff;
    if (step < mostDropout) {
      if (sequence < this.highest) this.cycles += 0x10000;
      this.highest = sequence;
      this.restartSequence = -1;
    } else if (step <= 0x10000 - mostMisorder) {
      if (sequence === this.restartSequence) {
        this.start(sequence, timestamp, nowMs);
        return;
      }
      this.restartSequence = (sequence + 1) & 0xffff;
      return;
    }
    this.received++;
    if (timestamp === this.lastTimestamp) return;
    const sentUnits = (timestamp - this.lastTimestamp) | 0;
    const difference = Math.abs(((nowMs - this.lastMs) * this.clockRateHz) / 1000 - sentUnits);
    // A leap of the timestamp of more than a second is a new count, not jitter.
    if (difference < this.clockRateHz) this.jitterUnits += (difference - this.jitterUnits) / 16;
    this.lastTimestamp = timestamp;
    this.lastMs = nowMs;
  }

  /** A sender report of the peer came. */
  senderReported(ntpSeconds: number, ntpFraction: number, nowMs: number): void {
    this.lastReport = middleOfNtp(ntpSeconds, ntpFraction);
    this.lastReportMs = nowMs;
  }

  /** The block of the report that is due now; null when nothing came since the last one. Begins the next interval. */
  report(nowMs: number): ReportBlock | null {
    if (!this.started || this.received === this.receivedBefore) return null;
    const expected = this.expected - this.expectedBefore;
    const lost = expected - (this.received - this.receivedBefore);
    this.expectedBefore = this.expected;
    this.receivedBefore = this.received;
    return {
      ssrc: this.ssrc,
      fractionLost: expected === 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected)),
      lost: this.lost,
      highestSequence: (this.cycles + this.highest) >>> 0,
      jitter: Math.round(this.jitterUnits),
      lastReport: this.lastReport,
      delaySinceLastReport: this.lastReport === 0 ? 0 : Math.round(((nowMs - this.lastReportMs) * 65_536) / 1000) >>> 0,
    };
  }

  private get expected(): number {
    return this.cycles + this.highest - this.baseSequence + 1;
  }

  private start(sequence: number, timestamp: number, nowMs: number): void {
    this.started = true;
    this.baseSequence = sequence;
    this.highest = sequence;
    this.cycles = 0;
    this.received = 1;
    this.expectedBefore = 0;
    this.receivedBefore = 0;
    this.restartSequence = -1;
    this.lastTimestamp = timestamp;
    this.lastMs = nowMs;
  }
}
