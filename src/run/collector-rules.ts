// Owns: what a gather's attributes say about one key or one entry, without any state: which keys count, which may interrupt,
// and when an entry is enough.
import type { GatherReason } from '../flow/report.ts';

export interface CollectorRules {
  readonly prompts: number;
  readonly minDigits: number;
  readonly minDigitsAtTimeout: number;
  readonly maxDigits: number;
  readonly terminators: string;
  readonly acceptEmpty: boolean;
  readonly firstDigitMs: number | null;
  readonly interDigitMs: number | null;
  readonly totalMs: number | null;
  readonly bargeIn: boolean;
  readonly sensitive: boolean;
  /** The only entries that end it; any other is forgotten and listening goes on. null: every entry does. */
  readonly only: readonly string[] | null;
}

/** The keys that may stop a prompt: those that would be taken as the first of an entry. */
export function bargeInKeys(rules: CollectorRules): string {
  if (!rules.bargeIn) return '';
  return [...'0123456789*#ABCD'].filter((key) => refusal(rules, '', key) === null).join('');
}

/** Why `key` is no part of an entry that so far is `digits`, or null when it is. */
export function refusal(rules: CollectorRules, digits: string, key: string): string | null {
  if (digits !== '') return null;
  if (rules.terminators.includes(key)) return rules.acceptEmpty ? null : 'there is no entry to end yet';
  if (rules.only !== null && !rules.only.some((entry) => entry.startsWith(key))) return 'no choice begins with it';
  return null;
}

export function shown(rules: CollectorRules, digits: string): string {
  return rules.sensitive ? '•'.repeat(digits.length) : digits;
}

/** Whether `count` digits make a success of an entry that ended so. */
export function isEnough(rules: CollectorRules, count: number, reason: GatherReason): boolean {
  if (reason === 'max-digits') return true;
  if (reason === 'terminator') return count >= rules.minDigits;
  return count >= rules.minDigitsAtTimeout;
}
