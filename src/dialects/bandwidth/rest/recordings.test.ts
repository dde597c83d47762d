import { describe, expect, it } from 'vitest';
import type { RecordingRecord } from '../../rest.ts';
import { callIdOf, recordingIdOf } from '../call-id.ts';
import { account, application, base, callRecord, createRig, ownId, startedAt, tapeOf } from './voice-rig.ts';

const callId = callIdOf(ownId(1));
const recording = (id: string, fields: Partial<RecordingRecord> = {}): RecordingRecord => ({
  id,
  call: ownId(1),
  tag: null,
  durationMs: 13_670,
  bytes: 100,
  channels: 'mixed',
  startedAt: '2030-01-02T03:04:08.000Z',
  ...fields,
});
const recordingId = recordingIdOf(ownId(1), 'recording-1');
const one = `/calls/${callId}/recordings/${recordingId}`;

function rigWithRecordings() {
  const rig = createRig();
  rig.calls.push(callRecord(1), callRecord(2, { from: '+1666' }), callRecord(3, { app: 'other' }));
  rig.recordings.push(
    recording('recording-1'),
    recording('recording-2', { channels: 'one-each', startedAt: '2030-01-02T03:04:30.000Z' }),
    recording('recording-1', { call: ownId(2), startedAt: '2031-01-02T03:04:30.000Z' }),
    recording('recording-1', { call: ownId(3) }),
  );
  return rig;
}

describe('recordings of a call', () => {
  it('are told with their sound and length', async () => {
    const rig = rigWithRecordings();
    const told = {
      applicationId: application,
      accountId: account,
      callId,
      recordingId,
      to: '+15553334444',
      from: '+15551112222',
      direction: 'outbound',
      duration: 'PT13.67S',
      channels: 1,
      startTime: '2030-01-02T03:04:08.000Z',
      endTime: '2030-01-02T03:04:21.670Z',
      fileFormat: 'wav',
      status: 'complete',
      mediaUrl: `${base}${one}/media`,
      transcription: { status: 'none' },
    };
    const list = await rig.ask('GET', `/calls/${callId}/recordings`);
    expect(list.status).toBe(200);
    expect(list.body).toMatchObject([told, { channels: 2, recordingId: recordingIdOf(ownId(1), 'recording-2') }]);
    expect(list.body).toHaveLength(2);
    expect((await rig.ask('GET', one)).body).toEqual(told);
  });

  it('that still run are told without length and sound', async () => {
    const rig = rigWithRecordings();
    rig.tapes.set(
      ownId(1),
      tapeOf({ type: 'recording.started', recording: 'recording-9', tag: null, channels: 'one-each' }),
    );
    const id = recordingIdOf(ownId(1), 'recording-9');
    const { body } = await rig.ask('GET', `/calls/${callId}/recordings/${id}`);
    expect(body).toMatchObject({ recordingId: id, callId, status: 'processing', channels: 2, startTime: startedAt });
    for (const name of ['duration', 'endTime', 'mediaUrl']) expect(body).not.toHaveProperty(name);
    expect((await rig.ask('GET', `/calls/${callId}/recordings`)).body).toHaveLength(3);
    expect((await rig.ask('GET', `/calls/${callId}/recordings/${id}/media`)).status).toBe(404);
  });

  it('have their sound beside them', async () => {
    const { status, headers, body } = await rigWithRecordings().ask('GET', `${one}/media`);
    expect([status, headers, body]).toEqual([200, { 'Content-Type': 'audio/vnd.wave', 'Content-Length': '4' }, 'RIFF']);
  });

  it('are remembered as deleted when only their sound is, and then forgotten', async () => {
    const rig = rigWithRecordings();
    expect(await rig.ask('DELETE', `${one}/media`)).toMatchObject({ status: 204, body: null });
    const { body } = await rig.ask('GET', one);
    expect(body).toMatchObject({ recordingId, status: 'deleted', duration: 'PT13.67S' });
    expect(body).not.toHaveProperty('mediaUrl');
    expect((await rig.ask('GET', `/calls/${callId}/recordings`)).body).toHaveLength(2);
    expect((await rig.ask('GET', `${one}/media`)).status).toBe(404);
    expect((await rig.ask('DELETE', `${one}/media`)).status).toBe(404);
    expect((await rig.ask('DELETE', one)).status).toBe(204);
    expect((await rig.ask('GET', one)).status).toBe(404);
  });

  it('are deleted whole', async () => {
    const rig = rigWithRecordings();
    expect(await rig.ask('DELETE', one)).toMatchObject({ status: 204, body: null });
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await rig.ask(method, one);
      expect([status, body.description]).toEqual([404, `Recording [${recordingId}] not found`]);
    }
    expect(rig.recordings).toHaveLength(3);
  });

  it('of another call are not found', async () => {
    const rig = rigWithRecordings();
    expect((await rig.ask('GET', `/calls/${callIdOf(ownId(2))}/recordings/${recordingId}`)).status).toBe(404);
    expect((await rig.ask('GET', `/calls/${callIdOf(ownId(9))}/recordings`)).status).toBe(404);
  });
});

describe('GET /recordings', () => {
  it('tells all of the account that this dialect knows, the oldest first, by number and time', async () => {
    const rig = rigWithRecordings();
    const found = async (query: string) =>
      (await rig.ask('GET', `/recordings${query}`)).body.map(
        ({ callId: call, channels }: { callId: string; channels: number }) => `${call === callId ? 1 : 2} ${channels}`,
      );
    expect(await found('')).toEqual(['1 1', '1 2', '2 1']);
    expect(await found('?from=%2B1666')).toEqual(['2 1']);
    expect(await found('?to=%2B1666')).toEqual([]);
    expect(await found('?minStartTime=2030-01-02T03:04:20Z&maxStartTime=2030-12-31')).toEqual(['1 2']);
  });
});

describe('transcriptions, for which there is no engine', () => {
  it('are refused as what the account may not have, once the request is right', async () => {
    const rig = rigWithRecordings();
    const path = `${one}/transcription`;
    const { status, body } = await rig.ask('POST', path, { callbackUrl: 'https://app.test/t', callbackTimeout: '5' });
    expect([status, body.type]).toEqual([403, 'authorization-error']);
    expect((await rig.ask('POST', path, { callbackTimeout: 26 })).body.description).toBe(
      '`callbackTimeout` must be within the range [`1`, `25`], but was `26`',
    );
    expect((await rig.ask('GET', path)).status).toBe(404);
    expect((await rig.ask('DELETE', path)).status).toBe(404);
    expect((await rig.ask('POST', `/calls/${callId}/recordings/r-1/transcription`, {})).body.description).toBe(
      'Recording [r-1] not found',
    );
  });

  it('of a live call are none', async () => {
    const rig = rigWithRecordings();
    expect(await rig.ask('GET', `/calls/${callId}/transcriptions`)).toMatchObject({ status: 200, body: [] });
    expect((await rig.ask('GET', `/calls/${callId}/transcriptions/t-1`)).body.description).toBe(
      'Transcription [t-1] not found',
    );
    expect((await rig.ask('DELETE', `/calls/${callId}/transcriptions/t-1`)).status).toBe(404);
    expect((await rig.ask('GET', '/calls/c-1/transcriptions')).status).toBe(404);
  });
});
