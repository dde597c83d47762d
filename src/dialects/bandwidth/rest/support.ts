// Owns: what of the REST interface of Programmable Voice (v2) is supported, as data: the endpoints, what a call may be asked
// for with, and what was decided where the vendor's pages say nothing. The support page prints it; face.ts has a route for
// each endpoint, no more.
import type { Decision } from '../decisions.ts';
import type { Support } from '../support.ts';

const yes = (note: string): Support => ({ level: 'yes', note });
const part = (note: string): Support => ({ level: 'part', note });

/** Below `/api/v2/accounts/{accountId}`. */
export const endpoints = {
  'POST /calls': yes('201 with `Location`. The fields stand below.'),
  'GET /calls': yes(
    'The oldest first, in pages of `pageSize` (1000, at most 10,000), with `Link` to the next; a page looks at no more than 1000 calls. All filters.',
  ),
  'GET /calls/{call}': yes('At once, for as long as the server keeps the call.'),
  'POST /calls/{call}': yes('`completed` at any time before the end; `active` with `redirectUrl` once it is answered.'),
  'PUT /calls/{call}/bxml': yes(
    '204; what is wrong with the document is told with line and column, and changes nothing.',
  ),
  'PUT /calls/{call}/recording': yes('`paused` and `recording`; 404 when no recording runs.'),
  'GET /calls/{call}/recordings': yes('The oldest first; one that still runs is `processing`.'),
  'GET /calls/{call}/recordings/{recording}': yes('Also of one whose sound was deleted.'),
  'DELETE /calls/{call}/recordings/{recording}': yes('204.'),
  'GET /calls/{call}/recordings/{recording}/media': yes('`audio/vnd.wave`.'),
  'DELETE /calls/{call}/recordings/{recording}/media': yes('204; its status is then `deleted`.'),
  'POST /calls/{call}/recordings/{recording}/transcription': yes(
    '204; asked anew, it takes the place of the one before. 403 `authorization-error` without a transcription engine.',
  ),
  'GET /calls/{call}/recordings/{recording}/transcription': yes(
    'Each channel is a speaker. 404 while there is none; `confidence` where the engine tells one.',
  ),
  'DELETE /calls/{call}/recordings/{recording}/transcription': yes('204; one that is under way is given up.'),
  'GET /calls/{call}/transcriptions': yes('Of StartTranscription; those that are over.'),
  'GET /calls/{call}/transcriptions/{transcription}': yes(
    'Once it is over; `detectedLanguage` where it is one of the three that the vendor knows.',
  ),
  'DELETE /calls/{call}/transcriptions/{transcription}': yes('200.'),
  'GET /recordings': yes('Of calls; at most 1000. All filters.'),
  'GET /conferences': yes('The newest first, in pages, without members.'),
  'GET /conferences/{conference}': yes('With its members.'),
  'POST /conferences/{conference}': yes(
    '`completed` ends it and its calls go on; `active` with `redirectUrl` asks for a document.',
  ),
  'PUT /conferences/{conference}/bxml': yes('Queued behind what it plays.'),
  'GET /conferences/{conference}/members/{member}': yes('`member` is the id of the call.'),
  'PUT /conferences/{conference}/members/{member}': yes(
    '`mute`, `hold`, `callIdsToCoach`; an empty list ends the coaching.',
  ),
  'GET /conferences/{conference}/recordings': yes('The oldest first.'),
  'GET /conferences/{conference}/recordings/{recording}': yes('One channel.'),
  'GET /conferences/{conference}/recordings/{recording}/media': yes('`audio/vnd.wave`.'),
  'GET /statistics': yes('How many calls wait for their turn, and how many may.'),
} as const satisfies Record<string, Support>;

/** What a call may be asked for with: the body of `POST /calls`. */
export const orderFields = {
  to: yes('Required. A number, or a SIP address. A number is a phone of this server, or goes to the first trunk.'),
  from: yes('Required. A number; whether it is yours is for the trunk to say.'),
  applicationId: yes('Required. The name of an app with `dialect: bandwidth`, or the id that webhooks tell.'),
  answerUrl: yes('Required. Asked when the call is answered, with event `answer`.'),
  answerMethod: yes('`POST` or `GET`.'),
  answerFallbackUrl: yes('Asked when `answerUrl` fails.'),
  answerFallbackMethod: yes('`POST` or `GET`.'),
  disconnectUrl: yes('Told with event `disconnect`; without it nobody is.'),
  disconnectMethod: yes('`POST` or `GET`.'),
  username: yes('For `answerUrl` and `disconnectUrl`, after a Basic challenge, over http too.'),
  password: yes('Shown as `*****`.'),
  fallbackUsername: yes('As `username`, for the fallback.'),
  fallbackPassword: yes('As `password`, for the fallback.'),
  callTimeout: yes('30. Seconds from when it is its turn, 1 to 300, with decimals.'),
  callbackTimeout: yes('15. Seconds, 1 to 25, with decimals. Of every webhook of the call.'),
  machineDetection: part(
    'By how long the other side speaks, with every threshold of the vendor; no words and no beep are recognised: `tone-detected` is never told.',
  ),
  priority: yes('5. Of those that wait for their turn, 1 goes first.'),
  tag: yes('At most 4096 characters.'),
  displayName: yes('At most 256 characters; with `privacy` only Restricted, Anonymous, Private and Unavailable.'),
  privacy: yes('A header `Privacy: user;id`, with which the trunk hides the number.'),
  uui: yes('User-to-User headers; at most 350 characters.'),
} as const satisfies Record<string, Support>;

export const restDecisions: readonly Decision[] = [
  {
    about: 'REST: how long calls are known',
    decision: 'For as long as this server keeps them, not for 7 days.',
    reason: 'Whoever runs the server decides what is kept.',
  },
  {
    about: 'REST: which calls',
    decision: 'Those of apps with `dialect: bandwidth` of the account. Others are not found.',
    reason: 'BXML cannot be run on a call whose webhooks are in other words.',
  },
  {
    about: 'REST: legs that a document dials',
    decision:
      'Have a `callId` in `transferAnswer` and `transferDisconnect`, but are no calls: they are not found, and `parentCallId` of a call is null.',
    reason: 'Here a leg belongs to the call that dialled it, and ends with it.',
  },
  {
    about: 'REST: numbers',
    decision: 'Short numbers and numbers without `+` are called too. Numbers and booleans in bodies may be strings.',
    reason: 'Phones of this server have short numbers; clients write both.',
  },
  {
    about: 'REST: what a call that was asked for answers with nothing',
    decision: 'An empty answer to `answer` hangs up, as `<Response/>` does.',
    reason: 'Not documented.',
  },
  {
    about: 'REST: BXML with relative addresses',
    decision:
      'Resolved against the document that runs; in that of a conference against its `conferenceEventUrl`. Without one, only whole addresses.',
    reason: 'Not documented; it is what the application that answered expects.',
  },
  {
    about: 'REST: 409',
    decision:
      'A call that is over, and one that is not answered when a document is given to it. Over conferences and pauses of recordings there is 404.',
    reason: 'The vendor has the first; its other operations never answer 409.',
  },
  {
    about: 'REST: what has no value',
    decision: '`startTime` of a call in the queue and `stirShaken` are left out; other times and causes are null.',
    reason: "The vendor's older client refuses null for these two.",
  },
  {
    about: 'REST: state of a call',
    decision: '`queued`, `initiated`, `answered`, `disconnected`.',
    reason: 'The list is open.',
  },
  {
    about: 'REST: who hides the caller',
    decision: 'The number stays in From. The trunk, which must know who calls, hides it because of the header.',
    reason: 'A call without a number is refused by most trunks.',
  },
  {
    about: 'REST: the older client',
    decision: 'BXML as a JSON string, and `PAUSED` in capitals, are taken: `@bandwidth/voice` writes them so.',
    reason: 'Its calls work with the vendor.',
  },
  {
    about: 'Transcriptions: whose words',
    decision:
      'A speaker is a channel: 0 is the caller, 1 what the caller hears. A recording of one channel has one speaker. `detectLanguage` takes any language that the engine knows; without it the language is `transcription.language`.',
    reason: 'The vendor knows three languages and separates two speakers by their channels.',
  },
  {
    about: 'Transcriptions: what is told',
    decision:
      '`transcriptionAvailable` also when there will be none: `status` is `error`, or `file-size-too-small` under 500 ms. It is told again until it is taken, for three days, unlike other webhooks. Without `transcriptionAvailableUrl` nobody is told.',
    reason: 'It comes behind the call, and an engine may take minutes; nobody can ask for it in vain for ever.',
  },
  {
    about: 'Transcriptions: deleted sound',
    decision: 'The words stay when only the sound of a recording is deleted, and go with the recording.',
    reason: 'The vendor deletes each by itself.',
  },
  {
    about: 'Transcriptions: of a live call',
    decision:
      'A sentence is told when the speaker pauses for 700 ms or has spoken for 20 s, and never changes. `realTimeTranscriptionStarted` and `…Stopped` are told without a `destination`, too. `language` is left out when it is none of the three that the vendor names.',
    reason: 'Engines of the protocol hear whole files. Applications are seen to expect all three events.',
  },
  {
    about: 'Transcriptions: in a conference',
    decision: '`transcribe` has no effect there.',
    reason: 'Documented.',
  },
  {
    about: 'REST: limits',
    decision:
      'A body has at most 64 KB. 429 with `Retry-After` when as many calls wait as may, and when the server takes no more; how many begin in a second is `limits.callsPerSecond`.',
    reason: "The vendor's limits are of its accounts.",
  },
];
