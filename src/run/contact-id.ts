// Owns: messages of alarm panels in Ademco Contact ID (SIA DC-05) as 16 keys, both ways, and the names of their events.
//
//   ACCT  MT  Q  XYZ  GG  CCC  S      account, 18, qualifier, event, partition, zone or user, checksum
//   4     2   1  3    2   3    1
//
// A key is a hexadecimal digit: 0-9 as they are, * # A B C for B-F; A is not used. 0 counts as ten and F as fifteen, and the sum
// of all sixteen is a multiple of fifteen. Does not: play or hear a tone (alarm.ts).

export type AlarmQualifier = 'new' | 'restore' | 'status';

export interface AlarmMessage {
  /** Four of 0-9 and B-F. */
  readonly account: string;
  readonly qualifier: AlarmQualifier;
  /** Three digits. */
  readonly event: string;
  /** Two digits. */
  readonly partition: string;
  /** Of a zone, or of a user; three digits. */
  readonly zone: string;
}

export const alarmKeys = 16;
/** By the value that a key counts, from 1. */
const hexOfValue = '1234567890BCDEF';
const keyOfValue = '1234567890*#ABC';
const qualifiers: Readonly<Record<string, AlarmQualifier>> = { 1: 'new', 3: 'restore', 6: 'status' };
const digitOfQualifier: Readonly<Record<AlarmQualifier, string>> = { new: '1', restore: '3', status: '6' };
/** Message types: the usual one, and another that receivers must take too. */
const form = /^([0-9B-F]{4})(?:18|98)([136])([0-9B-F]{3})([0-9B-F]{2})([0-9B-F]{3})[0-9B-F]$/;

/** null: it is no message, or was not heard well. */
export function decodeContactId(keys: string): AlarmMessage | null {
  const values = [...keys].map((key) => keyOfValue.indexOf(key) + 1);
  if (values.length !== alarmKeys || values.includes(0) || sumOf(values) % 15 !== 0) return null;
  const [, account, qualifier, event, partition, zone] =
    form.exec(values.map((value) => hexOfValue[value - 1]).join('')) ?? [];
  if (account === undefined || event === undefined || partition === undefined || zone === undefined) return null;
  return { account, qualifier: qualifiers[qualifier ?? '']!, event, partition, zone };
}

/** null: a field is none that can be sent. */
export function encodeContactId({ account, qualifier, event, partition, zone }: AlarmMessage): string | null {
  const text = `${account}18${digitOfQualifier[qualifier]}${event}${partition}${zone}`.toUpperCase();
  if (!form.test(`${text}0`)) return null;
  const values = [...text].map((digit) => hexOfValue.indexOf(digit) + 1);
  const checksum = 15 - (sumOf(values) % 15);
  return [...values, checksum].map((value) => keyOfValue[value - 1]).join('');
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const groups: Readonly<Record<string, string>> = {
  10: 'Medical alarm',
  11: 'Fire alarm',
  12: 'Panic alarm',
  13: 'Burglar alarm',
  14: 'General alarm',
  15: '24 hour non-burglary',
  16: '24 hour non-burglary',
  20: 'Fire supervisory',
  30: 'System trouble',
  31: 'System trouble',
  32: 'Sounder or relay trouble',
  33: 'System peripheral trouble',
  34: 'System peripheral trouble',
  35: 'Communication trouble',
  36: 'Communication trouble',
  37: 'Protection loop',
  38: 'Sensor trouble',
  39: 'Sensor trouble',
  40: 'Open or close',
  41: 'Remote access',
  42: 'Access control',
  43: 'Access control',
  44: 'Open or close',
  45: 'Open or close',
  46: 'Open or close',
  47: 'Open or close',
  50: 'System disable',
  51: 'System disable',
  52: 'Sounder or relay disable',
  53: 'System peripheral disable',
  55: 'Communication disable',
  57: 'Bypass',
  60: 'Test',
  61: 'Test',
  62: 'Event log',
  63: 'Schedule',
  65: 'Personnel monitoring',
};

const names: Readonly<Record<string, string>> = {
  100: 'Medical',
  101: 'Personal emergency',
  110: 'Fire',
  111: 'Smoke',
  112: 'Combustion',
  113: 'Water flow',
  114: 'Heat',
  115: 'Pull station',
  120: 'Panic',
  121: 'Duress',
  122: 'Silent panic',
  123: 'Audible panic',
  130: 'Burglary',
  131: 'Perimeter',
  132: 'Interior',
  133: '24 hour',
  134: 'Entry or exit',
  137: 'Tamper',
  144: 'Sensor tamper',
  151: 'Gas detected',
  154: 'Water leakage',
  158: 'High temperature',
  159: 'Low temperature',
  162: 'Carbon monoxide detected',
  301: 'AC loss',
  302: 'Low system battery',
  305: 'System reset',
  311: 'Battery missing or dead',
  350: 'Communication trouble',
  381: 'Loss of supervision',
  384: 'Low sensor battery',
  401: 'Open or close by user',
  402: 'Group open or close',
  403: 'Automatic open or close',
  406: 'Cancel',
  407: 'Remote arm or disarm',
  408: 'Quick arm',
  409: 'Keyswitch open or close',
  441: 'Armed stay',
  570: 'Zone bypass',
  601: 'Manual test',
  602: 'Periodic test',
  607: 'Walk test',
  616: 'Service request',
};

/** What an event is called, or its group; empty where neither is known. */
export const alarmName = (event: string): string => names[event] ?? groups[event.slice(0, 2)] ?? '';
