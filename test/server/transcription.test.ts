// What is said in a recording, from the phone to the application: real calls, a real transcription server whose answers the
// test fixes, and Bandwidth's own OpenAPI file as the judge of what is told.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { claimPorts } from '../../src/base/ports-rig.ts';
import { createOracle } from '../conformance/bandwidth-rest/oracle.ts';
import { app, basic, openApplication, startConfigured, type Webhook } from './bandwidth-rig.ts';
import { closeAll, onClose, startPhone } from './rig.ts';
import { reply, said, shareOfTone, startWordsServer } from './words-server.ts';

afterEach(closeAll);

/** What a phone of the testkit speaks. */
const speechHz = 300;
const authorized = { headers: { authorization: basic } };

const engineAt = (url: string): string =>
  `transcription: {engine: openai, language: en-GB, openai: {url: "${url}", model: small, apiKey: sk-secret}}\n`;

function judge(...told: readonly Webhook[]): void {
  const oracle = createOracle();
  for (const one of told) oracle.webhook(one);
  expect(oracle.violations).toEqual([]);
}

const json = async (url: string): Promise<unknown> => (await fetch(url, authorized)).json();

/** Says something into a Record and hangs up. */
async function leaveMessage(uri: string): Promise<void> {
  const phone = await startPhone();
  const call = await phone.call(uri, { from: 'sip:+15551112222@127.0.0.1' });
  await call.answered;
  await call.press([{ speakMs: 1200 }, { press: '#' }]);
  await call.ended;
}

describe('a recording that is transcribed', () => {
  it('is sent to the engine as it was spoken, and its text is told and found where the vendor has it', async () => {
    const engine = await startWordsServer(() => said('Hello there.', 'Goodbye.'));
    const wish = 'transcribe="true" transcriptionAvailableUrl="/words" recordingAvailableUrl="/file" tag="mail"';
    const application = await openApplication({ initiate: `<Bxml><Record ${wish}/></Bxml>` });
    const { uri } = await startConfigured(application.origin, engineAt(engine.url));
    await leaveMessage(uri);

    const { path, authorization, fields, file } = await engine.heard(1);
    expect([path, authorization]).toEqual(['/v1/audio/transcriptions', 'Bearer sk-secret']);
    expect(fields).toEqual({
      model: 'small',
      response_format: 'verbose_json',
      'timestamp_granularities[]': 'segment',
      language: 'en',
    });
    expect([file.rateHz, file.channels]).toEqual([8000, 1]);
    expect(file.frames / 8).toBeGreaterThan(1100);
    expect(shareOfTone(file, speechHz)).toBeGreaterThan(0.8);
    expect(shareOfTone(file, 440)).toBeLessThan(0.05);

    const [available, told] = [
      await application.told('recordingAvailable'),
      await application.told('transcriptionAvailable'),
    ];
    judge(told);
    const { recordingId, mediaUrl, callId, startTime, endTime, duration } = available;
    const own = String(mediaUrl).replace(/\/media$/, '');
    const transcription = {
      id: expect.stringMatching(/^t-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      status: 'available',
      completedTime: expect.stringMatching(/^\d{4}-.*Z$/),
      url: `${own}/transcription`,
    };
    expect(told).toMatchObject({
      ...{ applicationId: app, from: '+15551112222', to: '+15553334444', direction: 'inbound', tag: 'mail' },
      ...{ recordingId, mediaUrl, callId, duration, fileFormat: 'wav', transcription },
    });
    expect(Date.parse(String(told['endTime'])) - Date.parse(String(told['startTime']))).toBe(
      Date.parse(String(endTime)) - Date.parse(String(startTime)),
    );
    expect(application.seen.find(({ body }) => body === told)?.path).toBe('/words');

    expect(await json(own)).toMatchObject({ recordingId, transcription: told['transcription'] });
    expect(await json(`${own}/transcription`)).toEqual({
      transcripts: [{ speaker: 0, text: 'Hello there. Goodbye.', confidence: 0.905 }],
      clips: [
        { speaker: 0, text: 'Hello there.', confidence: 0.905, startTimeSeconds: 0, endTimeSeconds: 0.25 },
        { speaker: 0, text: 'Goodbye.', confidence: 0.905, startTimeSeconds: 0.25, endTimeSeconds: 0.5 },
      ],
    });

    const drop = () => fetch(`${own}/transcription`, { ...authorized, method: 'DELETE' });
    expect((await drop()).status).toBe(204);
    expect((await drop()).status).toBe(404);
    expect((await fetch(`${own}/transcription`, authorized)).status).toBe(404);
    expect(await json(own)).toMatchObject({ transcription: { status: 'none' } });
    expect(engine.all).toHaveLength(1);
  });

  it('may take longer than its call, and is processing until then', async () => {
    const engine = await startWordsServer(() => null);
    const wish = 'transcribe="true" transcriptionAvailableUrl="/words" recordingAvailableUrl="/file"';
    const application = await openApplication({ initiate: `<Bxml><Record ${wish}/></Bxml>` });
    const { uri } = await startConfigured(application.origin, engineAt(engine.url));
    await leaveMessage(uri);
    const heard = await engine.heard(1);
    await application.told('disconnect');
    const own = String((await application.told('recordingAvailable'))['mediaUrl']).replace(/\/media$/, '');
    expect(await json(own)).toMatchObject({ transcription: { status: 'processing' } });
    expect((await fetch(`${own}/transcription`, authorized)).status).toBe(404);
    reply(heard, said('Late.'));
    expect(await application.told('transcriptionAvailable')).toMatchObject({ transcription: { status: 'available' } });
  });

  it('of two channels is what each of two speakers said, in a language that nobody names', async () => {
    const engine = await startWordsServer(({ file }) =>
      said(shareOfTone(file, speechHz) > 0.5 ? 'From the caller.' : 'From the server.'),
    );
    const wish = 'transcribe="true" detectLanguage="true" multiChannel="true" transcriptionAvailableUrl="/words"';
    const sound = '<PlayAudio username="me" password="hunter2">/tone.wav</PlayAudio>';
    const application = await openApplication({
      initiate: `<Bxml><StartRecording ${wish}/>${sound}<Gather gatherUrl="/g" maxDigits="1"/></Bxml>`,
      gather: '<Bxml/>',
    });
    const { uri } = await startConfigured(application.origin, engineAt(engine.url));
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    await call.press([{ speakMs: 1200 }, { press: '1' }]);
    await call.ended;
    const told = await application.told('transcriptionAvailable');
    expect(engine.all.map(({ fields }) => 'language' in fields)).toEqual([false, false]);
    const { transcripts } = (await json(String((told['transcription'] as { url: string }).url))) as {
      transcripts: readonly object[];
    };
    expect(transcripts).toMatchObject([
      { speaker: 0, text: 'From the caller.' },
      { speaker: 1, text: 'From the server.' },
    ]);
  });

  it('that the engine refuses is told as an error', async () => {
    const engine = await startWordsServer(() => ({ status: 401, body: { error: 'Incorrect key sk-secret' } }));
    const wish = 'transcribe="true" transcriptionAvailableUrl="/words"';
    const application = await openApplication({ initiate: `<Bxml><Record ${wish}/></Bxml>` });
    const { uri } = await startConfigured(application.origin, engineAt(engine.url));
    await leaveMessage(uri);
    const told = await application.told('transcriptionAvailable');
    judge(told);
    expect(told).toMatchObject({ transcription: { status: 'error' } });
    const { url } = told['transcription'] as { url: string };
    expect((await fetch(url, authorized)).status).toBe(404);
  });

  it('is asked for over REST, also anew, with credentials and a tag of its own', async () => {
    const engine = await startWordsServer((_, count) => said(`Time ${count}.`));
    const application = await openApplication(
      { initiate: '<Bxml><Record recordingAvailableUrl="/file"/></Bxml>' },
      '/words',
    );
    const { uri } = await startConfigured(application.origin, engineAt(engine.url));
    await leaveMessage(uri);
    const at = String((await application.told('recordingAvailable'))['mediaUrl']).replace(/media$/, 'transcription');
    const ask = async (body: object): Promise<number> => {
      const headers = { ...authorized.headers, 'content-type': 'application/json' };
      return (await fetch(at, { method: 'POST', headers, body: JSON.stringify(body) })).status;
    };
    const callbackUrl = `${application.origin}/words`;
    expect(await ask({ callbackUrl, username: 'me', password: 'hunter2', tag: 'a {b}', detectLanguage: true })).toBe(
      204,
    );
    const told = await application.told('transcriptionAvailable');
    judge(told);
    expect(told).toMatchObject({ tag: 'a {b}', transcription: { status: 'available', url: at } });
    expect((await engine.heard(1)).fields).not.toHaveProperty('language');
    expect(await ask({})).toBe(204);
    await engine.heard(2);
    let text = '';
    while (text !== 'Time 2.') {
      const found = await fetch(at, authorized);
      if (found.ok) text = ((await found.json()) as { transcripts: [{ text: string }] }).transcripts[0].text;
    }
  });

  it('is refused without an engine, and a document that asks for it goes on', async () => {
    const wish = 'transcribe="true" transcriptionAvailableUrl="/words" recordingAvailableUrl="/file"';
    const application = await openApplication({ initiate: `<Bxml><Record ${wish}/></Bxml>` });
    const { uri } = await startConfigured(application.origin);
    await leaveMessage(uri);
    const at = String((await application.told('recordingAvailable'))['mediaUrl']).replace(/media$/, 'transcription');
    const headers = { ...authorized.headers, 'content-type': 'application/json' };
    expect((await fetch(at, { method: 'POST', headers, body: '{}' })).status).toBe(403);
    await application.told('disconnect');
    expect(application.seen.map(({ body }) => body.eventType)).not.toContain('transcriptionAvailable');
  });
});

describe('a transcription of a killed server', () => {
  /** A server that can be killed; what its application is told, and where it listens. */
  async function startMortal(origin: string, engineUrl: string) {
    const folder = mkdtempSync(join(tmpdir(), 'keytone-words-'));
    onClose(async () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const ports = await claimPorts(200);
    onClose(() => ports.close());
    const [first, last] = ports.range;
    const file = join(folder, 'keytone.yaml');
    writeFileSync(
      file,
      `sip: {host: 127.0.0.1, port: ${first + 2}}
http: {port: ${first + 4}}
media: {portRange: ${first + 102}-${last}, workers: 1}
accounts: [{id: "1000000", keys: [{id: me, secret: hunter2}]}]
apps:
  - {name: ${app}, dialect: bandwidth, url: "${origin}/start", statusUrl: "${origin}/status"}
numbers:
  - {number: "1", app: ${app}}
${engineAt(engineUrl)}`,
    );
    let child: ChildProcess;
    async function start(): Promise<void> {
      const program = fileURLToPath(new URL('./serving-process.ts', import.meta.url));
      child = fork(program, [file], { execArgv: ['--disable-warning=ExperimentalWarning'] });
      const exit = once(child, 'exit').then(([code]) => {
        throw new Error(`the server ended with ${code}`);
      });
      await Promise.race([once(child, 'message'), exit]);
      exit.catch(() => {});
    }
    async function kill(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    onClose(kill);
    await start();
    return { uri: `sip:1@127.0.0.1:${first + 2}`, start, kill };
  }

  it('is asked for again by the next process, and told, though its call was over', async () => {
    const engine = await startWordsServer((_, count) => (count === 1 ? null : said('Second try.')));
    const wish = 'transcribe="true" transcriptionAvailableUrl="/words" tag="kept"';
    const application = await openApplication({ initiate: `<Bxml><Record ${wish}/></Bxml>` });
    const { uri, start, kill } = await startMortal(application.origin, engine.url);
    await leaveMessage(uri);
    await engine.heard(1);
    await application.told('disconnect');
    await kill();
    await start();
    const { file } = await engine.heard(2);
    expect(shareOfTone(file, speechHz)).toBeGreaterThan(0.8);
    const told = await application.told('transcriptionAvailable');
    judge(told);
    expect(told).toMatchObject({ tag: 'kept', transcription: { status: 'available' } });
    expect(await json((told['transcription'] as { url: string }).url)).toMatchObject({
      transcripts: [{ text: 'Second try.' }],
    });
    expect(application.seen.filter(({ body }) => body.eventType === 'transcriptionAvailable')).toHaveLength(1);
  });

  it('of a live call begins anew with the call', async () => {
    const engine = await startWordsServer((_, count) => said(`Sentence ${count}.`));
    const gather = '<Gather gatherUrl="/g" maxDigits="1" firstDigitTimeout="60"/>';
    const application = await openApplication({
      initiate: `<Bxml><StartTranscription transcriptionEventUrl="/live"/>${gather}</Bxml>`,
    });
    const { uri, start, kill } = await startMortal(application.origin, engine.url);
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    await application.told('realTimeTranscriptionStarted');
    await call.press([{ speakMs: 900 }]);
    await engine.heard(1);
    await kill();
    await start();
    await call.press([{ speakMs: 900 }]);
    await engine.heard(2);
    call.hangUp();
    const told = await application.told('realTimeTranscriptionAvailable');
    const { url } = told['realTimeTranscription'] as { readonly url: string };
    expect(await json(url)).toMatchObject({ tracks: [{ track: 'inbound', transcript: 'Sentence 2.' }] });
    expect(application.seen.filter(({ body }) => body.eventType === 'realTimeTranscriptionStarted')).toHaveLength(1);
  });
});
