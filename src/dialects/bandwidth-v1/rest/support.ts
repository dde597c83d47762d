// Owns: what of the REST interface of v1 is supported, as data: every endpoint of the vendor's that has to do with calls. The
// routes are compared with it by a test; docs/dialects/bandwidth-v1.md is made from it.
import type { Level, Support } from '../../bandwidth/support.ts';

export interface EndpointSupport extends Support {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  /** From below the user, or from below the version. */
  readonly path: string;
}

const of =
  (level: Level) =>
  (method: EndpointSupport['method'], path: string, note = ''): EndpointSupport => ({ level, method, path, note });
const yes = of('yes');
const part = of('part');
const no = of('no');

const users = '/v1/users/{userId}';
const engine = 'Where the server has a transcription engine, else 503. A recording has one transcription.';

export const endpoints: readonly EndpointSupport[] = [
  yes(
    'GET',
    `${users}/calls`,
    'With `from`, `to`, `fromDateTime`, `toDateTime`, `bridgeId`, `conferenceId`, `page`, `size`, `sortOrder`. The callback of a call that came in is shown only when the call is asked for.',
  ),
  part('POST', `${users}/calls`, '`recordingFileFormat` is always `wav`; any number may be shown as `from`.'),
  yes('GET', `${users}/calls/{callId}`),
  part(
    'POST',
    `${users}/calls/{callId}`,
    'All states; recording; `callbackUrl`; diversion; `whisperAudio`, once. `recordingFileFormat` is always `wav`.',
  ),
  part('POST', `${users}/calls/{callId}/audio`, '`volume` has no effect.'),
  yes('POST', `${users}/calls/{callId}/dtmf`),
  yes('POST', `${users}/calls/{callId}/gather`),
  yes('GET', `${users}/calls/{callId}/gather/{gatherId}`),
  yes('POST', `${users}/calls/{callId}/gather/{gatherId}`),
  yes('GET', `${users}/calls/{callId}/events`),
  yes('GET', `${users}/calls/{callId}/events/{eventId}`),
  yes('GET', `${users}/calls/{callId}/recordings`),
  yes('GET', `${users}/calls/{callId}/transcriptions`),
  yes('GET', `${users}/recordings`),
  yes('GET', `${users}/recordings/{recordingId}`),
  part('POST', `${users}/recordings/{recordingId}/transcriptions`, engine),
  yes('GET', `${users}/recordings/{recordingId}/transcriptions`),
  yes('GET', `${users}/recordings/{recordingId}/transcriptions/{transcriptionId}`),
  yes('GET', `${users}/media`, 'Files, and the sounds of recordings.'),
  part('PUT', `${users}/media/{mediaName}`, 'At most 8 MB a file and 100 files.'),
  yes('GET', `${users}/media/{mediaName}`),
  yes('DELETE', `${users}/media/{mediaName}`),
  yes('GET', `${users}/bridges`),
  yes('POST', `${users}/bridges`),
  yes('GET', `${users}/bridges/{bridgeId}`),
  yes('POST', `${users}/bridges/{bridgeId}`),
  yes('POST', `${users}/bridges/{bridgeId}/audio`),
  yes('GET', `${users}/bridges/{bridgeId}/calls`),
  part(
    'POST',
    `${users}/conferences`,
    'Keys are not interpreted: with either `profile` they are told as `dtmf` events of the call.',
  ),
  yes('GET', `${users}/conferences/{conferenceId}`),
  part(
    'POST',
    `${users}/conferences/{conferenceId}`,
    'A callback that is changed is kept and shown, and told nothing: events go to the first one.',
  ),
  yes('POST', `${users}/conferences/{conferenceId}/audio`),
  yes('POST', `${users}/conferences/{conferenceId}/members`, 'Any active call of the account.'),
  yes('GET', `${users}/conferences/{conferenceId}/members`),
  yes('GET', `${users}/conferences/{conferenceId}/members/{memberId}`),
  yes('POST', `${users}/conferences/{conferenceId}/members/{memberId}`),
  yes('POST', `${users}/conferences/{conferenceId}/members/{memberId}/audio`),
  yes('GET', `${users}/applications`, 'Those of the configuration, too.'),
  part('POST', `${users}/applications`, 'What is said of messages is kept, and has no effect.'),
  yes('GET', `${users}/applications/{applicationId}`),
  part('POST', `${users}/applications/{applicationId}`, 'One of the configuration cannot be changed.'),
  part('DELETE', `${users}/applications/{applicationId}`, 'One of the configuration cannot be deleted.'),
  yes('GET', `${users}/phoneNumbers`),
  part(
    'POST',
    `${users}/phoneNumbers`,
    'A number that your provider gave you. `fallbackNumber` is called when its application is one that was made over REST.',
  ),
  yes('GET', `${users}/phoneNumbers/{number}`, 'By id or number.'),
  part('POST', `${users}/phoneNumbers/{number}`, 'As when it is created.'),
  part('DELETE', `${users}/phoneNumbers/{number}`, 'One of the configuration cannot be deleted.'),
  no('GET', '/v1/availableNumbers/{kind}', '404. There is nobody here to buy numbers of.'),
  no('POST', '/v1/availableNumbers/{kind}', '404. As when they are searched.'),
  no('GET', '/v1/phoneNumbers/numberInfo/{number}', '404. Names of callers (CNAM) are not known.'),
  yes('GET', `${users}/domains`),
  part('POST', `${users}/domains`, 'A name for a group of phones: the server has one SIP domain.'),
  yes('DELETE', `${users}/domains/{domainId}`),
  yes('GET', `${users}/domains/{domainId}/endpoints`),
  part(
    'POST',
    `${users}/domains/{domainId}/endpoints`,
    'A phone that may register, by the name of the endpoint; what it calls is up to the numbers.',
  ),
  yes('GET', `${users}/domains/{domainId}/endpoints/{endpointId}`),
  yes('POST', `${users}/domains/{domainId}/endpoints/{endpointId}`),
  yes('DELETE', `${users}/domains/{domainId}/endpoints/{endpointId}`),
  no('POST', `${users}/domains/{domainId}/endpoints/{endpointId}/tokens`, '503. Phones register with their password.'),
  part(
    'GET',
    `${users}/errors`,
    'The newest 500 requests that were refused. What happens on a call stands in its events.',
  ),
  yes('GET', `${users}/errors/{errorId}`),
];

export const leftOut = 'Not there: `account`, `account/transactions`, and everything of messages.';
