// What is no key must not be told as one. Minutes here, hours in `npm run bench:dtmf`.
import { describe, expect, it } from 'vitest';
import { keys, peakOfDbm0 } from './keypad.ts';
import { listen } from './listen-rig.ts';
import { Random } from './random-rig.ts';
import { addNoise, addTone, losePackets, throughLine } from './signal-rig.ts';
import { babble, playChords, talk } from './voice-rig.ts';

const told = (wave: Float64Array) => listen(throughLine(wave, 'ulaw')).map(({ digit }) => digit);

describe('no key is heard', () => {
  it('in five voices, a minute each', () => {
    const heard = ['a', 'b', 'c', 'd', 'e'].flatMap((name) => told(talk(name, 60)));
    expect(heard).toEqual([]);
  });

  it('in a crowd', () => {
    expect(told(babble('crowd', 60, -15))).toEqual([]);
  });

  it('in a voice of which packets are lost', () => {
    const samples = throughLine(talk('lossy', 60), 'ulaw');
    const gaps = losePackets(samples.length, 0.05, 2, new Random('lossy talk'));
    expect(listen(samples, { gaps })).toEqual([]);
  });

  it('in white noise, loud or soft', () => {
    for (const levelDbm0 of [-5, -20, -40]) {
      const wave = new Float64Array(8000 * 20);
      addNoise(wave, levelDbm0, new Random(`noise ${levelDbm0}`));
      expect(told(wave)).toEqual([]);
    }
  });

  it('in call progress tones: dial, ringback, busy, special information', () => {
    const random = new Random('progress');
    for (const tones of [[350, 440], [440, 480], [480, 620], [425], [950], [1400], [1800], [2100], [1100]]) {
      const wave = new Float64Array(8000 * 2);
      for (const frequencyHz of tones) addTone(wave, 0, wave.length, peakOfDbm0(-10), frequencyHz, random);
      expect(told(wave)).toEqual([]);
    }
  });

  it('in one tone of a key, or two of a row or a column', () => {
    const random = new Random('halves');
    for (const tones of [[697], [941], [1209], [1633], [697, 941], [1209, 1477]]) {
      const wave = new Float64Array(8000);
      for (const frequencyHz of tones) addTone(wave, 0, wave.length, peakOfDbm0(-10), frequencyHz, random);
      expect(told(wave)).toEqual([]);
    }
  });

  it('in a tone that glides through the pitch of a key beside one that stands', () => {
    const random = new Random('glide');
    for (const [fromHz, toHz] of [
      [820, 720],
      [640, 770],
      [1050, 900],
    ] as const) {
      const wave = new Float64Array(8000 * 0.4);
      addTone(wave, 0, wave.length, peakOfDbm0(-10), 1336, random);
      let phase = 0;
      for (let i = 0; i < wave.length; i++) {
        phase += (2 * Math.PI * (fromHz + ((toHz - fromHz) * i) / wave.length)) / 8000;
        wave[i] = wave[i]! + peakOfDbm0(-10) * Math.sin(phase);
      }
      expect(told(wave)).toEqual([]);
    }
  });

  it('in a key with a third tone that a telephone would not make', () => {
    const random = new Random('third');
    for (const thirdHz of [600, 1050, 1900, 2600]) {
      const wave = new Float64Array(8000);
      for (const frequencyHz of [770, 1336]) addTone(wave, 0, wave.length, peakOfDbm0(-10), frequencyHz, random);
      addTone(wave, 0, wave.length, peakOfDbm0(-10 - 10), thirdHz, random);
      expect(told(wave)).toEqual([]);
    }
  });
});

it('a key with the distortion that Q.23 allows is heard', () => {
  const random = new Random('distorted');
  for (const [index, key] of [...keys].entries()) {
    const rowHz = [697, 770, 852, 941][index >> 2]!;
    const columnHz = [1209, 1336, 1477, 1633][index & 3]!;
    const wave = new Float64Array(1600);
    for (const frequencyHz of [rowHz, columnHz]) addTone(wave, 400, 1000, peakOfDbm0(-10), frequencyHz, random);
    addTone(wave, 400, 1000, peakOfDbm0(-10 - 20), 2 * rowHz, random);
    expect(told(wave)).toEqual([key]);
  }
});

it('ten minutes of chords, which do hold the tones of keys, give four keys at the most', () => {
  let heard = 0;
  for (let minute = 0; minute < 10; minute++) heard += told(playChords(`test ${minute}`, 60)).length;
  expect(heard).toBeLessThanOrEqual(4);
});
