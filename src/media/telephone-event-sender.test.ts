import { describe, expect, it } from 'vitest';
import { addSequence, addTimestamp } from './rtp.ts';
import { eventOfDigit } from './telephone-event-payload.ts';
import { TelephoneEventReceiver } from './telephone-event-receiver.ts';
import { TelephoneEventSender } from './telephone-event-sender.ts';

interface Told {
  readonly at: number;
  readonly marker: boolean;
  readonly timestamp: number;
  readonly event: number;
  readonly end: boolean;
  readonly duration: number;
}

/** Runs `sender` against an audio stream; every packet is also heard by a receiver. */
function run(
  sender: TelephoneEventSender,
  ticks: number,
  options: {
    everyMs?: number;
    from?: number;
    rateHz?: number;
    skip?: (tick: number) => boolean;
    at?: (tick: number) => void;
  } = {},
) {
  const { everyMs = 20, from = 0, rateHz = 8000 } = options;
  const told: Told[] = [];
  const heard: string[] = [];
  const receiver = new TelephoneEventReceiver(
    {
      pressed: (digit) => heard.push(digit),
      released: (durationMs) => heard.push(String(durationMs)),
      flash: () => heard.push('flash'),
    },
    rateHz,
  );
  const payload = new Uint8Array(6);
  const units = (everyMs * rateHz) / 1000;
  let now = from;
  let sequence = 65530;
  for (let tick = 0; tick < ticks; tick++) {
    options.at?.(tick);
    if (!options.skip?.(tick)) {
      if (sender.next(now, units, payload, 2)) {
        const { marker, timestamp } = sender;
        const duration = (payload[4]! << 8) | payload[5]!;
        told.push({ at: tick * everyMs, marker, timestamp, event: payload[2]!, end: payload[3]! >= 128, duration });
        receiver.packet(sequence, timestamp, marker, 7, payload, 2, 4, tick * everyMs);
      } else {
        receiver.audio(sequence, tick * everyMs);
      }
      sequence = addSequence(sequence, 1);
    }
    now = addTimestamp(now, units);
  }
  return { told, heard };
}

function createSender(rateHz = 8000) {
  const sent: string[] = [];
  return { sent, sender: new TelephoneEventSender((id, ok) => sent.push(`${id} ${ok}`), rateHz, rateHz) };
}

describe('one key', () => {
  it('is marked first, keeps its timestamp, grows, and ends three times', () => {
    const { sender, sent } = createSender();
    expect(sender.send('a', '5', 100, 60)).toBe(true);
    const { told, heard } = run(sender, 12, { from: 1000 });
    expect(told.map((one) => [one.timestamp, one.marker, one.end, one.duration])).toEqual([
      [1000, true, false, 160],
      [1000, false, false, 320],
      [1000, false, false, 480],
      [1000, false, false, 640],
      [1000, false, true, 800],
      [1000, false, true, 800],
      [1000, false, true, 800],
    ]);
    expect(heard).toEqual(['5', '100']);
    expect(sent).toEqual(['a true']);
    expect(sender.busy).toBe(false);
  });

  it('has its exact length although packets are longer', () => {
    const { sender } = createSender();
    sender.send('a', '5', 100, 60);
    const { told } = run(sender, 6, { everyMs: 60 });
    expect(told.map((one) => one.duration)).toEqual([480, 800, 800, 800]);
  });

  it('keeps its length when the pacer skips a packet', () => {
    const { sender } = createSender();
    sender.send('a', '5', 100, 60);
    const { told } = run(sender, 12, { skip: (tick) => tick === 2 });
    expect(told.map((one) => one.duration)).toEqual([160, 320, 640, 800, 800, 800]);
  });

  it('is never shorter than a receiver must hear', () => {
    const { sender } = createSender();
    sender.send('a', '11', 1, 1);
    const { heard, told } = run(sender, 20);
    expect(heard).toEqual(['1', '40', '1', '40']);
    expect(told[4]!.at).toBe(80);
  });

  it.each([8000, 48_000])('goes on in a new segment when its duration is full, at %d Hz', (rateHz) => {
    const { sender } = createSender(rateHz);
    sender.send('a', '#', 10_000, 60);
    const from = 2 ** 32 - 500;
    const { told, heard } = run(sender, 520, { rateHz, from });
    expect(heard).toEqual(['#', '10000']);
    expect(told.filter((one) => one.marker).length).toBe(1);
    const starts = [...new Set(told.map((one) => one.timestamp))];
    expect(starts).toEqual(Array.from({ length: rateHz === 8000 ? 2 : 8 }, (_, i) => addTimestamp(from, i * 0xffff)));
    for (const start of starts.slice(0, -1)) {
      const segment = told.filter((one) => one.timestamp === start);
      expect(segment.at(-1)).toMatchObject({ duration: 0xffff, end: false });
    }
  });
});

describe('several keys', () => {
  const starts = (told: readonly Told[]) => told.filter((one) => one.marker).map((one) => one.at);

  it('are apart by the gap, letters in either case', () => {
    const { sender } = createSender();
    sender.send('a', '1*d', 100, 60);
    const { told, heard } = run(sender, 40);
    expect(starts(told)).toEqual([0, 160, 320]);
    expect(heard.filter((_, i) => i % 2 === 0)).toEqual(['1', '*', 'D']);
  });

  it('are apart by pauses instead of the gap', () => {
    const { sender, sent } = createSender();
    sender.send('a', 'w1,2WW3w', 100, 300);
    const { told } = run(sender, 250);
    expect(starts(told)).toEqual([500, 1100, 3200]);
    expect(sent).toEqual(['a true']);
  });

  it('of a second request wait for the gap after the first', () => {
    const { sender, sent } = createSender();
    sender.send('a', '1', 100, 200);
    sender.send('b', '2', 100, 200);
    expect(starts(run(sender, 40).told)).toEqual([0, 300]);
    expect(sent).toEqual(['a true', 'b true']);
  });

  it.each(['', '1x', '１', '1 2'])('refuses %j whole', (digits) => {
    const { sender } = createSender();
    expect(sender.send('a', digits, 100, 60)).toBe(false);
    expect(sender.busy).toBe(false);
  });
});

describe('cancelling', () => {
  it('ends the sounding key properly and drops the rest', () => {
    const { sender, sent } = createSender();
    sender.send('a', '123', 1000, 60);
    sender.send('b', '9', 100, 60);
    const { told, heard } = run(sender, 60, { at: (tick) => tick === 3 && sender.cancel('a') });
    expect(heard).toEqual(['1', '80', '9', '100']);
    expect(told.filter((one) => one.event === 1 && one.end).length).toBe(3);
    expect(sent).toEqual(['a false', 'b true']);
  });

  it('drops what waits, and leaves the rest in order', () => {
    const { sender, sent } = createSender();
    sender.send('a', '1', 100, 60);
    sender.send('b', '2', 100, 60);
    sender.send('c', '3', 100, 60);
    sender.cancel('b');
    sender.cancel('nobody');
    expect(run(sender, 40).heard.filter((_, i) => i % 2 === 0)).toEqual(['1', '3']);
    expect(sent).toEqual(['b false', 'a true', 'c true']);
  });

  it('drops everything with clear', () => {
    const { sender, sent } = createSender();
    sender.send('a', '1', 100, 60);
    sender.send('b', '2', 100, 60);
    expect(run(sender, 10, { at: (tick) => tick === 2 && sender.clear() }).told.length).toBe(2);
    expect(sent).toEqual(['a false', 'b false']);
  });
});

describe('eventOfDigit', () => {
  it('knows the sixteen keys and nothing else', () => {
    expect([...'0123456789*#ABCD'].map(eventOfDigit)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(['', 'E', '12', ' '].map(eventOfDigit)).toEqual([-1, -1, -1, -1]);
  });
});
