// The stories that turn on keys once more, over a real call whose SIP goes over TCP, whose keys come by SIP INFO and whose
// words are really spoken.
import { expect } from 'vitest';
import { describeStories } from './live-way.ts';

describeStories('over a real call with keys by INFO', {
  digits: 'info',
  transport: 'tcp',
  voice: 'spoken',
  check: ({ heard }) => expect(heard.map(({ via }) => via)).toEqual(['info']),
});
