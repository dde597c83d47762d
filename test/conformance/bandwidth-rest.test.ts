// The vendor's clients against a real server and real calls. The vendor's OpenAPI file judges every answer and every webhook,
// and the last tests fail when an operation of it, or a verb that is supported, was never tried.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type VerbSupport, verbs } from '../../src/dialects/bandwidth/support.ts';
import { closeAll } from '../server/rig.ts';
import { testCalls } from './bandwidth-rest/calls.ts';
import { testConferences } from './bandwidth-rest/conferences.ts';
import { testOlderClient } from './bandwidth-rest/older-client.ts';
import { createOracle, webhooks } from './bandwidth-rest/oracle.ts';
import { testRecordings } from './bandwidth-rest/recordings.ts';
import { openStand, type Stand } from './bandwidth-rest/stand.ts';
import { testVerbs } from './bandwidth-rest/verbs.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
});
afterEach(() => expect(stand.oracle.violations.splice(0)).toEqual([]));
afterAll(closeAll);

for (const test of [testCalls, testVerbs, testRecordings, testConferences, testOlderClient]) test(() => stand);

it('the judge refuses what the file does not allow', () => {
  const judge = createOracle();
  const call = '/accounts/1/calls/c-1';
  judge.answered('GET', call, 200, 'application/json', { direction: 'sideways', shoeSize: 44 });
  judge.answered('GET', call, 200, 'text/plain', 'x');
  judge.answered('GET', call, 202, 'application/json', {});
  judge.answered('PATCH', call, 200, 'application/json', {});
  judge.answered('PUT', `${call}/bxml`, 204, '', '{}');
  judge.webhook({ eventType: 'answer', direction: 'sideways' });
  judge.webhook({ eventType: 'sneeze' });
  expect(judge.violations).toHaveLength(8);
});

describe('nothing was left out', () => {
  it('every operation of the voice interface was tried', () => {
    expect(stand.oracle.operations.filter((name) => !stand.oracle.tried.has(name))).toEqual([]);
    expect(stand.oracle.operations.length).toBe(28);
  });

  it('every webhook was told', () => {
    // Without an engine nothing is written down; bandwidth-transcription.test.ts has one.
    const expected = Object.keys(webhooks).filter((event) => event !== 'transcriptionAvailable');
    expect(expected.filter((event) => !stand.oracle.told.has(event))).toEqual([]);
  });

  it('every verb that is supported ran', () => {
    const supported = Object.entries(verbs as Record<string, VerbSupport>).filter(([, { level }]) => level !== 'no');
    // What stands inside another one, and what does nothing, has no line on a tape: the vendor's builder wrote it.
    const tried = ([name, { inside }]: [string, VerbSupport]): boolean =>
      inside === 'document' && name !== 'StopTranscription' ? stand.verbs.has(name) : stand.written.has(name);
    expect(supported.filter((one) => !tried(one)).map(([name]) => name)).toEqual([]);
  });
});
