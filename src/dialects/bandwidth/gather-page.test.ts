// The vendor's page on the gather event: each of its examples, with the values of the example put in.
import { describe, expect, it } from 'vitest';
import { destination } from '../../flow/build.ts';
import type { CallFacts } from '../../flow/report.ts';
import { createBandwidth } from './index.ts';

const { request } = createBandwidth({
  accountId: '55555555',
  address: () => 'https://voice.bandwidth.com',
  now: () => Date.parse('2019-06-20T15:56:11.554Z'),
});
const call: CallFacts = {
  id: 'c-95ac8d6e-1a31c52e-b38f-4198-93c1-51633ec68f8d',
  app: '7fc9698a-b04a-468b-9e8f-91238c0d0086',
  direction: 'outbound',
  from: '+15551112222',
  to: '+15553334444',
  state: 'live',
  startedAt: '2019-06-20T15:54:22.234Z',
  answeredAt: '2019-06-20T15:54:25.432Z',
};
const example = {
  eventType: 'gather',
  eventTime: '2019-06-20T15:56:11.554Z',
  accountId: '55555555',
  applicationId: '7fc9698a-b04a-468b-9e8f-91238c0d0086',
  startTime: '2019-06-20T15:54:22.234Z',
  answerTime: '2019-06-20T15:54:25.432Z',
  from: '+15551112222',
  to: '+15553334444',
  direction: 'outbound',
  callId: 'c-95ac8d6e-1a31c52e-b38f-4198-93c1-51633ec68f8d',
  callUrl: 'https://voice.bandwidth.com/api/v2/accounts/55555555/calls/c-95ac8d6e-1a31c52e-b38f-4198-93c1-51633ec68f8d',
};

describe('the gather event', () => {
  it.each([
    ['max digits were pressed', call, { digits: '25', terminatingDigit: '' }],
    ['a terminating digit was pressed', call, { digits: '123', terminatingDigit: '#' }],
    [
      'a terminating digit was pressed, with the time at which the call was queued',
      { ...call, enqueuedAt: '2019-06-20T15:53:22.681Z' },
      { enqueuedTime: '2019-06-20T15:53:22.681Z', digits: '123', terminatingDigit: '#' },
    ],
  ])('when %s', (_when, facts, told) => {
    const { digits, terminatingDigit: terminator } = told;
    const plan = request(
      {
        kind: 'gather',
        destination: destination('http://yourUrl.example/gather', { method: 'POST' }),
        history: [],
        ...{ digits, terminator, success: true, attempt: 1 },
        reason: terminator === '' ? 'max-digits' : 'terminator',
      },
      facts,
    );
    expect(plan).toMatchObject({
      method: 'POST',
      url: 'http://yourUrl.example/gather',
      headers: { 'Content-Type': 'application/json' },
    });
    expect(JSON.parse(plan.body!)).toEqual({ ...example, ...told });
  });
});
