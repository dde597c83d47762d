// Owns: keys in SIP INFO, as phones send them: `application/dtmf-relay` with its lines, and `application/dtmf` with the key
// alone (RFC 2976 left both to custom).
//   Signal=5
//   Duration=160
const signalLine = /^\s*signal\s*=\s*(\S+)/im;
/** The key codes of RFC 4733 that are no digits. */
const byCode: Readonly<Record<string, string>> = { '10': '*', '11': '#', '12': 'A', '13': 'B', '14': 'C', '15': 'D' };

export function formatDtmfRelay(digit: string, durationMs: number): string {
  return `Signal=${digit}\r\nDuration=${durationMs}\r\n`;
}

/** null when it is no key. */
export function parseInfoDigit(contentType: string, body: string): string | null {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  const relay = type === 'application/dtmf-relay';
  if (!relay && type !== 'application/dtmf') return null;
  const word = (relay ? signalLine.exec(body)?.[1] : body.trim()) ?? '';
  const digit = (byCode[word] ?? word).toUpperCase();
  return /^[0-9*#A-D]$/.test(digit) ? digit : null;
}
