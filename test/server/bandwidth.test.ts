// An app of the dialect `bandwidth`, configured in a file and called by a phone: the webhooks as its application gets them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/server/config.ts';
import { app, basic, openApplication, startConfigured } from './bandwidth-rig.ts';
import { closeAll, onClose, startPhone } from './rig.ts';

afterEach(closeAll);

describe('an app of the dialect bandwidth', () => {
  it('is told initiate, gather and disconnect, in the words of the vendor', async () => {
    const application = await openApplication({
      initiate: '<Response><Gather gatherUrl="/result" maxDigits="4" terminatingDigits="#" tag="pin"/></Response>',
      gather: '<Response><Hangup/></Response>',
    });
    const { uri } = await startConfigured(application.origin);
    const phone = await startPhone();
    const call = await phone.call(uri, { from: 'sip:+15551112222@127.0.0.1' });
    await call.answered;
    await call.press([{ press: '123#' }]);
    await call.ended;
    await application.told('disconnect');
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const [initiate, gather, disconnect] = application.seen.map(({ body }) => body);
    const { callId } = initiate!;
    const common = {
      eventTime: time,
      accountId: '1000000',
      applicationId: app,
      from: '+15551112222',
      to: '+15553334444',
      direction: 'inbound',
      callId: expect.stringMatching(/^c-[0-9a-f]{8}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      callUrl: expect.stringMatching(
        new RegExp(`^http://127\\.0\\.0\\.1:\\d+/api/v2/accounts/1000000/calls/${callId}$`),
      ),
      startTime: time,
    };
    const answered = { ...common, callId, answerTime: time, tag: 'pin' };
    expect(initiate).toEqual({ ...common, eventType: 'initiate' });
    expect(gather).toEqual({ ...answered, eventType: 'gather', digits: '123', terminatingDigit: '#' });
    expect(disconnect).toEqual({ ...answered, eventType: 'disconnect', endTime: time, cause: 'hangup' });
    expect(application.seen.map(({ path, type }) => `${path} ${type}`)).toEqual([
      '/start application/json',
      '/result application/json',
      '/status application/json',
    ]);
  });

  it('finds the sound of a recording at its mediaUrl', async () => {
    const application = await openApplication({
      initiate: '<Bxml><Record recordCompleteUrl="/done" recordingAvailableUrl="/file"/></Bxml>',
      recordComplete: '<Response/>',
    });
    const { uri } = await startConfigured(application.origin);
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    await call.press([{ speakMs: 1000 }, { press: '#' }]);
    const { mediaUrl, recordingId, duration, status } = await application.told('recordingAvailable');
    expect(status).toBe('complete');
    expect(duration).toMatch(/^PT\d+(\.\d+)?S$/);
    expect(recordingId).toHaveLength(47);
    expect((await fetch(String(mediaUrl))).status).toBe(401);
    const sound = await fetch(String(mediaUrl), { headers: { authorization: basic } });
    expect([sound.status, sound.headers.get('content-type')]).toEqual([200, 'audio/vnd.wave']);
    expect((await sound.arrayBuffer()).byteLength).toBeGreaterThan(8000);
    expect(await application.told('recordComplete')).toMatchObject({ recordingId, mediaUrl });
    await call.ended;
    expect(await application.told('disconnect')).toMatchObject({ cause: 'hangup' });
  });

  it('is asked for with credentials that nobody else sees', async () => {
    const gather = '<Gather gatherUrl="/result" username="me" password="hunter2" maxDigits="1"/>';
    const application = await openApplication(
      { initiate: `<Response>${gather}</Response>`, gather: '<Bxml/>' },
      '/result',
    );
    const { server, uri } = await startConfigured(application.origin);
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.answered;
    await call.press([{ press: '7' }]);
    await call.ended;
    expect(await application.told('gather')).toMatchObject({ digits: '7' });
    await application.told('disconnect');
    const at = `http://127.0.0.1:${server.http.port}/v1/calls`;
    const { calls } = (await (await fetch(at)).json()) as { calls: readonly { readonly id: string }[] };
    const tape = await (await fetch(`${at}/${calls[0]!.id}/tape`)).text();
    expect(tape).toContain('gather.finished');
    expect(tape).not.toContain('hunter2');
    expect(tape).not.toContain(basic.slice(6));
  });

  it('plays a sound that is locked, with the credentials of the document', async () => {
    const sound = '<PlayAudio username="me" password="hunter2">/locked.wav</PlayAudio>';
    const application = await openApplication({
      initiate: `<Response>${sound}<PlayAudio>/locked.wav</PlayAudio><Gather gatherUrl="/g" firstDigitTimeout="0"/></Response>`,
      gather: '<Bxml/>',
    });
    const { server, uri } = await startConfigured(application.origin);
    const phone = await startPhone();
    const call = await phone.call(uri);
    await call.ended;
    await application.told('disconnect');
    expect(application.sounds).toEqual([`/locked.wav ${basic}`, '/locked.wav nothing']);
    const at = `http://127.0.0.1:${server.http.port}/v1/calls`;
    const { calls } = (await (await fetch(at)).json()) as { calls: readonly { readonly id: string }[] };
    const tape = (await (await fetch(`${at}/${calls[0]!.id}/tape`)).json()) as {
      readonly lines: readonly { readonly event: { readonly type: string; readonly why?: string } }[];
    };
    expect(JSON.stringify(tape)).not.toContain('hunter2');
    const heard = tape.lines.map(({ event }) => event).filter(({ type }) => /^prompt\.(finished|failed)$/.test(type));
    expect(heard.map(({ type, why }) => `${type} ${why ?? ''}`)).toEqual(['prompt.finished end', 'prompt.failed ']);
  });

  it('is the only one that a statusUrl means something to', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keytone-bandwidth-'));
    onClose(async () => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'keytone.yaml');
    writeFileSync(file, 'apps:\n  - {name: a, url: "http://a.test/", statusUrl: "http://a.test/status"}\n');
    expect(readConfig({ file, environment: {} }).problems.map(({ message }) => message)).toEqual([
      'is not told anything in the words of opentact',
    ]);
  });
});
