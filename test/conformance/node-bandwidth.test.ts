// Bandwidth's own client of v1, node-bandwidth, against a real server, with phones over real SIP and an application over real
// HTTP. The last test says which of the client's methods were used: none of those that have to do with calls may be left out.
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll } from '../server/rig.ts';
import { testCallbacks } from './node-bandwidth/callbacks.ts';
import { testCalls } from './node-bandwidth/calls.ts';
import { testDocuments } from './node-bandwidth/documents.ts';
import { testGathers } from './node-bandwidth/gathers.ts';
import { testMeetings } from './node-bandwidth/meetings.ts';
import { testRecordings } from './node-bandwidth/recordings.ts';
import { testResources } from './node-bandwidth/resources.ts';
import { methodsOf, startRig, used } from './node-bandwidth/rig.ts';

afterEach(closeAll);

for (const test of [testGathers, testCalls, testRecordings, testCallbacks, testMeetings, testResources, testDocuments])
  test();

/** Of classes that have to do with something else than calls, or with calls in no way that a server of one's own could. */
const leftOut: Readonly<Record<string, string>> = {
  Account: 'There is neither a balance nor a bill.',
  Message: 'Text messages are not sent.',
  v2: 'Those of the other interfaces of the vendor.',
};

describe('the client', () => {
  it('has no method of calls that was left out', async () => {
    const { client } = await startRig('http://127.0.0.1:9');
    const wanted = methodsOf(client).filter((method) => !(method.split('.')[0]! in leftOut));
    expect(wanted.filter((method) => !used.has(method))).toEqual([]);
    expect(wanted.length).toBeGreaterThan(80);
  });
});
