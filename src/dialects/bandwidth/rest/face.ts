// Owns: the table of the REST interface of Programmable Voice (v2), as api/ mounts it, and the vendor's words for what goes
// wrong before a route answers. The support page is made from `endpoints`.
import type { RestFace, RestReply, RestRequest, RestRoute, Voice } from '../../rest.ts';
import { getCall, listCalls, updateCall, updateCallBxml, updateRecordingState } from './calls.ts';
import * as conferences from './conferences.ts';
import { createCall } from './create-call.ts';
import * as recordings from './recordings.ts';
import { Refusal, replyToFault } from './reply.ts';
import { getStatistics } from './statistics.ts';
import * as transcriptions from './transcriptions.ts';

const prefix = '/api/v2/accounts/:account';
type Answer = (request: RestRequest, voice: Voice) => RestReply | Promise<RestReply>;
type Endpoint = readonly [RestRoute['method'], path: string, Answer];

const endpoints: readonly Endpoint[] = [
  ['POST', '/calls', createCall],
  ['GET', '/calls', listCalls],
  ['GET', '/calls/:call', getCall],
  ['POST', '/calls/:call', updateCall],
  ['PUT', '/calls/:call/bxml', updateCallBxml],
  ['PUT', '/calls/:call/recording', updateRecordingState],
  ['GET', '/calls/:call/recordings', recordings.listCallRecordings],
  ['GET', '/calls/:call/recordings/:recording', recordings.getRecording],
  ['DELETE', '/calls/:call/recordings/:recording', recordings.deleteRecording],
  ['GET', '/calls/:call/recordings/:recording/media', recordings.getRecordingMedia],
  ['DELETE', '/calls/:call/recordings/:recording/media', recordings.deleteRecordingMedia],
  ['POST', '/calls/:call/recordings/:recording/transcription', transcriptions.transcribeRecording],
  ['GET', '/calls/:call/recordings/:recording/transcription', transcriptions.getTranscription],
  ['DELETE', '/calls/:call/recordings/:recording/transcription', transcriptions.deleteTranscription],
  ['GET', '/calls/:call/transcriptions', transcriptions.listTranscriptions],
  ['GET', '/calls/:call/transcriptions/:transcription', transcriptions.getLiveTranscription],
  ['DELETE', '/calls/:call/transcriptions/:transcription', transcriptions.deleteLiveTranscription],
  ['GET', '/recordings', recordings.listRecordings],
  ['GET', '/conferences', conferences.listConferences],
  ['GET', '/conferences/:conference', conferences.getConference],
  ['POST', '/conferences/:conference', conferences.updateConference],
  ['PUT', '/conferences/:conference/bxml', conferences.updateConferenceBxml],
  ['GET', '/conferences/:conference/members/:member', conferences.getMember],
  ['PUT', '/conferences/:conference/members/:member', conferences.updateMember],
  ['GET', '/conferences/:conference/recordings', conferences.listConferenceRecordings],
  ['GET', '/conferences/:conference/recordings/:recording', conferences.getConferenceRecording],
  ['GET', '/conferences/:conference/recordings/:recording/media', conferences.getConferenceRecordingMedia],
  ['GET', '/statistics', getStatistics],
];

export const bandwidthRest: RestFace = {
  dialect: 'bandwidth',
  prefix: '/api/v2',
  routes: endpoints.map(([method, path, answer]) => ({
    method,
    path: `${prefix}${path}`,
    async answer(request, voice) {
      try {
        return await answer(request, voice);
      } catch (error) {
        if (error instanceof Refusal) return error.reply;
        throw error;
      }
    },
  })),
  fault: (fault) => replyToFault(fault),
};
