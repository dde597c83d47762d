// Owns: what a gather's attributes say about one key or one entry, without any state: which keys count, which may interrupt,
// when an entry is enough; and all of that in words, for the decision record.
import type { GatherReason } from '../flow/report.ts';

export interface CollectorRules {
  readonly prompts: number;
  readonly minDigits: number;
  readonly minDigitsAtTimeout: number;
  readonly maxDigits: number;
  readonly terminators: string;
  readonly soleKeys?: string;
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

/** Whether an entry is one that this gather may end with; one that is empty is no entry yet. */
export function isChoice({ only }: CollectorRules, digits: string): boolean {
  return only === null || digits === '' || only.includes(digits);
}

/** Whether `digits` make a success of an entry that ended so. */
export function isEnough(rules: CollectorRules, digits: string, reason: GatherReason): boolean {
  if (!isChoice(rules, digits)) return false;
  if (reason === 'max-digits') return true;
  if (reason === 'terminator') return digits.length >= rules.minDigits;
  return digits.length >= rules.minDigitsAtTimeout;
}

/** What an attempt waits for: the first line of its record. */
export function describeRules(rules: CollectorRules): string {
  const { maxDigits, firstDigitMs, interDigitMs, totalMs, bargeIn, prompts, only } = rules;
  const least = rules.minDigitsAtTimeout;
  const wanted = least < maxDigits ? `${least} to ${digitsOf(maxDigits)}` : digitsOf(maxDigits);
  const timers = [
    ...(firstDigitMs === null ? [] : [`${firstDigitMs} ms for the first`]),
    ...(interDigitMs === null ? [] : [`${interDigitMs} ms between two`]),
    ...(totalMs === null ? [] : [`${totalMs} ms for all`]),
  ];
  return [
    `waits for ${wanted}`,
    describeTerminators(rules),
    timers.length === 0 ? 'for as long as it takes' : timers.join(', '),
    ...(rules.soleKeys ? [`${[...rules.soleKeys].join(' or ')} is an entry by itself`] : []),
    ...(only === null ? [] : [`the choices are ${only.join(', ')}`]),
    ...(prompts === 0 ? [] : [bargeIn ? 'keys stop its prompts' : 'its prompts play to their end']),
  ].join('; ');
}

function describeTerminators({ terminators, minDigits, acceptEmpty }: CollectorRules): string {
  if (terminators === '') return 'no key ends it sooner';
  const ends = `${[...terminators].join(' or ')} ends it sooner`;
  if (acceptEmpty && minDigits === 0) return `${ends}, without a digit too`;
  return minDigits > 1 ? `${ends}, from ${digitsOf(minDigits)} on` : ends;
}

/** The rule by which `digits`, ended for `reason`, are what they are. */
export function describeRule(rules: CollectorRules, digits: string, reason: GatherReason): string {
  const { minDigits, minDigitsAtTimeout } = rules;
  const enough = isEnough(rules, digits, reason);
  switch (reason) {
    case 'max-digits':
      return 'that is as many as it takes';
    case 'terminator':
      return enough ? 'the terminator was pressed' : `the terminator was pressed before ${digitsOf(minDigits)}`;
    case 'hung-up':
      return 'the caller is gone';
    case 'cancelled':
      return 'something else took its place';
    default:
      if (!isChoice(rules, digits)) return 'it is none of the choices';
      return enough
        ? `${without(rules)}${digitsOf(minDigitsAtTimeout)} ${minDigitsAtTimeout === 1 ? 'is' : 'are'} enough`
        : `${without(rules)}it takes ${digitsOf(minDigitsAtTimeout)}`;
  }
}

const without = ({ terminators }: CollectorRules): string =>
  terminators === '' ? '' : `without ${[...terminators].join(' or ')} `;
const digitsOf = (count: number): string => `${count} digit${count === 1 ? '' : 's'}`;
