// Owns: pressing keys on a real call in the three ways there are: telephone-events, tones in the audio, SIP INFO. The first
// two are timed by the media plane, and which of them it is follows from what the other side takes.
import type { PhoneAudio } from './phone-audio.ts';
import type { DigitWay, KeyWay } from './phone-event.ts';
import { formatDtmfRelay } from './phone-info.ts';
import type { PressStep } from './phone-script.ts';
import { keystrokes } from './script.ts';

export interface Keypad {
  readonly way: KeyWay;
  readonly audio: PhoneAudio | null;
  /** Resolves with the status of the answer. */
  info(contentType: string, body: string): Promise<number>;
  now(): number;
  wait(ms: number): Promise<void>;
  pressing(keys: string, via: DigitWay): void;
  unsent(keys: string): void;
}

/** All keys but the last, and the last with the pauses behind it. */
const lastKey = /^(.*)([0-9*#A-D][^0-9*#A-D]*)$/i;

/** Resolves when all is pressed; with the status when a key was refused. */
export async function pressKeys(
  step: PressStep,
  keypad: Keypad,
  lastKeyDown: () => void,
): Promise<{ readonly refused: number } | null> {
  const { way } = keypad;
  if (way === 'info') {
    keypad.pressing(step.press, 'info');
    return pressByInfo(step, keypad, lastKeyDown);
  }
  if (way !== 'rfc4733+info') return pressInMedia(step, keypad, lastKeyDown);
  const [, refused] = await Promise.all([pressInMedia(step, keypad, lastKeyDown), pressByInfo(step, keypad, () => {})]);
  return refused;
}

async function pressInMedia(step: PressStep, keypad: Keypad, lastKeyDown: () => void): Promise<null> {
  const { press: keys, toneMs = 100, gapMs = 100 } = step;
  const { audio } = keypad;
  if (audio === null) return null;
  keypad.pressing(keys, audio.takesEvents ? 'rfc4733' : 'inband');
  const [, before = '', last = keys] = lastKey.exec(keys) ?? [];
  let sent = before === '' || (await audio.sendDigits(before, toneMs, gapMs));
  if (sent) {
    lastKeyDown();
    sent = await audio.sendDigits(last, toneMs, gapMs);
  }
  if (!sent) keypad.unsent(keys);
  return null;
}

async function pressByInfo(
  step: PressStep,
  keypad: Keypad,
  lastKeyDown: () => void,
): Promise<{ readonly refused: number } | null> {
  const { keys, lengthMs } = keystrokes(step);
  // An answer takes its time, which is not to make the keys behind it later and later.
  const startedAt = keypad.now();
  const until = (dueMs: number): Promise<void> => keypad.wait(startedAt + dueMs - keypad.now());
  for (const [index, { digit, atMs, toneMs }] of keys.entries()) {
    await until(atMs);
    if (index === keys.length - 1) lastKeyDown();
    const status = await keypad.info('application/dtmf-relay', formatDtmfRelay(digit, toneMs));
    if (status >= 300) return { refused: status };
  }
  await until(lengthMs);
  return null;
}
