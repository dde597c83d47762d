import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSound } from './decode-sound.ts';
import { alawCode, ulawCode, ulawSample } from './g711.ts';

const noHint = { contentType: null, name: null };

function sine(rateHz: number, seconds: number, frequencyHz = 440): number[] {
  return Array.from(
    { length: Math.round(rateHz * seconds) },
    (_, n) => 0.5 * Math.sin((2 * Math.PI * frequencyHz * n) / rateHz),
  );
}

interface Shape {
  tag?: number;
  bits?: number;
  channels?: number;
  rateHz?: number;
  dataSize?: number;
  extensible?: boolean;
  before?: Buffer[];
  after?: Buffer[];
}

function chunk(id: string, body: Buffer, size = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
}

function wav(frames: readonly number[], shape: Shape = {}): Buffer {
  const { tag = 1, bits = 16, channels = 1, rateHz = 8000, extensible = false } = shape;
  const data = Buffer.alloc(frames.length * channels * (bits / 8));
  frames.forEach((value, frame) => {
    for (let channel = 0; channel < channels; channel++) {
      const at = (frame * channels + channel) * (bits / 8);
      const key = `${tag}/${bits}`;
      if (key === '1/8') data.writeUInt8(Math.round(value * 127) + 128, at);
      if (key === '1/16') data.writeInt16LE(Math.round(value * 32767), at);
      if (key === '1/24') data.writeIntLE(Math.round(value * 8388607), at, 3);
      if (key === '1/32') data.writeInt32LE(Math.round(value * 2147483647), at);
      if (key === '3/32') data.writeFloatLE(value, at);
      if (key === '3/64') data.writeDoubleLE(value, at);
      if (key === '6/8') data.writeUInt8(alawCode(Math.round(value * 32767)), at);
      if (key === '7/8') data.writeUInt8(ulawCode(Math.round(value * 32767)), at);
    }
  });
  const format = Buffer.alloc(extensible ? 40 : 16);
  format.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rateHz, 4);
  format.writeUInt32LE(((rateHz * channels * bits) / 8) % 2 ** 32, 8);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  if (extensible) format.writeUInt16LE(tag, 24);
  const chunks = Buffer.concat([
    ...(shape.before ?? []),
    chunk('fmt ', format),
    chunk('data', data, shape.dataSize ?? data.length),
    ...(shape.after ?? []),
  ]);
  return Buffer.concat([chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), chunks]))]);
}

function worstError(out: Int16Array, want: readonly number[]): number {
  let worst = 0;
  for (let n = 0; n < want.length; n++) worst = Math.max(worst, Math.abs((out[n] ?? 9e9) / 32768 - want[n]!));
  return worst;
}

describe('WAV', () => {
  it.each([
    [1, 8, 0.01],
    [1, 16, 0.0002],
    [1, 24, 0.0002],
    [1, 32, 0.0002],
    [3, 32, 0.0002],
    [3, 64, 0.0002],
    [6, 8, 0.02],
    [7, 8, 0.02],
  ])('plays format %i with %i bits, plain and extensible', async (tag, bits, tolerance) => {
    const want = sine(8000, 0.1);
    for (const extensible of [false, true]) {
      const out = await decodeSound(wav(want, { tag, bits, extensible }), noHint);
      expect(out).toHaveLength(want.length);
      expect(worstError(out, want)).toBeLessThan(tolerance);
    }
  });

  it('mixes channels and converts the rate', async () => {
    const out = await decodeSound(wav(sine(44100, 1), { channels: 2, rateHz: 44100 }), noHint);
    expect(out).toHaveLength(8000);
    const middle = sine(8000, 1).slice(400, 7600);
    expect(worstError(out.subarray(400), middle)).toBeLessThan(0.002);
  });

  it('skips other chunks, of odd length too', async () => {
    const want = sine(8000, 0.05);
    const list = chunk('LIST', Buffer.from('INFOabc'));
    const out = await decodeSound(
      wav(want, { before: [chunk('JUNK', Buffer.alloc(13)), list], after: [list] }),
      noHint,
    );
    expect(out).toHaveLength(want.length);
  });

  it.each([0, 0xffffffff, 1_000_000])('plays to the end when the size says %i', async (dataSize) => {
    const want = sine(8000, 0.05);
    expect(await decodeSound(wav(want, { dataSize }), noHint)).toHaveLength(want.length);
  });

  it('plays what is left of a file that was cut off', async () => {
    const whole = wav(sine(8000, 0.1));
    expect(await decodeSound(whole.subarray(0, whole.length - 401), noHint)).toHaveLength(599);
  });

  it('names an encoding that cannot be played', async () => {
    const bytes = wav(sine(8000, 0.1));
    bytes.writeUInt16LE(17, 20);
    await expect(decodeSound(bytes, noHint)).rejects.toMatchObject({
      code: 'media-format-unknown',
      message: expect.stringContaining('IMA ADPCM'),
    });
  });

  it('refuses a rate that cannot be', async () => {
    await expect(decodeSound(wav(sine(8000, 0.1), { rateHz: 1 }), noHint)).rejects.toMatchObject({
      code: 'media-format-broken',
    });
    await expect(decodeSound(wav(sine(8000, 0.1), { rateHz: 4_000_000_000 }), noHint)).rejects.toMatchObject({
      code: 'media-format-broken',
    });
  });

  it('never fails without a code, whatever the bytes are', async () => {
    const good = wav(sine(8000, 0.01));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 6 }),
        fc.nat(200),
        async (edits, cut) => {
          const bytes = Buffer.from(good.subarray(0, good.length - cut));
          for (const [at, value] of edits) bytes[at] = value;
          await decodeSound(bytes, noHint).catch((error) => expect(error.code).toMatch(/^media-/));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('raw G.711', () => {
  const quiet = Buffer.from(sine(8000, 0.1).map((value) => ulawCode(Math.round(value * 32767))));

  it.each([
    { contentType: null, name: 'https://example.org/a.ulaw?x=.mp3' },
    { contentType: null, name: '/a/b.ul' },
    { contentType: null, name: 'b.RAW' },
    { contentType: 'audio/basic; x=y', name: null },
    { contentType: 'audio/PCMU', name: 'a.bin' },
  ])('knows µ-law by %o', async (hint) => {
    expect([...(await decodeSound(quiet, hint))]).toEqual([...quiet].map(ulawSample));
  });

  it('knows A-law', async () => {
    const want = sine(8000, 0.1);
    const bytes = Buffer.from(want.map((value) => alawCode(Math.round(value * 32767))));
    for (const hint of [
      { contentType: null, name: 'a.al' },
      { contentType: 'audio/x-alaw', name: null },
    ])
      expect(worstError(await decodeSound(bytes, hint), want)).toBeLessThan(0.02);
  });

  it('is not what an error page is', async () => {
    await expect(
      decodeSound(Buffer.from('<!DOCTYPE html><p>gone'), { contentType: null, name: 'a.ulaw' }),
    ).rejects.toMatchObject({
      code: 'media-format-unknown',
      message: expect.stringContaining('an HTML page'),
    });
  });

  it('takes a quiet start that reads like text for sound', async () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xf8, 0x7d, 0xfb]);
    expect(await decodeSound(bytes, { contentType: null, name: 'a.ulaw' })).toHaveLength(5);
  });
});

describe('anything else', () => {
  it.each([
    ['Ogg', 'OggS\0\0'],
    ['FLAC', 'fLaC'],
    ['M4A', '\0\0\0\x20ftypM4A '],
    ['AIFF', 'FORM\0\0\0\0AIFF'],
    ['AAC', '\xff\xf1\x50\x80'],
    ['HTML', '\n<html>'],
    ['JSON', '{"error": 1}'],
    ['WebM', '\x1aE\xdf\xa3'],
  ])('is named: %s', async (name, start) => {
    const fault = await decodeSound(Buffer.from(start, 'latin1'), noHint).catch((error) => error);
    expect(fault).toMatchObject({ code: 'media-format-unknown' });
    expect(fault.message).toContain(name);
    expect(fault.message).toContain('WAV, MP3 and raw G.711');
  });

  it('names the type when the bytes say nothing, and nothing at all when empty', async () => {
    const strange = { contentType: 'audio/strange', name: 'a.bin' };
    await expect(decodeSound(Buffer.alloc(100), strange)).rejects.toMatchObject({
      message: expect.stringContaining('audio/strange'),
    });
    await expect(decodeSound(Buffer.alloc(0), noHint)).rejects.toMatchObject({ code: 'media-format-broken' });
  });
});

describe('a sound that is too long', () => {
  const frame = Buffer.alloc(104);
  frame.set([0xff, 0xfb, 0x10, 0xc4]);
  const wav = Buffer.alloc(44 + 3_700_000);
  wav.write('RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0', 0, 'latin1');
  wav.writeUInt32LE(1000, 24);
  wav.writeUInt16LE(1, 32);
  wav.writeUInt16LE(8, 34);
  wav.write('data', 36);

  it.each([
    ['WAV', wav],
    ['MP3', Buffer.concat(Array.from({ length: 140_000 }, () => frame))],
  ])('is refused by its headers, before any of it is decoded: %s', async (_what, bytes) => {
    let pieces = 0;
    const breathe = async (): Promise<void> => {
      pieces += 1;
    };
    await expect(decodeSound(bytes, noHint, breathe)).rejects.toMatchObject({ code: 'media-too-long' });
    expect(pieces).toBe(0);
  });
});
