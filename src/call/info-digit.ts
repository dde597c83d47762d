// Owns: reading a key out of the body of a SIP INFO request (RFC 2976 gave it no meaning; these are the forms that phones send):
//   application/dtmf-relay   lines "Signal=5" and "Duration=160", any order, spacing, case, line end; Duration may be missing
//   application/dtmf         the key alone, e.g. "5"; some send the lines of dtmf-relay under this name
//   audio/telephone-event    either of these; the key may be named "d"
// Keys may be written as event codes of RFC 4733 (10 is *, 11 is #, 12-15 are A-D, 16 is the hook flash, also hf, flash, !).
// Does not: know that the key may have been heard in the audio as well (media/key-machine.ts).

export interface InfoDigit {
  /** `flash` is the hook flash. */
  readonly digit: string;
  readonly durationMs: number;
}

const types: ReadonlySet<string> = new Set(['application/dtmf-relay', 'application/dtmf', 'audio/telephone-event']);

const signalNames: ReadonlySet<string> = new Set(['signal', 'd', 'digit']);
const flashNames: ReadonlySet<string> = new Set(['!', '16', 'F', 'HF', 'FLASH', 'HOOKFLASH', 'HOOK-FLASH']);
const usualMs = 160;
const longestMs = 60_000;

/** 'unknown-type' and 'malformed' deserve 415 and 400. */
export function readInfoDigit(contentType: string, body: string): InfoDigit | 'unknown-type' | 'malformed' {
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  if (!types.has(type)) return 'unknown-type';
  let signal: string | null = null;
  let durationMs = usualMs;
  for (const line of body.split(/\r\n|\r|\n/)) {
    const named = /^([^=:]*)[=:](.*)$/.exec(line);
    const name = named === null ? '' : named[1]!.trim().toLowerCase();
    const value = (named === null ? line : named[2]!).trim();
    if (signalNames.has(name)) signal ??= value;
    else if (name === 'duration' && /^\d{1,6}$/.test(value)) durationMs = Math.min(longestMs, Number(value));
    else if (name === '' && value !== '') signal ??= value;
  }
  const digit = signal === null ? null : keyOf(signal);
  return digit === null ? 'malformed' : { digit, durationMs };
}

function keyOf(signal: string): string | null {
  const text = signal.toUpperCase();
  if (/^[0-9*#A-D]$/.test(text)) return text;
  if (flashNames.has(text)) return 'flash';
  if (/^1[0-5]$/.test(text)) return '*#ABCD'[Number(text) - 10]!;
  return null;
}
