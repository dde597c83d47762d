import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { defaultPolicy } from './address-policy.ts';
import { type AppTrust, noTrust, trustOfUrls } from './app-trust.ts';
import { createHttpClient } from './http-client.ts';
import { createMediaFetch, type MediaFetchOptions } from './media-fetch.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

async function serve(handler: RequestListener) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers['if-none-match'] ?? '-'}`);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function media(options: Partial<MediaFetchOptions> = {}) {
  const http = createHttpClient({ policy: defaultPolicy, log: silentLog });
  opened.push(http);
  const wall = { now: Date.now() };
  const clock = { ...systemClock, wall: () => wall.now };
  return { wall, ...createMediaFetch({ http, log: silentLog, folders: [], clock, ...options }) };
}

describe('fetching sounds', () => {
  it('keeps a fresh answer and renews a stale one by its tag', async () => {
    let version = 1;
    const { origin, seen } = await serve((request, response) => {
      const headers = { 'cache-control': 'max-age=60', etag: `"${version}"`, 'content-type': 'audio/wav' };
      const same = request.headers['if-none-match'] === headers.etag;
      response.writeHead(same ? 304 : 200, headers);
      response.end(same ? '' : `sound ${version}`);
    });
    const trust = trustOfUrls([origin]);
    const { fetch, wall } = media();
    const first = await fetch(`${origin}/a`, trust);
    expect(first).toMatchObject({ contentType: 'audio/wav' });
    expect(await fetch(`${origin}/a#again`, trust)).toBe(first);
    expect(seen).toEqual(['/a -']);

    wall.now += 61_000;
    expect((await fetch(`${origin}/a`, trust)).key).toBe(first.key);
    await fetch(`${origin}/a`, trust);
    expect(seen).toEqual(['/a -', '/a "1"']);

    wall.now += 61_000;
    version = 2;
    const third = await fetch(`${origin}/a`, trust);
    expect(Buffer.from(third.bytes).toString()).toBe('sound 2');
    expect(third.key).not.toBe(first.key);
  });

  it('keeps nothing that must not be stored', async () => {
    const { origin, seen } = await serve((_request, response) => {
      response.writeHead(200, { 'cache-control': 'no-store' });
      response.end('x');
    });
    const made = media();
    await made.fetch(origin, trustOfUrls([origin]));
    await made.fetch(origin, trustOfUrls([origin]));
    expect(seen).toHaveLength(2);
    expect(made.cachedBytes).toBe(0);
  });

  it('fetches once for everybody who asks meanwhile, and lets one of them go', async () => {
    let answer = () => {};
    let wasAsked = () => {};
    const asked = new Promise<void>((resolve) => {
      wasAsked = resolve;
    });
    const { origin, seen } = await serve((_request, response) => {
      answer = () => void response.end('x');
      wasAsked();
    });
    const { fetch } = media();
    const controller = new AbortController();
    const gone = fetch(origin, trustOfUrls([origin]), controller.signal);
    const waiting = [fetch(origin, trustOfUrls([origin])), fetch(origin, trustOfUrls([origin]))];
    await asked;
    controller.abort();
    await expect(gone).rejects.toMatchObject({ code: 'fetch-aborted' });
    answer();
    expect((await Promise.all(waiting)).map(({ bytes }) => bytes.length)).toEqual([1, 1]);
    expect(seen).toHaveLength(1);
  });

  it('stays within its bytes, dropping what was used longest ago', async () => {
    const { origin, seen } = await serve((_request, response) => {
      response.writeHead(200, { 'cache-control': 'max-age=60' });
      response.end(Buffer.alloc(400));
    });
    const made = media({ cacheBytes: 1000 });
    for (const path of ['/a', '/b', '/a', '/c', '/a', '/b']) {
      await made.fetch(`${origin}${path}`, trustOfUrls([origin]));
      expect(made.cachedBytes).toBeLessThanOrEqual(1000);
    }
    expect(seen.map((line) => line[1])).toEqual(['a', 'b', 'c', 'b']);
  });

  it('plays the kept sound while the server fails, unless that is forbidden', async () => {
    let broken = false;
    const { origin } = await serve((request, response) => {
      const strict = request.url === '/strict';
      response.writeHead(broken ? 500 : 200, { 'cache-control': `max-age=1${strict ? ', must-revalidate' : ''}` });
      response.end('x');
    });
    const { fetch, wall } = media();
    const trust = trustOfUrls([origin]);
    await fetch(`${origin}/loose`, trust);
    await fetch(`${origin}/strict`, trust);
    broken = true;
    wall.now += 2000;
    expect((await fetch(`${origin}/loose`, trust)).bytes).toHaveLength(1);
    await expect(fetch(`${origin}/strict`, trust)).rejects.toMatchObject({ code: 'media-http-status' });
  });

  it('shares nothing of a local origin with an app that may not go there', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'cache-control': 'max-age=60' });
      response.end('private');
    });
    const { fetch } = media();
    await fetch(origin, trustOfUrls([origin]));
    await expect(fetch(origin, noTrust)).rejects.toMatchObject({ code: 'fetch-refused-address' });
  });

  it('shares nothing between different credentials', async () => {
    const { origin } = await serve((request, response) => {
      const known = request.headers.authorization !== undefined;
      response.writeHead(known ? 200 : 401, { 'cache-control': 'max-age=60' });
      response.end('private');
    });
    const { fetch } = media();
    const signed: AppTrust = { ...trustOfUrls([origin]), authorization: { [origin]: 'Bearer t' } };
    expect((await fetch(origin, signed)).bytes).toHaveLength(7);
    await expect(fetch(origin, trustOfUrls([origin]))).rejects.toMatchObject({ code: 'media-http-status' });
  });

  it('reads files beside the documents of the app that asks, and not of another one, even while it reads', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keytone-'));
    opened.push({ close: () => rm(folder, { recursive: true }) });
    await writeFile(join(folder, 'a.wav'), 'RIFF');
    const url = pathToFileURL(join(folder, 'a.wav')).href;
    const { fetch } = media();
    const [own, other] = await Promise.allSettled([
      fetch(url, trustOfUrls([pathToFileURL(join(folder, 'menu.xml')).href])),
      fetch(url, trustOfUrls(['file:///elsewhere/menu.xml'])),
    ]);
    expect(own.status).toBe('fulfilled');
    expect(other).toMatchObject({ status: 'rejected', reason: { code: 'media-file-refused' } });
  });

  it('reads files of the media folders only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keytone-'));
    opened.push({ close: () => rm(folder, { recursive: true }) });
    await writeFile(join(folder, 'a.wav'), 'RIFF');
    const { fetch } = media({ folders: [folder] });
    expect(await fetch(pathToFileURL(join(folder, 'a.wav')).href, noTrust)).toMatchObject({ contentType: null });
    await expect(fetch('file:///etc/passwd', noTrust)).rejects.toMatchObject({ code: 'media-file-refused' });
    await expect(fetch(`${pathToFileURL(folder).href}/../x.wav`, noTrust)).rejects.toMatchObject({
      code: 'media-file-refused',
    });
    await expect(fetch(`${pathToFileURL(folder).href}/b.wav`, noTrust)).rejects.toMatchObject({
      code: 'media-file-unreadable',
    });
  });
});
