// hot path
// Owns: which clock a peer really counts event durations with. Some negotiate 8000 Hz and count at 48 kHz, or the other way
// round (RFC 4733 2.4 and what the field makes of it), so growth is compared with arrival, over all presses of a source.
// Does not: trust short spans, in which jitter looks like another clock.

export class TelephoneEventClock {
  private negotiatedHz: number;
  /** Growth seen in the presses before, and where the present one began. */
  private units = 0;
  private spanMs = 0;
  private firstUnits = 0;
  private firstMs = 0;

  constructor(negotiatedHz: number) {
    this.negotiatedHz = negotiatedHz;
  }

  reset(negotiatedHz: number): void {
    this.negotiatedHz = negotiatedHz;
    this.units = 0;
    this.spanMs = 0;
  }

  /** A press was heard first, with this duration. */
  begin(units: number, nowMs: number): void {
    this.firstUnits = units;
    this.firstMs = nowMs;
  }

  /** It was heard last with this duration, all its segments counted. Returns that in milliseconds. */
  end(units: number, lastMs: number): number {
    this.units += units - this.firstUnits;
    this.spanMs += lastMs - this.firstMs;
    return Math.round((units * 1000) / this.measuredHz());
  }

  private measuredHz(): number {
    const ratio = (this.units * 1000) / (this.spanMs * this.negotiatedHz);
    const byFour = this.spanMs >= 60 && (ratio > 4 || ratio < 0.25);
    const byTwo = this.spanMs >= 160 && (ratio > 1.7 || ratio < 0.6);
    if (!byFour && !byTwo) return this.negotiatedHz;
    const measuredHz = ratio * this.negotiatedHz;
    if (measuredHz < 11_300) return 8000;
    return measuredHz < 27_700 ? 16_000 : 48_000;
  }
}
