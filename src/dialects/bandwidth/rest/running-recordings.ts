// Owns: recordings of a live call that are not over yet: which there are, and how they are told, with the status `processing`.
import type { CallRecord, Voice } from '../../rest.ts';
import { applicationIdOf, callIdOf, recordingIdOf } from '../call-id.ts';

export interface RunningRecording {
  readonly id: string;
  readonly channels: 1 | 2;
  readonly startedAt: string;
}

/** From the tape; none of a call that is over. */
export async function runningRecordings(call: CallRecord, voice: Voice): Promise<readonly RunningRecording[]> {
  const open = new Map<string, RunningRecording>();
  for (const { at, event } of call.endedAt === null ? await voice.tape(call.id) : []) {
    if (event.type === 'recording.finished' || event.type === 'recording.failed') open.delete(event.recording);
    if (event.type !== 'recording.started') continue;
    const channels = event.channels === 'one-each' ? 2 : 1;
    open.set(event.recording, { id: event.recording, channels, startedAt: new Date(at).toISOString() });
  }
  return [...open.values()];
}

/** How long it is and where its sound is, nobody knows yet. */
export function viewRunning({ id, channels, startedAt }: RunningRecording, call: CallRecord, voice: Voice) {
  return {
    applicationId: applicationIdOf(call.app),
    callId: callIdOf(call.id),
    to: call.to,
    from: call.from,
    direction: call.direction,
    accountId: voice.account,
    recordingId: recordingIdOf(call.id, id),
    channels,
    startTime: startedAt,
    fileFormat: 'wav',
    status: 'processing',
    transcription: { status: 'none' },
  };
}
