// The stories that turn on keys once more, over a real call whose phone tells them in other ways: as tones in the audio, as
// some carriers send them, and each key twice, as a telephone-event and by INFO, as many phones do. One way behind the
// other: what is played here is sound, which a machine with too much to do at once makes late.
import { expect } from 'vitest';
import { describeStories } from './live-way.ts';

describeStories('over a real call with keys as tones', {
  digits: 'inband',
  voice: 'paced',
  check: ({ heard }) => expect(heard.map(({ via }) => via)).toEqual(['inband']),
});

describeStories('over a real call with each key told twice', {
  digits: 'rfc4733+info',
  voice: 'paced',
  again: 'an INFO that a busy machine delays by 150 ms is another press, as docs/keys.md says',
  check(press) {
    if (press.type === 'digit.released')
      expect(press.heard.map(({ via }) => via).toSorted()).toEqual(['info', 'rfc4733']);
  },
});
