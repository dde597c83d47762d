import { afterEach, describe, expect, it } from 'vitest';
import { type AudioDecoder, createAudioDecoder } from './decode-audio.ts';
import { ulawSample } from './g711.ts';

const opened: AudioDecoder[] = [];
afterEach(async () => {
  for (const decoder of opened.splice(0)) await decoder.close();
});
function decoder(): AudioDecoder {
  const made = createAudioDecoder();
  opened.push(made);
  return made;
}
const ulaw = { contentType: null, name: 'a.ulaw' };

describe('the audio decoder', () => {
  it('decodes and resamples in its worker', async () => {
    const { decode, resample } = decoder();
    expect([...(await decode(Buffer.from([0x80, 0x00, 0xff]), ulaw))]).toEqual([0x80, 0x00, 0xff].map(ulawSample));
    const level = await resample(new Int16Array(22_050).fill(1000), 22_050);
    expect(level).toHaveLength(8000);
    expect(level[4000]).toBe(1000);
  });

  it('answers with the code and message of the fault', async () => {
    await expect(decoder().decode(Buffer.from('OggS'), ulaw)).rejects.toMatchObject({
      name: 'CodedError',
      code: 'media-format-unknown',
    });
  });

  it('lets a short sound pass a long one', async () => {
    const { decode } = decoder();
    const order: string[] = [];
    const long = decode(new Uint8Array(10_000_000), ulaw).then(() => order.push('long'));
    const short = decode(new Uint8Array(800), ulaw).then(() => order.push('short'));
    await Promise.all([long, short]);
    expect(order).toEqual(['short', 'long']);
  });

  it('ends what waits when it is closed, and takes nothing more', async () => {
    const made = decoder();
    const waiting = made.decode(new Uint8Array(10_000_000), ulaw);
    const ended = expect(waiting).rejects.toMatchObject({ code: 'media-closed' });
    await made.close();
    await ended;
    await expect(made.decode(new Uint8Array(1), ulaw)).rejects.toMatchObject({ code: 'media-closed' });
  });
});
