// Owns: sound files of phones: a tone to say, and how loud a recording is. Reads PCM of 16 bits from WAV files, as far as a program wrote them: the length in the
// header of a file that is still open is not looked at.

const stretchMs = 200;

export interface Sound {
  readonly samples: Int16Array;
  readonly sampleRateHz: number;
}

export function readWav(file: Uint8Array): Sound {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const name = (at: number): string => String.fromCharCode(...file.subarray(at, at + 4));
  let sampleRateHz = 8_000;
  for (let at = 12; at + 8 <= file.length; ) {
    if (name(at) === 'fmt ') sampleRateHz = view.getUint32(at + 12, true) * view.getUint16(at + 10, true);
    if (name(at) === 'data') {
      const samples = Int16Array.from({ length: (file.length - at - 8) >> 1 }, (_, index) =>
        view.getInt16(at + 8 + index * 2, true),
      );
      return { samples, sampleRateHz };
    }
    at += 8 + view.getUint32(at + 4, true);
  }
  return { samples: new Int16Array(0), sampleRateHz };
}

/** 0..1 of full scale: the RMS of the loudest fifth of a second; with `hz`, of that frequency alone. */
export function loudnessOf({ samples, sampleRateHz }: Sound, hz: number | null = null): number {
  const length = Math.round((sampleRateHz * stretchMs) / 1000);
  let loudest = 0;
  for (let start = 0; start + length <= samples.length; start += length) {
    const stretch = samples.subarray(start, start + length);
    loudest = Math.max(loudest, hz === null ? rms(stretch) : rmsAt(stretch, (2 * Math.PI * hz) / sampleRateHz));
  }
  return loudest / 32_768;
}

function rms(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((total, sample) => total + sample * sample, 0) / samples.length);
}

function rmsAt(samples: Int16Array, angle: number): number {
  const real = samples.reduce((total, sample, index) => total + sample * Math.cos(angle * index), 0);
  const imaginary = samples.reduce((total, sample, index) => total + sample * Math.sin(angle * index), 0);
  return (Math.hypot(real, imaginary) * Math.SQRT2) / samples.length;
}

/** A WAV file of 8 kHz with a sine at half of full scale. */
export function formatTone(hz: number, seconds: number): Uint8Array {
  const samples = Int16Array.from({ length: seconds * 8_000 }, (_, index) =>
    Math.round(16_384 * Math.sin((2 * Math.PI * hz * index) / 8_000)),
  );
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, new Uint8Array(samples.buffer)]);
}
