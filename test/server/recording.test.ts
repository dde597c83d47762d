// A call is recorded: the file is a WAV of the right length, is in the store, and is served over HTTP.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { flow, hangup, play, record } from '../../src/flow/build.ts';
import { parseWav } from '../../src/media/wav-reader.ts';
import { closeAll, startPhone, startServer } from './rig.ts';

afterEach(closeAll);

describe('a recording', () => {
  it('holds what the caller said, for as long as it lasted, and is served', async () => {
    const at = await startServer({
      apps: { '1': flow([record('until', { tag: 'message', terminators: '#', maxMs: 60_000 }), hangup()]) },
    });
    const phone = await startPhone();
    const call = await phone.call(at.uri('1'));
    await at.until('1', 'recording.started');
    await call.press([{ speakMs: 1500 }, { press: '#' }]);
    const { event } = await at.until('1', 'recording.finished');
    expect(event).toMatchObject({ tag: 'message', why: 'stopped' });
    expect(event.durationMs).toBeGreaterThan(1400);
    expect(event.durationMs).toBeLessThan(2500);
    const { event: incoming } = await at.until('1', 'call.incoming');
    await at.until('1', 'call.ended');

    const bytes = await readFile(join(at.dataDir, event.file));
    expect(bytes.length).toBe(event.bytes);
    const wav = parseWav(bytes);
    expect(wav).toMatchObject({ rateHz: 8000, channels: 1 });
    expect(wav.frames / 8).toBeCloseTo(event.durationMs, -1.7);
    const samples = wav.read(0, wav.frames);
    expect(Math.max(...samples)).toBeGreaterThan(0.05);

    const listed = await at.fetch(`/v1/calls/${incoming.call}/recordings`);
    const { recordings } = (await listed.json()) as { recordings: readonly object[] };
    expect(recordings).toMatchObject([{ id: event.recording, durationMs: event.durationMs }]);
    const served = await at.fetch(`/v1/calls/${incoming.call}/recordings/${event.recording}`);
    expect([served.status, served.headers.get('content-type')]).toEqual([200, 'audio/wav']);
    expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('of a whole call goes on behind its verbs and ends with the call', async () => {
    const at = await startServer({
      apps: { '1': flow([record('start'), play('One.'), play('Two.'), hangup()]) },
    });
    const phone = await startPhone();
    const call = await phone.call(at.uri('1'));
    await call.ended;
    const { event } = await at.until('1', 'recording.finished');
    const { since: endsAt } = await at.until('1', 'leg.ended');
    const { since: beginsAt } = await at.until('1', 'recording.started');
    expect(Math.abs(event.durationMs - (endsAt - beginsAt))).toBeLessThan(500);
    const wav = parseWav(await readFile(join(at.dataDir, event.file)));
    expect(Math.max(...wav.read(0, wav.frames))).toBeGreaterThan(0.05);
  });
});
