// Every story once more over a real call whose phone tells keys in other ways: as tones in the audio, as some carriers send
// them, and each key twice, as a telephone-event and by INFO, as many phones do. One way behind the other: what is played
// here is sound, and a machine with too much to do at once tears it.
import { expect } from 'vitest';
import { describeStories } from './live-way.ts';

describeStories('over a real call with keys as tones', {
  digits: 'inband',
  voice: 'paced',
  again: 'a phone on a machine that stands still for 60 ms tears the tones that it sends, and a torn tone is two keys',
  without: {
    'barge-in: a key that is held for three seconds is one digit':
      'so long a tone is torn too often; held in test/server/inband.test.ts, with a line that is the test’s own',
  },
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
