import { describe, expect, it } from 'vitest';
import type { WorldEvent } from './event.ts';
import { createRecordings, type RecordingPlace } from './recordings.ts';

const start = (recording: string, tag: string | null = null) =>
  ({ type: 'record.start', recording, tag, channels: 'mixed', maxMs: 1000, silenceMs: null }) as const;
const done = (id: string, why: 'stopped' | 'silence' | 'max' | 'ended' | 'failed' = 'stopped', message?: string) =>
  ({ type: 'recorded', id, durationMs: 500, bytes: 8044, why, ...(message === undefined ? {} : { message }) }) as const;

function open(place: RecordingPlace = (recording) => ({ path: `/data/${recording}.wav`, file: `${recording}.wav` })) {
  const told: WorldEvent[] = [];
  const asked: string[] = [];
  const session = {
    record: (id: string, { file }: { file: string }) => asked.push(`record ${id} ${file}`),
    stopRecording: (id: string) => asked.push(`stop ${id}`),
  } as never;
  return { told, asked, session, recordings: createRecordings(place, (event) => told.push(event)) };
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
});
