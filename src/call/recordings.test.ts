import { describe, expect, it } from 'vitest';
import type { WorldEvent } from './event.ts';
import { createRecordings, type RecordingPlace, type RecordingsOptions } from './recordings.ts';

const start = (recording: string, tag: string | null = null) =>
  ({ type: 'record.start', recording, tag, channels: 'mixed', maxMs: 1000, silenceMs: null }) as const;
const done = (id: string, why: 'stopped' | 'silence' | 'max' | 'ended' | 'failed' = 'stopped', message?: string) =>
  ({ type: 'recorded', id, durationMs: 500, bytes: 8044, why, ...(message === undefined ? {} : { message }) }) as const;

const folder: RecordingPlace['of'] = (recording) => ({ path: `/data/${recording}.wav`, file: `${recording}.wav` });

function open(of: RecordingPlace['of'] = folder, repair: RecordingsOptions['repair'] = async () => null) {
  const told: WorldEvent[] = [];
  const asked: string[] = [];
  const session = {
    record: (id: string, { file, gapMs }: { file: string; gapMs?: number }) =>
      asked.push(`record ${id} ${file}${gapMs === undefined ? '' : ` behind ${gapMs} ms`}`),
    stopRecording: (id: string) => asked.push(`stop ${id}`),
  } as never;
  return {
    told,
    asked,
    session,
    recordings: createRecordings({
      place: { of, pathOf: (file) => `/data/${file}` },
      put: (event) => told.push(event),
      wall: () => 0,
      repair,
    }),
  };
}

describe('the recordings of a call', () => {
  it('begin, end and say where they are; the tape knows the file by its name in the data folder', () => {
    const { told, asked, session, recordings } = open();
    recordings.start(session, start('r-1', 'message'));
    recordings.stop(session, 'r-1');
    recordings.onEvent(done('r-1'));
    expect(asked).toEqual(['record r-1 /data/r-1.wav', 'stop r-1']);
    expect(told).toEqual([
      { type: 'recording.started', recording: 'r-1', tag: 'message', channels: 'mixed' },
      {
        type: 'recording.finished',
        recording: 'r-1',
        tag: 'message',
        durationMs: 500,
        bytes: 8044,
        file: 'r-1.wav',
        why: 'stopped',
      },
    ]);
  });

  it('end once, whatever comes behind', () => {
    const { told, asked, session, recordings } = open();
    recordings.start(session, start('r-1'));
    recordings.onEvent(done('r-1', 'max'));
    recordings.stop(session, 'r-1');
    recordings.onEvent(done('r-1'));
    recordings.giveUp('too late');
    recordings.onEvent(done('never'));
    expect(asked).toHaveLength(1);
    expect(told).toHaveLength(2);
  });

  it('fail in words: without audio, without a folder, when the file cannot be written', () => {
    const { told, session, recordings } = open();
    recordings.start(null, start('r-1'));
    recordings.start(session, start('r-2'));
    recordings.onEvent(done('r-2', 'failed', 'ENOSPC'));
    const nowhere = open(() => {
      throw new Error('the disk is full');
    });
    nowhere.recordings.start(nowhere.session, start('r-3'));
    expect([...told, ...nowhere.told].filter(({ type }) => type === 'recording.failed')).toMatchObject([
      { recording: 'r-1', code: 'recording-failed' },
      { recording: 'r-2', message: 'ENOSPC' },
      { recording: 'r-3', message: 'the disk is full' },
    ]);
    expect(nowhere.asked).toEqual([]);
  });

  it('can be played by their tag once they are complete; the newest of a tag counts', async () => {
    const { session, recordings } = open();
    recordings.start(session, start('r-1', 'message'));
    recordings.stop(session, 'r-1');
    const path = recordings.path('message');
    recordings.onEvent(done('r-1'));
    expect(await path).toBe('/data/r-1.wav');
    recordings.start(session, start('r-2', 'message'));
    recordings.onEvent(done('r-2'));
    expect(await recordings.path('message')).toBe('/data/r-2.wav');
  });

  it('that still go on are not waited for, because nothing may ever end them', async () => {
    const { session, recordings } = open();
    recordings.start(session, start('r-1', 'message'));
    await expect(recordings.path('message')).rejects.toMatchObject({ code: 'recording-missing' });
  });

  it('that failed leave the one before them', async () => {
    const { session, recordings } = open();
    recordings.start(session, start('r-1', 'message'));
    recordings.onEvent(done('r-1'));
    recordings.start(session, start('r-2', 'message'));
    recordings.onEvent(done('r-2', 'failed'));
    expect(await recordings.path('message')).toBe('/data/r-1.wav');
  });

  it('that do not exist or failed cannot be played', async () => {
    const { session, recordings } = open();
    await expect(recordings.path('message')).rejects.toMatchObject({ code: 'recording-missing' });
    recordings.start(session, start('r-1', 'message'));
    recordings.stop(session, 'r-1');
    const waiting = expect(recordings.path('message')).rejects.toMatchObject({ code: 'recording-missing' });
    recordings.giveUp('the session failed');
    await waiting;
  });

  it('are given up all at once, those that are open only', () => {
    const { told, session, recordings } = open();
    recordings.start(session, start('r-1'));
    recordings.start(session, start('r-2'));
    recordings.onEvent(done('r-1'));
    recordings.giveUp('gone');
    expect(told.filter(({ type }) => type === 'recording.failed')).toMatchObject([
      { recording: 'r-2', message: 'gone' },
    ]);
  });

  it('of a killed process go on in their files, behind a silence', () => {
    const { told, asked, session, recordings } = open();
    recordings.resume(session, start('r-1'), { startedAt: 0, gapMs: 700 });
    recordings.onEvent(done('r-1'));
    expect(asked).toEqual(['record r-1 /data/r-1.wav behind 700 ms']);
    expect(told.map(({ type }) => type)).toEqual(['recording.finished']);
  });

  it('of a killed process whose caller is gone are closed as they are, or given up when nothing is in them', async () => {
    const { told, recordings } = open(folder, async (path) =>
      path.includes('r-1') ? { durationMs: 900, bytes: 14_444 } : null,
    );
    recordings.resume(null, start('r-1'), { startedAt: 0, gapMs: 700 });
    recordings.resume(null, start('r-2'), { startedAt: 0, gapMs: 700 });
    await new Promise(setImmediate);
    expect(told).toMatchObject([
      { type: 'recording.finished', recording: 'r-1', durationMs: 900, why: 'ended' },
      { type: 'recording.failed', recording: 'r-2', code: 'recording-failed' },
    ]);
  });

  it('that were complete before a restart can still be played', async () => {
    const { recordings } = open();
    recordings.keep('r-1', 'message', '2026-01-01/r-1.wav');
    expect(await recordings.path('message')).toBe('/data/2026-01-01/r-1.wav');
  });
});
