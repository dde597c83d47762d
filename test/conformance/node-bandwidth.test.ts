// Bandwidth's own client of v1, node-bandwidth, against a real server, with phones over real SIP and an application over real
// HTTP. The last test says which of the client's methods were used: none of those that have to do with calls may be left out.
import { afterEach, describe, expect, it } from 'vitest';
import { namedCall } from '../../src/dialects/bandwidth-v1/ids.ts';
import { bandwidthV1 } from '../../src/dialects/bandwidth-v1/index.ts';
import { closeAll, startPhone } from '../server/rig.ts';
import {
  type Application,
  type BxmlBuilder,
  type Callee,
  methodsOf,
  newBxml,
  openApplication,
  type Rig,
  startCallee,
  startRig,
  type Told,
  used,
} from './node-bandwidth-rig.ts';

afterEach(closeAll);

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
const idOf = ({ id }: Told): string => String(id);

interface Stage extends Rig {
  readonly application: Application;
  readonly callee: Callee;
}

async function open(documents: Readonly<Record<string, string>> = {}, app = ''): Promise<Stage> {
  const application = await openApplication(documents);
  return { ...(await startRig(application.origin, app)), application, callee: await startCallee() };
}

/** A call to the callee that was answered; its events go to /cb. */
async function call({ client, callee, application }: Stage, more: Told = {}) {
  const order = { from: '+19195551212', to: callee.address, callbackUrl: `${application.origin}/cb`, ...more };
  const id = idOf(await client['Call']!['create']!(order));
  const phone = await callee.next();
  await phone.answer();
  await application.told('answer', (body) => body['callId'] === id);
  return { id, phone, events: `${application.origin}/cb` };
}

/** Of the neutral interface, which knows the call by our own id. */
async function tapeOf({ baseUrl }: Rig, id: string): Promise<string> {
  const authorization = `Basic ${Buffer.from('t-1:s-1').toString('base64')}`;
  const reply = await fetch(`${baseUrl}/v1/calls/${namedCall(id).call}/tape`, { headers: { authorization } });
  expect(reply.status).toBe(200);
  return reply.text();
}

const refused = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it was taken'),
    ({ statusCode, message }: { statusCode: number; message: string }) => ({ statusCode, message }),
  );

describe('a gather, as the how-to has it', () => {
  it('plays its prompt, takes five digits, and tells the application', async () => {
    const stage = await open();
    const { client, application } = stage;
    const { id, phone } = await call(stage, { tag: 'the tag' });
    const options = {
      maxDigits: '5',
      terminatingDigits: '*',
      interDigitTimeout: '7',
      prompt: { sentence: 'Please enter your 5 digit code' },
    };
    const gather = await client['Call']!['createGather']!(id, options);
    await phone.until('sound-started');
    await phone.press('25341');
    const { method, headers, path, body, text } = await application.told('gather');
    expect([method, path, headers['content-type']]).toEqual(['POST', '/cb', 'application/json; charset=utf-8']);
    expect(headers['user-agent']).toMatch(/^BandwidthAPI\/v1 \(.+\)$/);
    expect(body).toEqual({
      eventType: 'gather',
      reason: 'max-digits',
      state: 'completed',
      digits: '25341',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      callId: id,
      gatherId: gather['id'],
      tag: 'the tag',
    });
    // The order of the page, too.
    expect(Object.keys(JSON.parse(text))).toEqual([
      ...['eventType', 'reason', 'state', 'digits', 'time', 'callId', 'gatherId', 'tag'],
    ]);
    expect(await client['Call']!['getGather']!(id, gather['id'])).toEqual({
      id: gather['id'],
      state: 'completed',
      reason: 'max-digits',
      createdTime: time,
      completedTime: time,
      call: `${stage.baseUrl}/v1/users/${stage.userId}/calls/${id}`,
      digits: '25341',
    });
    await client['Call']!['hangup']!(id);
    await application.told('hangup');
    // What a gather takes is not told as a key.
    expect(application.seen.map((event) => event.body.eventType)).toEqual(['answer', 'gather', 'hangup']);
  });

  it('ends with a key of its own, or when it is completed, and is alone on its call', async () => {
    const stage = await open();
    const { client, application } = stage;
    const { id, phone } = await call(stage);
    const first = await client['Call']!['createGather']!(id, { tag: 'one' });
    expect(await client['Call']!['getGather']!(id, first['id'])).toMatchObject({ state: 'started' });
    expect(await refused(client['Call']!['createGather']!(id, {}))).toEqual({
      statusCode: 409,
      message: `DTMF digits are already being gathered for call \`${id}\``,
    });
    await phone.press('12#');
    expect((await application.told('gather')).body).toMatchObject({
      reason: 'terminating-digit',
      digits: '12',
      tag: 'one',
    });
    const second = await client['Call']!['createGather']!(id, {
      prompt: { sentence: 'And now?', loopEnabled: 'true' },
    });
    await phone.until('sound-started');
    await client['Call']!['completeGather']!(id, second['id']);
    const { body } = await application.told('gather', ({ gatherId }) => gatherId === second['id']);
    expect(body).toMatchObject({ reason: 'completed', digits: '' });
    expect(await client['Call']!['getGather']!(id, second['id'])).toMatchObject({
      state: 'completed',
      reason: 'completed',
      digits: '',
    });
    const third = await client['Call']!['createGather']!(id, { interDigitTimeout: 0.5, maxDigits: 3 });
    expect((await application.told('gather', ({ gatherId }) => gatherId === third['id'])).body).toMatchObject({
      reason: 'inter-digit-timeout',
      digits: '',
    });
    const last = await client['Call']!['createGather']!(id, {});
    await phone.press('4');
    phone.hangUp();
    expect((await application.told('gather', ({ gatherId }) => gatherId === last['id'])).body).toMatchObject({
      reason: 'hung-up',
      digits: '4',
    });
    expect(await refused(client['Call']!['createGather']!(id, {}))).toMatchObject({ statusCode: 403 });
    expect(await refused(client['Call']!['getGather']!(id, 'gtr-none'))).toMatchObject({ statusCode: 404 });
  });
});

describe('a call', () => {
  it('that is placed is told from its answer to its end, and can be read back', async () => {
    const stage = await open();
    const { client, application, callee, baseUrl, userId } = stage;
    const order = {
      from: '+19195551212',
      to: callee.address,
      tag: 't',
      callTimeout: '20',
      sipHeaders: { 'X-Order': '77' },
    };
    const made = await client['Call']!['create']!({ ...order, callbackUrl: `${application.origin}/cb` });
    const id = idOf(made);
    const phone = await callee.next();
    expect([phone.header('X-Order'), phone.remote.uri]).toEqual(['77', expect.stringContaining('+19195551212')]);
    const known = { id, direction: 'out', from: '+19195551212', to: callee.address, tag: 't', callTimeout: 20 };
    expect(await client['Call']!['get']!(id)).toMatchObject({
      ...known,
      state: 'started',
      sipHeaders: { 'X-Order': '77' },
    });
    await phone.answer();
    const callUri = `${baseUrl}/v1/users/${userId}/calls/${id}`;
    const party = { callId: id, callUri, from: '+19195551212', to: callee.address, tag: 't', time };
    expect((await application.told('answer')).body).toEqual({ eventType: 'answer', callState: 'active', ...party });
    expect(await client['Call']!['get']!(id)).toMatchObject({ ...known, state: 'active', activeTime: time });
    await phone.press('7');
    expect((await application.told('dtmf')).body).toEqual({
      eventType: 'dtmf',
      callId: id,
      callUri,
      dtmfDigit: '7',
      tag: 't',
      time,
    });
    phone.hangUp();
    expect((await application.told('hangup')).body).toEqual({
      ...{ eventType: 'hangup', callState: 'completed', cause: 'NORMAL_CLEARING' },
      ...party,
    });
    expect(await client['Call']!['get']!(id)).toMatchObject({ ...known, state: 'completed', endTime: time });
    const events = await client['Call']!['getEvents']!<readonly Told[]>(id);
    expect(events.map(({ name }) => name)).toEqual(['create', 'answer', 'dtmf', 'hangup']);
    expect(events.at(-1)).toMatchObject({ data: 'NORMAL_CLEARING', time });
    expect(await client['Call']!['getEvent']!(id, events[1]!['id'])).toEqual({
      id: events[1]!['id'],
      name: 'answer',
      time: Date.parse(String(events[1]!['time'])),
    });
    expect(await refused(client['Call']!['hangup']!(id))).toEqual({
      statusCode: 403,
      message: `Unable to update call \`${id}\`. Invalid call state \`completed\``,
    });
  });

  it('that is refused, or not answered in time, says so', async () => {
    const stage = await open();
    const { client, application, callee } = stage;
    const create = async (more: Told): Promise<string> =>
      idOf(
        await client['Call']!['create']!({
          from: '+19195551212',
          to: callee.address,
          callbackUrl: `${application.origin}/cb`,
          ...more,
        }),
      );
    const busy = await create({});
    (await callee.next()).refuse(486);
    expect((await application.told('hangup')).body).toMatchObject({ callId: busy, cause: 'USER_BUSY' });
    const late = await create({ callTimeout: 1 });
    (await callee.next()).ring();
    expect((await application.told('timeout')).body).toMatchObject({ callId: late, from: '+19195551212' });
  });

  it('that comes in is told and answered, and waits for commands', async () => {
    const stage = await open();
    const { client, application, uri } = stage;
    const phone = await startPhone();
    const placed = await phone.call(uri('+19195550100'), { from: 'sip:+15551112222@127.0.0.1' });
    await placed.answered;
    const { body } = await application.told('incomingcall');
    expect(body).toMatchObject({
      ...{ from: '+15551112222', to: '+19195550100', callState: 'active' },
      applicationId: 'phone-app',
    });
    const { callId } = body;
    expect((await application.told('answer')).body).toMatchObject({ callId, eventType: 'answer' });
    expect(application.seen.map(({ path }) => path)).toEqual(['/app', '/app']);
    await client['Call']!['speakSentence']!(callId, 'Hello there');
    await placed.until('sound-started');
    expect(await client['Call']!['get']!(callId)).toMatchObject({
      direction: 'in',
      state: 'active',
      callbackUrl: expect.stringContaining('/app'),
    });
    await client['Call']!['hangup']!(callId);
    await placed.ended;
    expect((await application.told('hangup')).body).toMatchObject({ callId, cause: 'NORMAL_CLEARING' });
  });

  it('that comes in is answered or rejected by the application, where it says so', async () => {
    const stage = await open({}, ', autoAnswer: false');
    const { client, application, uri } = stage;
    const phone = await startPhone();
    const first = await phone.call(uri('+19195550100'));
    const { callId } = (await application.told('incomingcall')).body;
    expect(await client['Call']!['get']!(callId)).toMatchObject({ state: 'started' });
    await client['Call']!['answer']!(callId);
    expect(await first.answered).toBe(true);
    expect((await application.told('answer')).body).toMatchObject({ callId });
    const second = await phone.call(uri('+19195550100'));
    const other = (await application.told('incomingcall', (body) => body['callId'] !== callId)).body['callId'];
    await client['Call']!['reject']!(other);
    expect(await second.answered).toBe(false);
    expect((await application.told('hangup')).body).toMatchObject({ callId: other, cause: 'CALL_REJECTED' });
    expect(await client['Call']!['get']!(other)).toMatchObject({ state: 'rejected' });
  });

  it('hears keys, sentences and sounds, which are told when they begin and end', async () => {
    const stage = await open();
    const { client, application } = stage;
    const { id, phone } = await call(stage);
    await client['Call']!['sendDtmf']!(id, '1w,5#');
    for (const digit of ['1', '5', '#']) await phone.until('digit', (event) => event.digit === digit);
    await client['Call']!['playAudioFile']!(id, `${application.origin}/a.wav`);
    const playback = (await application.told('playback', ({ status }) => status === 'done')).body;
    expect(playback).toMatchObject({ callId: id, eventType: 'playback', status: 'done' });
    await client['Call']!['playAudioAdvanced']!(id, {
      sentence: 'Hola',
      locale: 'es',
      voice: 'Jorge',
      loopEnabled: 'true',
      tag: 'es',
    });
    expect((await application.told('speak')).body).toMatchObject({
      status: 'started',
      state: 'PLAYBACK_START',
      tag: 'es',
    });
    await client['Call']!['stopSpeaking']!(id);
    expect((await application.told('speak', ({ status }) => status === 'done')).body).toMatchObject({
      state: 'PLAYBACK_STOP',
      tag: 'es',
    });
    await client['Call']!['playAudioAdvanced']!(id, { fileUrl: `${application.origin}/a.wav`, loopEnabled: true });
    await client['Call']!['stopAudioFilePlayback']!(id);
    expect(await refused(client['Call']!['sendDtmf']!(id, '1x'))).toMatchObject({ statusCode: 400 });
    expect(await refused(client['Call']!['playAudioAdvanced']!(id, {}))).toMatchObject({ statusCode: 400 });
  });

  it('is recorded, and its recording can be fetched', async () => {
    const stage = await open();
    const { client, application, baseUrl, userId } = stage;
    const { id, phone } = await call(stage);
    await client['Call']!['setMaxRecordingDuration']!(id, 60);
    await client['Call']!['enableRecording']!(id);
    expect(await client['Call']!['get']!(id)).toMatchObject({ recordingEnabled: true, recordingMaxDuration: 60 });
    await phone.press([{ speakMs: 500 }]);
    await client['Call']!['disableRecording']!(id);
    const { body } = await application.told('recording');
    const recordingId = String(body['recordingId']);
    const at = `${baseUrl}/v1/users/${userId}`;
    expect(body).toEqual({
      ...{ eventType: 'recording', callId: id, recordingId, recordingUri: `${at}/recordings/${recordingId}` },
      ...{ state: 'complete', status: 'complete', startTime: time, endTime: time },
    });
    const media = `${id}-1.wav`;
    const view = {
      id: recordingId,
      startTime: time,
      endTime: time,
      call: `${at}/calls/${id}`,
      media: `${at}/media/${media}`,
      state: 'complete',
    };
    expect(await client['Recording']!['get']!(recordingId)).toEqual(view);
    expect(await client['Recording']!['list']!({ size: 10 })).toEqual([view]);
    expect(await client['Call']!['getRecordings']!(id)).toEqual([view]);
    expect(await client['Media']!['list']!()).toMatchObject([{ mediaName: media }]);
    const sound = await client['Media']!['download']!<{ content: string; contentType: string }>(media);
    expect([sound.contentType, sound.content.slice(0, 4)]).toEqual(['audio/wav', 'RIFF']);
    expect(sound.content.length).toBeGreaterThan(2000);
    expect(await client['Call']!['getTranscriptions']!(id)).toEqual([]);
    expect(await client['Recording']!['getTranscriptions']!(recordingId)).toEqual([]);
    expect(await refused(client['Recording']!['createTranscription']!(recordingId))).toMatchObject({ statusCode: 503 });
    expect(await refused(client['Recording']!['getTranscription']!(recordingId, 't'))).toMatchObject({
      statusCode: 404,
    });
    await client['Media']!['delete']!(media);
    expect(await refused(client['Recording']!['get']!(recordingId))).toMatchObject({ statusCode: 404 });
  });

  it('is written down, where there is an engine', async () => {
    const application = await openApplication();
    const engine = `transcription: {engine: openai, openai: {url: "${application.origin}"}}\n`;
    const rig = await startRig(application.origin, '', engine);
    const { client } = rig;
    const { id, phone } = await call(
      { ...rig, application, callee: await startCallee() },
      { transcriptionEnabled: 'true' },
    );
    await client['Call']!['enableRecording']!(id);
    await phone.press([{ speakMs: 2500 }]);
    await client['Call']!['disableRecording']!(id);
    const { body } = await application.told('transcription');
    const [recordingId, transcriptionId] = [String(body['recordingId']), String(body['transcriptionId'])];
    expect(body).toMatchObject({ eventType: 'transcription', status: 'completed', state: 'completed' });
    const text = 'Two of the blue ones, please.';
    const view = {
      id: transcriptionId,
      state: 'completed',
      text,
      textSize: text.length,
      time,
      textUrl: body['textUrl'],
    };
    expect(await client['Recording']!['getTranscription']!(recordingId, transcriptionId)).toMatchObject(view);
    expect(await client['Recording']!['getTranscriptions']!(recordingId)).toMatchObject([view]);
    expect(await client['Call']!['getTranscriptions']!(id)).toMatchObject([view]);
    const name = String(body['textUrl']).split('/').at(-1);
    expect(await client['Media']!['download']!(name)).toMatchObject({ content: text });
    const again = await client['Recording']!['createTranscription']!(recordingId);
    expect(again['id']).toBe(transcriptionId);
    await application.told('transcription', (other) => other !== body);
  });

  it('is transferred to another phone, which has an id of its own', async () => {
    const stage = await open();
    const { client, application } = stage;
    const { id, phone } = await call(stage);
    const other = await startCallee();
    const order = {
      transferTo: other.address,
      whisperAudio: { sentence: 'A call for you', gender: 'female', voice: 'julie', locale: 'en' },
      transferCallerId: '+15550001',
      callbackUrl: `${application.origin}/b`,
      tag: 'b',
    };
    const second = idOf(await client['Call']!['transfer']!(id, order));
    const callee = await other.next();
    expect(callee.remote.uri).toContain('+15550001');
    await callee.answer();
    await callee.until('sound-started');
    expect((await application.told('answer', ({ callId }) => callId === second)).body).toMatchObject({
      ...{ callId: second, from: '+15550001', to: other.address, callState: 'active', tag: 'b' },
    });
    await callee.until('sound-ended');
    await callee.press('5');
    await phone.until('digit', ({ digit }) => digit === '5');
    expect(await client['Call']!['get']!(second)).toMatchObject({
      id: second,
      direction: 'out',
      state: 'active',
      to: other.address,
    });
    await client['Call']!['hangup']!(second);
    await callee.ended;
    expect((await application.told('hangup')).body).toMatchObject({
      callId: second,
      cause: 'NORMAL_CLEARING',
      tag: 'b',
    });
    expect((await client['Call']!['get']!(second))['state']).toBe('completed');
    const third = await client['Call']!['transfer']!(id, { transferTo: other.address });
    expect(third['id']).not.toBe(second);
    const again = await other.next();
    await again.answer();
    again.hangUp();
    expect((await application.told('transferComplete')).body).toMatchObject({ callId: id });
    expect(await client['Call']!['get']!(id)).toMatchObject({ state: 'active' });
  });

  it('tells its events to a new callback as soon as it has one, by its credentials', async () => {
    const stage = await open();
    const { client, application } = stage;
    const { id, phone } = await call(stage, { callbackHttpMethod: 'POST' });
    const moved = application.origin.replace('http://', 'http://me:hunter2@');
    await client['Call']!['update']!(id, { callbackUrl: `${moved}/moved` });
    await phone.press('1');
    const { path, headers } = await application.told('dtmf');
    expect([path, headers.authorization]).toEqual(['/moved', `Basic ${Buffer.from('me:hunter2').toString('base64')}`]);
    phone.hangUp();
    expect((await application.told('hangup')).path).toBe('/moved');
    expect(await tapeOf(stage, id)).not.toMatch(/hunter2|bWU6aHVudGVyMg/);
    const shown = await client['Call']!['get']!(id);
    expect(shown['callbackUrl']).toBe(`${application.origin}/moved`);
    const events = await client['Call']!['getEvents']!(id);
    expect(JSON.stringify([shown, events])).not.toContain('hunter2');
  });

  it('that comes in is told to an app with credentials, which nobody else sees', async () => {
    const application = await openApplication();
    const stage = await startRig(application.origin.replace('http://', 'http://me:hunter2@'));
    const phone = await startPhone();
    const placed = await phone.call(stage.uri('+19195550100'));
    await placed.answered;
    const { body } = await application.told('answer');
    placed.hangUp();
    await application.told('hangup');
    const basic = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
    expect(application.seen.map(({ headers }) => headers.authorization)).toEqual([basic, basic, basic]);
    expect(await tapeOf(stage, String(body['callId']))).not.toMatch(/hunter2|bWU6aHVudGVyMg/);
    expect(JSON.stringify(await stage.client['Call']!['get']!(body['callId']))).not.toContain('hunter2');
  });

  it('goes by documents where its callbacks are asked for by GET', async () => {
    const gather =
      '<Response><Gather requestUrl="/keys" maxDigits="2"><SpeakSentence>Two, please</SpeakSentence></Gather></Response>';
    const stage = await open({ answer: gather, gather: '<Response><Hangup/></Response>' });
    const { application } = stage;
    const { id, phone } = await call(stage, { callbackHttpMethod: 'GET' });
    await phone.press('42');
    await phone.ended;
    await application.told('hangup');
    const [answer, keys, hangup] = application.seen;
    expect([answer!.method, answer!.path, keys!.method, keys!.path, hangup!.method, hangup!.path]).toEqual([
      ...['GET', '/cb', 'GET', '/keys', 'GET', '/cb'],
    ]);
    expect(keys!.body).toMatchObject({
      eventType: 'gather',
      digits: '42',
      callId: id,
      reason: 'max-digits',
      terminatingDigit: '',
    });
  });
});

describe('lists', () => {
  it('of calls come in pages, the newest first or last', async () => {
    const stage = await open();
    const { client } = stage;
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { id, phone } = await call(stage);
      ids.push(id);
      phone.hangUp();
      await phone.ended;
    }
    const list = async (query: Told) => (await client['Call']!['list']!<readonly Told[]>(query)).map(idOf);
    expect(await list({})).toEqual(ids.toReversed());
    expect(await list({ size: 2, page: 1 })).toEqual([ids[0]]);
    expect(await list({ size: 1, page: 0, sortOrder: 'asc' })).toEqual([ids[0]]);
    expect(await list({ from: '+19195551212', size: '2' })).toEqual(ids.toReversed().slice(0, 2));
    expect(await list({ to: 'nobody' })).toEqual([]);
  });

  it('are followed by the links to their next pages', async () => {
    const { client } = await open();
    const made: string[] = [];
    for (let count = 0; count < 3; count += 1) made.push(idOf(await client['Bridge']!['create']!({})));
    interface BridgePage {
      readonly bridges: readonly Told[];
      readonly hasNextPage: boolean;
      getNextPage(): Promise<BridgePage>;
    }
    const first = await client['Bridge']!['list']!<BridgePage>({ size: 2 });
    expect([first.bridges.map(idOf), first.hasNextPage]).toEqual([made.toReversed().slice(0, 2), true]);
    const second = await first.getNextPage();
    expect([second.bridges.map(idOf), second.hasNextPage]).toEqual([[made[0]], false]);
  });
});

describe('bridges', () => {
  it('let two calls hear each other, until they are let go', async () => {
    const stage = await open();
    const { client } = stage;
    const [first, second] = [await call(stage), await call(stage)];
    const bridge = idOf(await client['Bridge']!['create']!({ bridgeAudio: 'true', callIds: [first.id, second.id] }));
    await first.phone.press('3');
    await second.phone.until('digit', ({ digit }) => digit === '3');
    expect(await client['Bridge']!['get']!(bridge)).toMatchObject({
      id: bridge,
      state: 'active',
      callIds: [first.id, second.id],
      activatedTime: time,
    });
    expect((await client['Bridge']!['getCalls']!<readonly Told[]>(bridge)).map(idOf)).toEqual([first.id, second.id]);
    expect((await client['Call']!['list']!<readonly Told[]>({ bridgeId: bridge })).map(idOf)).toEqual([
      first.id,
      second.id,
    ]);
    expect(await client['Call']!['get']!(first.id)).toMatchObject({ bridgeId: bridge });
    await client['Bridge']!['update']!(bridge, { bridgeAudio: false });
    expect(await client['Bridge']!['get']!(bridge)).toMatchObject({ state: 'hold' });
    await client['Bridge']!['playAudioFile']!(bridge, `${stage.application.origin}/a.wav`);
    await Promise.all([first.phone.until('sound-started'), second.phone.until('sound-started')]);
    await client['Bridge']!['stopAudioFilePlayback']!(bridge);
    await client['Bridge']!['speakSentence']!(bridge, 'To both of you');
    await client['Bridge']!['stopSpeaking']!(bridge);
    await client['Bridge']!['playAudioAdvanced']!(bridge, { sentence: 'Bonjour', locale: 'fr', tag: 'x' });
    await client['Bridge']!['update']!(bridge, { callIds: [] });
    expect(await client['Bridge']!['get']!(bridge)).toMatchObject({
      state: 'completed',
      callIds: [],
      completedTime: time,
    });
    expect(await client['Call']!['get']!(first.id)).toMatchObject({ state: 'active' });
    expect(await refused(client['Bridge']!['create']!({ callIds: ['a', 'b', 'c'] }))).toMatchObject({
      statusCode: 403,
    });
    expect(await refused(client['Bridge']!['get']!('brg-none'))).toMatchObject({ statusCode: 404 });
  });

  it('take calls that are placed into them', async () => {
    const stage = await open();
    const { client } = stage;
    const bridgeId = idOf(await client['Bridge']!['create']!({}));
    const [first, second] = [await call(stage, { bridgeId }), await call(stage, { bridgeId })];
    await second.phone.press('8W8W8');
    await first.phone.until('digit', ({ digit }) => digit === '8');
  });
});

describe('conferences', () => {
  it('hold calls that hear each other, and tell of their members', async () => {
    const stage = await open();
    const { client, application, baseUrl, userId } = stage;
    const events = { callbackUrl: `${application.origin}/conf`, tag: 'c' };
    const conference = idOf(await client['Conference']!['create']!({ from: '+19195551212', ...events }));
    const conferenceUri = `${baseUrl}/v1/users/${userId}/conferences/${conference}`;
    expect(await client['Conference']!['get']!(conference)).toMatchObject({
      ...{
        id: conference,
        state: 'created',
        from: '+19195551212',
        activeMembers: 0,
        profile: 'interpret_digits',
        tag: 'c',
      },
    });
    const [first, second] = [
      await call(stage, { conferenceId: conference }),
      await call(stage, { conferenceId: conference }),
    ];
    const one = idOf(await client['Conference']!['createMember']!(conference, { callId: first.id }));
    const joined = (await application.told('conference-member')).body;
    expect(joined).toEqual({
      ...{ eventType: 'conference-member', conferenceId: conference, callId: first.id, memberId: one, tag: 'c', time },
      ...{ memberUri: `${conferenceUri}/members/${one}`, activeMembers: 1, state: 'active', hold: false, mute: false },
    });
    const two = idOf(await client['Conference']!['createMember']!(conference, { callId: second.id, mute: 'true' }));
    await application.told('conference-member', ({ memberId }) => memberId === two);
    expect(await client['Conference']!['get']!(conference)).toMatchObject({ state: 'active', activeMembers: 2 });
    const members = await client['Conference']!['getMembers']!<readonly Told[]>(conference);
    expect(members).toMatchObject([
      { id: one, state: 'active', mute: false, call: expect.stringContaining(first.id) },
      { id: two, state: 'active', mute: true },
    ]);
    await client['Conference']!['updateMember']!(conference, two, { mute: false });
    await application.told('conference-member', ({ memberId, mute }) => memberId === two && mute === false);
    expect(await client['Conference']!['getMember']!(conference, two)).toMatchObject({ mute: false, addedTime: time });
    await client['Conference']!['speakSentence']!(conference, 'Welcome, all of you');
    expect((await application.told('conference-speak')).body).toEqual({
      ...{ eventType: 'conference-speak', conferenceId: conference, conferenceUri, status: 'started', tag: 'c', time },
    });
    await Promise.all([first.phone.until('sound-started'), second.phone.until('sound-started')]);
    await client['Conference']!['stopSpeaking']!(conference);
    await client['Conference']!['playAudioFile']!(conference, `${application.origin}/a.wav`);
    expect((await application.told('conference-playback', ({ status }) => status === 'done')).body).toMatchObject({
      conferenceId: conference,
    });
    await client['Conference']!['stopAudioFilePlayback']!(conference);
    await client['Conference']!['playAudioAdvanced']!(conference, {
      fileUrl: `${application.origin}/a.wav`,
      loopEnabled: true,
    });
    await client['Conference']!['speakSentenceToMember']!(conference, two, 'Only you hear this');
    expect((await application.told('speak')).body).toMatchObject({ callId: second.id });
    await client['Conference']!['playAudioFileToMember']!(conference, two, `${application.origin}/a.wav`);
    await client['Conference']!['playAudioAdvancedToMember']!(conference, two, { sentence: '' });
    await client['Conference']!['update']!(conference, { mute: 'true' });
    expect(await client['Conference']!['get']!(conference)).toMatchObject({ mute: true });
    await client['Conference']!['removeMember']!(conference, one);
    const left = (await application.told('conference-member', ({ state }) => state === 'completed')).body;
    expect(left).toMatchObject({ memberId: one, activeMembers: 1 });
    expect(await client['Call']!['get']!(first.id)).toMatchObject({ state: 'active', conferenceId: conference });
    expect((await client['Call']!['list']!<readonly Told[]>({ conferenceId: conference })).map(idOf)).toEqual([
      first.id,
      second.id,
    ]);
    await client['Conference']!['remove']!(conference);
    expect((await application.told('conference', ({ status }) => status === 'completed')).body).toEqual({
      ...{ eventType: 'conference', conferenceId: conference, conferenceUri, status: 'completed', tag: 'c' },
      ...{ createdTime: time, completedTime: time },
    });
    expect(await client['Conference']!['get']!(conference)).toMatchObject({ state: 'completed', completedTime: time });
    expect(await refused(client['Conference']!['createMember']!(conference, { callId: first.id }))).toMatchObject({
      statusCode: 403,
    });
    expect(await refused(client['Conference']!['get']!('conf-none'))).toMatchObject({ statusCode: 404 });
  });
});

describe('media', () => {
  it('is kept, listed, given back and deleted', async () => {
    const { client } = await open();
    const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, at) => at % 251));
    await client['Media']!['upload']!('greeting one.mp3', bytes, 'audio/mpeg');
    expect(await client['Media']!['list']!()).toEqual([
      {
        mediaName: 'greeting one.mp3',
        contentLength: bytes.length,
        content: expect.stringContaining('/media/greeting%20one.mp3'),
      },
    ]);
    const { content, contentType } = await client['Media']!['download']!<{ content: string; contentType: string }>(
      'greeting one.mp3',
    );
    expect(contentType).toBe('audio/mpeg');
    expect(Buffer.from(content, 'binary').equals(bytes)).toBe(true);
    await client['Media']!['delete']!('greeting one.mp3');
    expect(await client['Media']!['list']!()).toEqual([]);
    expect(await refused(client['Media']!['download']!('greeting one.mp3'))).toMatchObject({ statusCode: 404 });
  });
});

describe('applications and numbers', () => {
  it('are made, called, changed and deleted', async () => {
    const stage = await open();
    const { client, application, uri } = stage;
    const made = await client['Application']!['create']!({
      name: 'made',
      incomingCallUrl: `${application.origin}/made`,
      autoAnswer: 'true',
    });
    const applicationId = idOf(made);
    const number = await client['PhoneNumber']!['create']!({
      number: '+19195550111',
      applicationId,
      name: 'desk',
      fallbackNumber: '+1555',
    });
    const view = {
      id: number['id'],
      number: '+19195550111',
      name: 'desk',
      fallbackNumber: '+1555',
      application: expect.stringContaining(applicationId),
    };
    expect(await client['PhoneNumber']!['get']!(number['id'])).toMatchObject(view);
    expect(await client['PhoneNumber']!['get']!('+19195550111')).toMatchObject(view);
    const phone = await startPhone();
    const placed = await phone.call(uri('+19195550111'));
    await placed.answered;
    expect((await application.told('answer')).path).toBe('/made');
    expect((await application.told('incomingcall')).body).toMatchObject({ applicationId, to: '+19195550111' });
    placed.hangUp();
    await application.told('hangup');
    await client['Application']!['update']!(applicationId, { name: 'renamed', callbackHttpMethod: 'GET' });
    expect(await client['Application']!['get']!(applicationId)).toMatchObject({
      ...{ id: applicationId, name: 'renamed', callbackHttpMethod: 'GET', autoAnswer: true },
      incomingCallUrl: `${application.origin}/made`,
    });
    interface ApplicationPage {
      readonly applications: readonly Told[];
      readonly hasNextPage: boolean;
      getNextPage(): Promise<ApplicationPage>;
    }
    const page = await client['Application']!['list']!<ApplicationPage>({ size: 1 });
    expect([page.applications.map(idOf), page.hasNextPage]).toEqual([[applicationId], true]);
    expect((await page.getNextPage()).applications.map(idOf)).toEqual(['phone-app']);
    await client['PhoneNumber']!['update']!(number['id'], { name: 'hall', applicationId: 'phone-app' });
    const { phoneNumbers } = await client['PhoneNumber']!['list']!<{ phoneNumbers: readonly Told[] }>({});
    expect(phoneNumbers.toSorted((a, b) => String(a['number']).localeCompare(String(b['number'])))).toMatchObject([
      { number: '+19195550100' },
      { number: '+19195550111', name: 'hall', application: expect.stringContaining('phone-app') },
    ]);
    expect(await refused(client['PhoneNumber']!['delete']!('n-19195550100'))).toMatchObject({ statusCode: 403 });
    await client['PhoneNumber']!['delete']!(number['id']);
    await client['Application']!['delete']!(applicationId);
    expect(await refused(client['Application']!['get']!(applicationId))).toMatchObject({ statusCode: 404 });
    expect(await refused(client['Application']!['delete']!('phone-app'))).toMatchObject({ statusCode: 403 });
  });

  it('lead to somebody else when an application is not there', async () => {
    const { client, callee, uri } = await open();
    const dead = { name: 'dead', incomingCallUrl: 'http://127.0.0.1:9/', incomingCallUrlCallbackTimeout: 500 };
    const applicationId = idOf(await client['Application']!['create']!(dead));
    const number = { number: '+19195550122', applicationId, fallbackNumber: callee.address };
    await client['PhoneNumber']!['create']!(number);
    const phone = await startPhone();
    const placed = await phone.call(uri('+19195550122'));
    const there = await callee.next();
    expect(placed.state).toBe('ringing');
    await there.answer();
    await placed.answered;
    await placed.press('6');
    await there.until('digit', ({ digit }) => digit === '6');
    there.hangUp();
    await placed.ended;
  });

  it('keep the credentials of an application that is changed', async () => {
    const { client, application, uri } = await open();
    const incomingCallUrl = `${application.origin.replace('http://', 'http://me:hunter2@')}/in`;
    const applicationId = idOf(await client['Application']!['create']!({ name: 'locked', incomingCallUrl }));
    await client['PhoneNumber']!['create']!({ number: '+19195550133', applicationId });
    await client['Application']!['update']!(applicationId, { name: 'still locked' });
    const shown = await client['Application']!['get']!(applicationId);
    expect(shown).toMatchObject({ name: 'still locked', incomingCallUrl: `${application.origin}/in` });
    expect(Object.keys(shown).filter((name) => /credentials/i.test(name))).toEqual([]);
    const phone = await startPhone();
    await phone.call(uri('+19195550133'));
    const { headers } = await application.told('incomingcall');
    expect(headers.authorization).toBe(`Basic ${Buffer.from('me:hunter2').toString('base64')}`);
  });

  it('are not sold here, nor looked up', async () => {
    const { client } = await open();
    expect(await refused(client['AvailableNumber']!['search']!('local', { city: 'Cary' }))).toMatchObject({
      statusCode: 404,
    });
    expect(await refused(client['AvailableNumber']!['searchAndOrder']!('tollFree', { quantity: 1 }))).toMatchObject({
      statusCode: 404,
    });
    expect(await refused(client['NumberInfo']!['get']!('+19195551212'))).toMatchObject({ statusCode: 404 });
  });
});

describe('domains and endpoints', () => {
  it('are phones that may register', async () => {
    const { client } = await open();
    const domain = idOf(await client['Domain']!['create']!({ name: 'office', description: 'ours' }));
    const { domains } = await client['Domain']!['list']!<{ domains: readonly Told[] }>({});
    expect(domains).toMatchObject([{ id: domain, name: 'office', description: 'ours' }]);
    const order = { name: 'kim', description: 'Kim', enabled: 'true', credentials: { password: 'secret-1' } };
    const endpoint = idOf(await client['Endpoint']!['create']!(domain, order));
    const shown = await client['Endpoint']!['get']!(domain, endpoint);
    expect(shown).toMatchObject({
      id: endpoint,
      name: 'kim',
      domainId: domain,
      enabled: true,
      credentials: { username: 'kim' },
    });
    expect(JSON.stringify(shown)).not.toContain('secret-1');
    await client['Endpoint']!['update']!(domain, endpoint, {
      description: 'Kim of the desk',
      credentials: { password: 'secret-2' },
    });
    const { endpoints } = await client['Endpoint']!['list']!<{ endpoints: readonly Told[] }>(domain, {});
    expect(endpoints).toMatchObject([{ id: endpoint, description: 'Kim of the desk' }]);
    expect(await refused(client['Endpoint']!['createAuthToken']!(domain, endpoint, { expires: 60 }))).toMatchObject({
      statusCode: 503,
    });
    await client['Endpoint']!['delete']!(domain, endpoint);
    expect(await refused(client['Endpoint']!['get']!(domain, endpoint))).toMatchObject({ statusCode: 404 });
    await client['Domain']!['delete']!(domain);
    expect((await client['Domain']!['list']!<{ domains: readonly Told[] }>({})).domains).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it('is told as the vendor does, and can be read back', async () => {
    const { client, baseUrl, userId } = await open();
    expect(await refused(client['Call']!['create']!({ to: '+1' }))).toEqual({
      statusCode: 400,
      message: "The 'call' resource property 'from' is required but was not specified",
    });
    interface ErrorPage {
      readonly errors: readonly Told[];
      readonly hasNextPage: boolean;
      getNextPage(): Promise<ErrorPage>;
    }
    await refused(client['Call']!['get']!('c-none'));
    const page = await client['Error']!['list']!<ErrorPage>({ size: 1 });
    expect(page.errors).toEqual([
      {
        id: expect.stringMatching(/^ue-/),
        time,
        category: 'not-found',
        code: 'call-not-found',
        message: 'The call c-none was not found',
        details: [
          { name: 'callId', value: 'c-none' },
          { name: 'requestMethod', value: 'GET' },
          { name: 'remoteAddress', value: '127.0.0.1' },
          { name: 'requestPath', value: `users/${userId}/calls/c-none` },
        ],
      },
    ]);
    const [older] = (await page.getNextPage()).errors;
    expect(await client['Error']!['get']!(older!['id'])).toMatchObject({
      category: 'bad-request',
      code: 'missing-property',
    });
    expect(await refused(client['Error']!['get']!('ue-none'))).toMatchObject({ statusCode: 404 });
    const at = `${baseUrl}/v1/users/${userId}/calls`;
    const plain = async (init: RequestInit) => {
      const reply = await fetch(at, init);
      return [reply.status, ((await reply.json()) as Told)['category']];
    };
    const authorization = (name: string) => ({ authorization: `Basic ${Buffer.from(name).toString('base64')}` });
    expect(await plain({ headers: authorization('t-1:wrong') })).toEqual([401, 'authentication']);
    expect(await plain({ method: 'POST', body: '{', headers: authorization('t-1:s-1') })).toEqual([400, 'bad-request']);
    expect(await plain({ method: 'PUT', headers: authorization('t-1:s-1') })).toEqual([405, 'bad-request']);
  });
});

describe('documents of the client', () => {
  const attributes = { requestUrl: 'https://a.example/next', requestUrlTimeout: 9000 };
  const documents: readonly (readonly [name: string, write: (made: BxmlBuilder) => void, kinds: readonly string[]])[] =
    [
      ['speakSentence', (made) => made.speakSentence('Enter & go', { locale: 'en_US' }), ['play', 'pause', 'hangup']],
      ['playAudio', (made) => made.playAudio('https://a.example/b.mp3?x=1&y=2'), ['play', 'pause', 'hangup']],
      [
        'gather',
        (made) =>
          made.gather(
            { ...attributes, maxDigits: 5, terminatingDigits: '*', interDigitTimeout: 7 },
            function (this: BxmlBuilder) {
              this.speakSentence('Please enter your 5 digit code');
            },
          ),
        ['gather'],
      ],
      ['pause', (made) => made.pause({ length: 5 }), ['pause']],
      ['sendDtmf', (made) => made.sendDtmf('5,W1'), ['send-digits', 'pause', 'hangup']],
      ['record', (made) => made.record({ ...attributes, maxDuration: 30 }), ['record']],
      ['redirect', (made) => made.redirect(attributes), ['ask']],
      ['hangup', (made) => made.hangup(), ['hangup']],
      [
        'transfer',
        (made) =>
          made.transfer(
            { transferTo: '+19195551212', transferCallerId: '+19195551213', callTimeout: 20 },
            function (this: BxmlBuilder) {
              this.speakSentence('A call is being transferred to you from Customer Service.');
            },
          ),
        ['set', 'dial', 'branch'],
      ],
      [
        'conference',
        (made) => made.conference({ from: '+19195551212', joinTone: 'false', leavingTone: 'false' }),
        ['conference'],
      ],
    ];

  it.each(documents)('%s', (_name, write, kinds) => {
    const made = newBxml();
    write(made);
    const { flow, problems } = bandwidthV1.compile(made.toString(), 'https://a.example/start');
    // It asks for the tones of a conference whatever it is told.
    expect(
      problems.filter(({ message }) => !/^(joinTone|leavingTone) of/.test(message)),
      made.toString(),
    ).toEqual([]);
    expect(flow?.body.map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each([
    ['call', (made: BxmlBuilder) => made.call({ from: '+1', to: '+2' })],
    ['sendMessage', (made: BxmlBuilder) => made.sendMessage('Hi', { from: '+1', to: '+2' })],
  ])('%s is refused by its name', (_name, write) => {
    const made = newBxml();
    write(made);
    const { flow, problems } = bandwidthV1.compile(made.toString(), 'https://a.example/start');
    expect([flow, problems[0]?.code]).toEqual([null, 'verb-not-supported']);
  });
});

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
