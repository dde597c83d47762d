// What a run wants written down: recordings, and what is said while it is said.
import { describe, expect, it } from 'vitest';
import type { WorldEvent } from '../call/event.ts';
import * as build from '../flow/build.ts';
import type { Report } from '../flow/report.ts';
import { type RunRig, startRun } from './run-rig.ts';

const notify = build.destination('http://app.test/words', { extra: { tag: '{{tag}}' } });
const reports = (rig: RunRig): readonly Report[] => rig.all('application.notify').map(({ report }) => report);
const finished = (recording: string): WorldEvent => ({
  ...{ type: 'recording.finished' as const, recording, tag: null, durationMs: 900, bytes: 1, file: 'f' },
  why: 'ended',
});

describe('a recording that is to be put into words', () => {
  const started = { type: 'recording.started', recording: 'recording-1', tag: null, channels: 'mixed' } as const;

  it('is ordered once its file is complete, with what its webhook knows then', () => {
    const record = build.record('start', { transcribe: { detectLanguage: true, notify } });
    const rig = startRun([record, build.set('tag', 'late'), build.park()]);
    rig.put(started);
    expect(reports(rig)).toEqual([]);
    rig.put(finished('recording-1'));
    expect(reports(rig)).toMatchObject([
      {
        ...{ kind: 'transcribe', recordingId: 'recording-1', detectLanguage: true, destination: { url: '' } },
        notify: { url: 'http://app.test/words', extra: { tag: 'late' } },
      },
    ]);
  });

  it('keeps the call that it was made in until the order is kept', () => {
    const rig = startRun([
      build.record('start', { transcribe: { detectLanguage: false, notify: null } }),
      build.park(),
    ]);
    rig.put(started);
    rig.hangUp();
    rig.put(finished('recording-1'));
    expect(reports(rig)).toMatchObject([{ kind: 'transcribe', notify: null }]);
    expect(rig.over).toBe(false);
    rig.put({ type: 'notice.told', notice: 'notice-1', httpStatus: 202 });
    expect(rig.over).toBe(true);
  });
});

describe('what is said on a call', () => {
  const words = (name: string, more: Parameters<typeof build.stream>[2] = {}) =>
    build.stream(name, '', { transcribe: true, notify, ...more });

  it('is a stream whose last webhook is known from its beginning', () => {
    const rig = startRun([build.set('tag', 't'), words('a'), build.park()]);
    expect(rig.last('stream.start')).toMatchObject({ transcribe: true, name: 'a', notify: { extra: { tag: 't' } } });
    rig.put({ type: 'stream.started', stream: 'stream-1' });
    rig.put({ type: 'stream.ended', stream: 'stream-1', cause: 'closed', message: 'ended' });
    expect(reports(rig)).toMatchObject([
      { kind: 'stream', transcribe: true, status: 'started' },
      { kind: 'stream', transcribe: true, status: 'stopped', cause: 'closed' },
    ]);
  });

  it('has names and tracks of its own, beside those of streams', () => {
    const audio = build.stream('a', 'wss://app.test/', { tracks: 'both' });
    const both = { tracks: 'both' } as const;
    const rig = startRun([audio, words('a', both), words('a'), words('b', both), words('c'), build.park()]);
    expect(rig.all('stream.start')).toHaveLength(3);
    expect(reports(rig)).toMatchObject([
      { status: 'rejected', cause: 'duplicate' },
      { status: 'rejected', cause: 'track-limit' },
    ]);
  });

  it('ends by name, or all at once, and leaves streams alone', () => {
    const end = (name: string) => build.endStream(name, { transcribe: true });
    const audio = build.stream('a', 'wss://app.test/');
    const rig = startRun([audio, words('a'), words('b'), end('a'), end(''), build.park()]);
    expect(rig.all('stream.stop').map(({ stream }) => stream)).toEqual(['stream-2', 'stream-2', 'stream-3']);
  });
});
