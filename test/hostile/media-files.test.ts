// Owns: sounds that documents name and that nobody can play, or may not: too large, too long, broken, slow, on this
// machine. The tape has the coded reason, the flow goes on, other calls hear nothing of it.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppUnderTest, type Handler, type Rig, startRig, toneWav } from './rig.ts';

const sound =
  (body: Buffer | string, type = 'audio/wav', headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': type, ...headers }).end(body);

/** A WAV that says that it is `claimed` bytes long and has `rateHz`. */
function liar(claimed: number, rateHz = 8000): Buffer {
  const wav = toneWav(1);
  wav.writeUInt32LE(claimed >>> 0, 40);
  wav.writeUInt32LE(rateHz >>> 0, 24);
  return wav;
}

/** One silent MPEG-1 layer III frame of 32 kbit/s at 44,100 Hz, again and again: 26 ms in 104 bytes. */
function longMp3(frames: number): Buffer {
  const frame = Buffer.alloc(104);
  frame.set([0xff, 0xfb, 0x10, 0xc4]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

const stories: Readonly<Record<string, { readonly answer: Handler; readonly code: string | null }>> = {
  'ten-megabytes': { answer: sound(toneWav(600)), code: null },
  'thirty-megabytes': { answer: sound(Buffer.alloc(30 * 1024 * 1024)), code: 'fetch-too-large' },
  'hours-of-mp3': { answer: sound(longMp3(190_000), 'audio/mpeg'), code: 'media-too-long' },
  'hours-of-wav': {
    answer(_request, response) {
      const wav = Buffer.alloc(44 + 8_000_000);
      liar(8_000_000, 1000).copy(wav, 0, 0, 44);
      response.writeHead(200, { 'content-type': 'audio/wav' }).end(wav);
    },
    code: 'media-too-long',
  },
  'says-4-gigabytes': { answer: sound(liar(0xffff_ffff)), code: null },
  'rate-of-0': { answer: sound(liar(16_000, 0)), code: 'media-format-broken' },
  'rate-of-4-billion': { answer: sound(liar(16_000, 0xffff_ffff)), code: 'media-format-broken' },
  'header-only': { answer: sound(toneWav(1).subarray(0, 20)), code: 'media-format-broken' },
  'noise-as-mp3': {
    answer: sound(Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) & 0xff)), 'audio/mpeg'),
    code: 'media-format-unknown',
  },
  html: { answer: sound('<!doctype html><html></html>', 'audio/wav'), code: 'media-format-unknown' },
  empty: { answer: sound(''), code: 'media-format-broken' },
  missing: { answer: (_request, response) => void response.writeHead(404).end(), code: 'media-http-status' },
  'gzip-bomb': {
    answer: sound(gzipSync(Buffer.alloc(60 * 1024 * 1024)), 'audio/wav', { 'content-encoding': 'gzip' }),
    code: 'fetch-too-large',
  },
  'to-metadata': {
    answer: (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/a.wav' }).end(),
    code: 'fetch-refused-address',
  },
  'to-a-file': {
    answer: (_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    code: 'media-http-status',
  },
  'reset-in-the-middle': {
    answer(request, response) {
      response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': '100000' });
      response.write(toneWav(1), () => request.socket.resetAndDestroy());
    },
    code: 'fetch-failed',
  },
};

/** Addresses in a document that is a file: what may be read, and what is said when it may not. */
const files: Readonly<Record<string, { readonly url: string; readonly code: string }>> = {
  passwd: { url: 'file:///etc/passwd', code: 'media-file-refused' },
  'passwd-by-dots': { url: '../../../../../../../../etc/passwd', code: 'media-file-refused' },
  'passwd-by-code': { url: '%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd', code: 'media-file-refused' },
  'slash-by-code': { url: 'file:///tmp%2f..%2fetc%2fpasswd', code: 'media-file-refused' },
  'another-host': { url: 'file://example.org/etc/passwd', code: 'media-file-refused' },
  'beside-the-folder': { url: '../beside.wav', code: 'media-file-refused' },
  'by-a-link': { url: 'link.wav', code: 'media-file-refused' },
  'a-folder': { url: 'inside', code: 'media-file-unreadable' },
  'the-configuration': { url: 'keytone.yaml', code: 'media-format-unknown' },
};

describe('hostile sounds', () => {
  let rig: Rig;
  beforeAll(async () => {
    const apps: Record<string, AppUnderTest> = {};
    const routes: Record<string, Handler> = {
      // Takes 15 s of the server's patience; the clock of its HTTP client is the machine's.
      '/slow.wav'(_request, response) {
        response.writeHead(200, { 'content-type': 'audio/wav' });
        const drip = setInterval(() => response.write('R'), 100);
        response.on('close', () => clearInterval(drip));
      },
    };
    for (const [name, { answer }] of Object.entries(stories)) {
      routes[`/${name}.wav`] = answer;
      routes[`/${name}`] = (_request, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/xml' })
          .end(`<Response><Play>/${name}.wav</Play><Tone hz="440" duration="60000"/></Response>`);
      apps[name] = { path: `/${name}` };
    }
    routes['/slow'] = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response><Play>/slow.wav</Play></Response>');
    apps['slow'] = { path: '/slow' };
    for (const [name, { url }] of Object.entries(files))
      apps[name] = { document: `<Response><Play>${url}</Play><Tone hz="440" duration="60000"/></Response>` };
    const nosy = '<Response><Play>../theirs/secret.wav</Play><Tone hz="440" duration="60000"/></Response>';
    apps['of-another-app'] = { document: nosy, folder: 'ours' };
    apps['another-app'] = { document: '<Response/>', folder: 'theirs' };
    rig = await startRig({ apps, routes });
    writeFileSync(join(rig.folder, 'theirs', 'secret.wav'), toneWav());
    mkdirSync(join(rig.folder, 'inside'));
    symlinkSync('/etc/passwd', join(rig.folder, 'link.wav'));
    writeFileSync(join(rig.folder, '..', 'beside.wav'), toneWav());
  });
  afterAll(() => rig.close());

  for (const [name, { code }] of Object.entries({
    ...stories,
    ...files,
    'of-another-app': { code: 'media-file-refused' },
  }))
    it.concurrent(`${name}: ${code ?? 'is played'}, and the flow goes on`, async () => {
      const caller = await rig.caller();
      const call = await caller.call(name).answered();
      if (code !== null) {
        const failed = await rig.line(call, 'prompt.failed');
        expect({ name, code: failed.code }).toEqual({ name, code });
      }
      await caller.loud(5);
      await call.bye();
      expect((await rig.line(call, 'call.ended')).reason).not.toBe('fault');
    });

  it.concurrent('a caller who hangs up while a slow sound is awaited leaves nothing', async () => {
    const caller = await rig.caller();
    const call = await caller.call('slow').answered();
    await rig.line(call, 'leg.answered');
    await call.bye();
    await rig.line(call, 'call.ended');
  });
});

describe('after hostile sounds', () => {
  it('the witness noticed nothing', async () => {
    const routes: Record<string, Handler> = {};
    const apps: Record<string, AppUnderTest> = {};
    for (const [name, { answer }] of Object.entries(stories)) {
      routes[`/${name}.wav`] = answer;
      routes[`/${name}`] = (_request, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/xml' })
          .end(`<Response><Play>/${name}.wav</Play></Response>`);
      apps[name] = { path: `/${name}` };
    }
    const rig = await startRig({ apps, routes });
    const caller = await rig.caller();
    const calls = Object.keys(stories).map((name) => caller.call(name));
    for (const call of calls) call.send('INVITE', { sdp: caller.sdp() });
    for (const call of calls) call.ack(1, (await call.final()).status);
    for (const [i, name] of Object.keys(stories).entries()) {
      if (stories[name]!.code === null) {
        await rig.line(calls[i]!, 'prompt.started');
        await calls[i]!.bye();
      }
      await rig.line(calls[i]!, 'call.ended');
    }
    await rig.undisturbed();
    expect(rig.logged.filter((line) => line.startsWith('error'))).toEqual([]);
    await rig.close();
  });
});
