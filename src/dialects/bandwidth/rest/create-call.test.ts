import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../base/errors.ts';
import { parseFlow } from '../../../flow/schema.ts';
import { authorizationOf } from '../../credentials.ts';
import { callIdOf } from '../call-id.ts';
import { schema } from './create-call.ts';
import { orderFields } from './support.ts';
import { application, base, createRig, ownId, startedAt } from './voice-rig.ts';

const least = {
  from: '+15551112222',
  to: '+15553334444',
  applicationId: application,
  answerUrl: 'https://app.test/answer?x=1',
};
async function refused(body: unknown, headers = {}) {
  const { status, body: told } = await createRig().ask('POST', '/calls', body, headers);
  expect(Object.keys(told)).toEqual(['type', 'description', 'id']);
  return `${status} ${told.type} ${told.description}`;
}

it('the support table has each field that is read', () => {
  expect(Object.keys(orderFields).toSorted()).toEqual(Object.keys(schema.shape).toSorted());
});

describe('POST /calls', () => {
  it('places a call that asks the answer URL, and tells it back with the defaults', async () => {
    const rig = createRig();
    const { status, headers, body } = await rig.ask('POST', '/calls', least);
    const callId = callIdOf(ownId(1));
    const callUrl = `${base}/calls/${callId}`;
    expect(status).toBe(201);
    expect(headers['Location']).toBe(callUrl);
    expect(body).toEqual({
      accountId: '9900000',
      callId,
      applicationId: application,
      callUrl,
      to: least.to,
      from: least.from,
      enqueuedTime: startedAt,
      callTimeout: 30,
      callbackTimeout: 15,
      answerUrl: least.answerUrl,
      answerMethod: 'POST',
      answerFallbackMethod: 'POST',
      disconnectMethod: 'POST',
      priority: 5,
    });
    const [order] = rig.orders;
    expect(order).toMatchObject({
      app: application,
      from: least.from,
      to: { kind: 'number', address: least.to },
      priority: 5,
      plan: {
        last: null,
        ringMs: 30_000,
        flow: {
          dialect: 'bandwidth',
          body: [
            {
              kind: 'ask',
              destination: {
                url: least.answerUrl,
                method: 'POST',
                fallbackUrl: null,
                timeoutMs: 15_000,
                extra: { event: 'answer', tag: '{{tag}}' },
              },
            },
          ],
        },
      },
    });
    expect(parseFlow(JSON.parse(JSON.stringify(order!.plan.flow)))).toEqual(order!.plan.flow);
    expect(order).not.toHaveProperty('displayName');
    expect(order).not.toHaveProperty('headers');
  });

  it('takes everything that may be said, numbers as strings too, and keeps passwords from answer and plan', async () => {
    const rig = createRig();
    const { status, body } = await rig.ask('POST', '/calls', {
      ...least,
      to: 'sip:bob@phones.test',
      applicationId: 'menu',
      answerMethod: 'get',
      answerFallbackUrl: 'https://spare.test/answer',
      answerFallbackMethod: 'GET',
      disconnectUrl: 'https://app.test/disconnect',
      disconnectMethod: 'GET',
      username: 'me',
      password: 'hunter2',
      fallbackUsername: 'me2',
      fallbackPassword: 'hunter3',
      callTimeout: '12.5',
      callbackTimeout: 3,
      priority: '1',
      tag: 'a {{b}} 100%',
      displayName: null,
      uui: 'aGVsbG8=;encoding=base64, 6869;encoding=hex',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      answerMethod: 'GET',
      answerFallbackMethod: 'GET',
      disconnectMethod: 'GET',
      username: 'me',
      password: '*****',
      fallbackUsername: 'me2',
      fallbackPassword: '*****',
      callTimeout: 12.5,
      callbackTimeout: 3,
      priority: 1,
      tag: 'a {{b}} 100%',
    });
    const [order] = rig.orders;
    expect(JSON.stringify([order, body])).not.toMatch(/hunter/);
    const { plan } = order!;
    expect(plan).toMatchObject({ ringMs: 12_500, webhookMs: 3000 });
    expect(order).toMatchObject({
      app: 'menu',
      to: { kind: 'sip', address: 'sip:bob@phones.test' },
      priority: 1,
      headers: [
        { name: 'User-to-User', value: 'aGVsbG8=;encoding=base64' },
        { name: 'User-to-User', value: '6869;encoding=hex' },
      ],
    });
    const [set, ask] = plan.flow.body;
    expect(set).toMatchObject({ kind: 'set', name: 'tag', value: 'a %7B%7Bb}} 100%25' });
    if (ask?.kind !== 'ask') throw new Error('it asks');
    const { extra } = ask.destination;
    expect(authorizationOf(extra['credentials']!)).toBe(`Basic ${btoa('me:hunter2')}`);
    expect(authorizationOf(extra['fallbackCredentials']!)).toBe(`Basic ${btoa('me2:hunter3')}`);
    expect(ask.destination).toMatchObject({ fallbackUrl: 'https://spare.test/answer', timeoutMs: 3000 });
    expect(plan.last).toMatchObject({
      url: 'https://app.test/disconnect',
      method: 'GET',
      timeoutMs: 3000,
      extra: { event: 'disconnect', tag: '{{tag}}', firstTag: 'a %7B%7Bb}} 100%25' },
    });
  });

  it('takes credentials out of an address, and braces, which would be variables', async () => {
    const rig = createRig();
    const answerUrl = 'https://me:hunter2@app.test/a?t={{digits}}';
    const { body } = await rig.ask('POST', '/calls', { ...least, answerUrl });
    expect(body.answerUrl).toBe('https://app.test/a?t=%7B%7Bdigits}}');
    expect(JSON.stringify(rig.orders)).not.toMatch(/hunter|\{\{digits/);
  });

  it('hides the caller with a Privacy header and a name from the list', async () => {
    const rig = createRig();
    await rig.ask('POST', '/calls', { ...least, privacy: 'true' });
    await rig.ask('POST', '/calls', { ...least, privacy: true, displayName: 'Restricted' });
    await rig.ask('POST', '/calls', { ...least, displayName: 'Ferry' });
    const privacy = [{ name: 'Privacy', value: 'user;id' }];
    expect(rig.orders.map(({ displayName, headers }) => [displayName, headers])).toEqual([
      ['Anonymous', privacy],
      ['Restricted', privacy],
      ['Ferry', undefined],
    ]);
  });

  it('listens for a machine beside the documents, or before the first of them', async () => {
    const rig = createRig();
    const machineDetection = { callbackUrl: 'https://app.test/machine', detectionTimeout: 5, delayResult: true };
    await rig.ask('POST', '/calls', { ...least, machineDetection });
    await rig.ask('POST', '/calls', { ...least, machineDetection: { ...machineDetection, mode: 'sync' } });
    const machine = { machine: '{{machine}}', machineAfter: 'PT{{machineSeconds}}S' };
    const detect = { kind: 'detect', timeoutMs: 5000, silenceMs: 10_000, speechMs: 10_000, speechEndMs: 5000 };
    expect(rig.orders.map(({ plan }) => plan.flow.body)).toMatchObject([
      [{ kind: 'ask', destination: { extra: { event: 'answer' } } }],
      [
        { ...detect, machineEndMs: 5000, delayResult: true },
        { kind: 'ask', destination: { extra: { event: 'answer', ...machine } } },
      ],
    ]);
    expect(rig.commands.map(([, command]) => command)).toMatchObject([
      {
        ...{ kind: 'beside', name: 'machine-detection' },
        body: [
          detect,
          {
            kind: 'notify',
            destination: { url: 'https://app.test/machine', extra: { event: 'machineDetectionComplete', ...machine } },
          },
        ],
      },
    ]);
  });

  const missing =
    '400 validation Missing at least one required field. Required fields are [from, to, answerUrl, applicationId]';
  const wrong: readonly (readonly [body: object, words: string])[] = [
    [{}, missing],
    [{ ...least, answerUrl: undefined }, missing],
    [{ ...least, to: '' }, missing],
    [{ ...least, from: null }, missing],
    [{ ...least, to: '+1invalid' }, '400 validation Invalid to: must be an E164 telephone number'],
    [{ ...least, from: 'sip:a@b' }, '400 validation Invalid from: must be an E164 telephone number'],
    [{ ...least, answerUrl: 'ftp://a.test' }, '400 validation Invalid answerUrl: only http and https are allowed'],
    [{ ...least, disconnectUrl: 'x' }, '400 validation Invalid disconnectUrl: only http and https are allowed'],
    [{ ...least, answerMethod: 'PUT' }, '400 validation Invalid answerUrl method. Supported methods: [POST, GET]'],
    [
      { ...least, callTimeout: 301 },
      '400 validation `callTimeout` must be within the range [`1`, `300`], but was `301`',
    ],
    [
      { ...least, callbackTimeout: '0.5' },
      '400 validation `callbackTimeout` must be within the range [`1`, `25`], but was `0.5`',
    ],
    [{ ...least, priority: 'high' }, '400 validation Invalid priority: must be a number'],
    [{ ...least, priority: 2.5 }, '400 validation Invalid priority: must be a whole number'],
    [{ ...least, applicationId: 'other' }, '400 validation Could not create call: Application id `other` not found'],
    [
      { ...least, tag: 'x'.repeat(4097) },
      '400 validation Could not create call: sendCallback tag must contain at most 4096 characters',
    ],
    [{ ...least, displayName: 'a\nb' }, '400 validation Invalid displayName: must not contain control characters'],
    [
      { ...least, privacy: true, displayName: 'Bob' },
      '400 validation Invalid displayName: with privacy it must be one of [Restricted, Anonymous, Private, Unavailable]',
    ],
    [
      { ...least, uui: 'a;encoding=base64,b' },
      '400 validation Invalid uui: each value must end with one of the encodings [jwt, base64, hex]',
    ],
    [
      { ...least, uui: 'a\r\nX: y;encoding=hex' },
      '400 validation Invalid uui: each value must end with one of the encodings [jwt, base64, hex]',
    ],
    [
      { ...least, machineDetection: { mode: 'psychic' } },
      '400 validation Invalid machineDetection.mode. Supported modes: [async, sync]',
    ],
    [{ ...least, machineDetection: 'yes' }, '400 validation Invalid machineDetection: must be an object'],
    [[], '400 validation The request body must be a JSON object'],
  ];
  it.each(wrong.map(([body, words]) => [words, body] as const))('answers %s', async (words, body) => {
    expect(await refused(body)).toBe(words);
  });

  it('refuses what is no JSON, by its type or by its text', async () => {
    expect(await refused('x=1', { 'content-type': 'text/plain;charset=UTF-8' })).toBe(
      "415 validation Content type 'text/plain;charset=UTF-8' not supported",
    );
    expect(await refused('{', { 'content-type': 'application/json' })).toBe(
      '400 validation The request body is not valid JSON',
    );
  });

  it('is over before it can be listened to, and was placed all the same', async () => {
    const rig = createRig();
    rig.failCommands = new CodedError('call-over', 'over');
    const machineDetection = { callbackUrl: 'https://app.test/machine' };
    expect((await rig.ask('POST', '/calls', { ...least, machineDetection })).status).toBe(201);
  });

  it('is not confused by a body that is nested deep', async () => {
    const deep = `{"tag":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}}`;
    expect(await refused(deep, { 'content-type': 'application/json' })).toMatch(/^400 validation Missing/);
  });

  it('says when there is no room, and why a call cannot be placed', async () => {
    const rig = createRig();
    rig.fail = new CodedError('call-queue-full', 'full');
    const full = await rig.ask('POST', '/calls', least);
    expect([full.status, full.headers['Retry-After'], full.body]).toEqual([
      429,
      '1',
      { type: 'error', description: 'Account call creation rate limit exceeded', id: null },
    ]);
    rig.fail = new CodedError('call-not-placed', 'The server has as many calls as it takes.');
    const busy = await rig.ask('POST', '/calls', least);
    expect([busy.status, busy.headers['Retry-After'], busy.body.description]).toEqual([
      429,
      '5',
      'Could not create call: The server has as many calls as it takes.',
    ]);
    rig.fail = new CodedError('http-internal', 'a fault of ours');
    await expect(rig.ask('POST', '/calls', least)).rejects.toThrow('a fault of ours');
  });
});
