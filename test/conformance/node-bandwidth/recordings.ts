// Recordings over REST, and what was said in them.
import { describe, expect, it } from 'vitest';
import { openApplication, startCallee, startRig, type Told } from './rig.ts';
import { call, open, refused, time } from './stage.ts';

export function testRecordings(): void {
  describe('a call', () => {
    it('is recorded, and its recording can be fetched', async () => {
      const stage = await open();
      const { client, application, baseUrl, userId } = stage;
      const { id, phone } = await call(stage);
      await client['Call']!['setMaxRecordingDuration']!(id, 60);
      await client['Call']!['enableRecording']!(id);
      expect(await client['Call']!['get']!(id)).toMatchObject({ recordingEnabled: true, recordingMaxDuration: 60 });
      await phone.press([{ speakMs: 500 }]);
      const [running] = await client['Call']!['getRecordings']!<readonly Told[]>(id);
      expect(running).toMatchObject({ state: 'recording', startTime: time });
      expect(await client['Recording']!['get']!(running!['id'])).toEqual(running);
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
      expect(await refused(client['Recording']!['createTranscription']!(recordingId))).toMatchObject({
        statusCode: 503,
      });
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
  });
}
