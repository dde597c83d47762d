// Owns: the sixteen keys and their two frequencies (ITU-T Q.23), and levels in dBm0.
// Does not: make tones (src/media/tone.ts), hear them.

export const rowsHz = [697, 770, 852, 941] as const;
export const columnsHz = [1209, 1336, 1477, 1633] as const;
/** Index: row * 4 + column. */
export const keys = '123A456B789C*0#D';

/** Peak of a sine at 0 dBm0: full scale is +3.14 dBm0 (G.711, A-law). */
export const peakAt0Dbm0 = 32_768 * 10 ** (-3.14 / 20);

export const peakOfDbm0 = (dbm0: number): number => peakAt0Dbm0 * 10 ** (dbm0 / 20);
export const dbm0OfPeak = (peak: number): number => 20 * Math.log10(peak / peakAt0Dbm0);
