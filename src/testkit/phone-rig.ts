// Owns: for tests only: phones that are put away after each test, and a plain ear for DTMF tones.
import { createPhone, type Phone, type PhoneOptions } from './phone.ts';
import type { PhoneCall } from './phone-call.ts';
import type { IncomingPhoneCall } from './phone-incoming.ts';

const open: Phone[] = [];

export async function startPhone(options: PhoneOptions = {}): Promise<Phone> {
  const phone = createPhone(options);
  await phone.start();
  open.push(phone);
  return phone;
}

export async function closePhones(): Promise<void> {
  await Promise.all(open.splice(0).map((phone) => phone.close()));
}

/** The next call that comes in. */
export function nextCall(phone: Phone): Promise<IncomingPhoneCall> {
  return new Promise((resolve) => phone.onIncoming(resolve));
}

const lowHz = [697, 770, 852, 941];
const highHz = [1209, 1336, 1477, 1633];
const keypad = '123A456B789C*0#D';
const frameSamples = 160;

/**
 * Writes down the keys whose tones are heard, by the power of the eight frequencies in frames of 20 ms: a key is one that
 * stands above all others twice in a row. Knows nothing of the sender.
 */
export function hearTones(call: PhoneCall): { readonly keys: string; until(count: number): Promise<string> } {
  let keys = '';
  let last = '';
  let told = '';
  let waiting: { readonly count: number; readonly resolve: (keys: string) => void } | null = null;
  const frame: number[] = [];
  call.listen((samples) => {
    for (const sample of samples) {
      frame.push(sample);
      if (frame.length < frameSamples) continue;
      const key = keyOf(frame.splice(0));
      if (key === last && key !== told) {
        told = key;
        keys += key;
        if (waiting !== null && keys.length >= waiting.count) waiting.resolve(keys);
      }
      last = key;
    }
  });
  return {
    get keys() {
      return keys;
    },
    until: (count) =>
      keys.length >= count
        ? Promise.resolve(keys)
        : new Promise((resolve) => {
            waiting = { count, resolve };
          }),
  };
}

/** '' when no key sounds. */
function keyOf(frame: readonly number[]): string {
  const energy = frame.reduce((sum, sample) => sum + sample * sample, 0);
  const low = lowHz.map((hz) => power(frame, hz));
  const high = highHz.map((hz) => power(frame, hz));
  const row = low.indexOf(Math.max(...low));
  const column = high.indexOf(Math.max(...high));
  const pair = low[row]! + high[column]!;
  // Two sines of amplitude a hold a² × samples of energy.
  return energy > frame.length * 500 ** 2 && pair * frame.length > 1.4 * energy ? keypad[row * 4 + column]! : '';
}

/** The squared amplitude of that frequency. */
function power(frame: readonly number[], hz: number): number {
  let real = 0;
  let imaginary = 0;
  frame.forEach((sample, i) => {
    const angle = (2 * Math.PI * hz * i) / 8000;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  });
  return (4 * (real * real + imaginary * imaginary)) / frame.length ** 2;
}
