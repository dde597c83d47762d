// Owns: what of Bandwidth's BXML (Programmable Voice, v2) is supported, as data. The compiler knows an element or attribute
// only if it stands here; docs/dialects/bandwidth.md is made from it (scripts/make-support-table.ts).
// Does not: describe BXML of v1 (Catapult); that is another dialect.

export type Level = 'yes' | 'part' | 'no';
export interface Support {
  readonly level: Level;
  readonly note: string;
}
export interface AttributeSupport extends Support {
  readonly byDefault: string;
  /** The document is refused when it stands there: without its effect the call would be another one. */
  readonly refuses?: true;
}
export interface VerbSupport extends Support {
  /** Where the element may stand: a verb of a document, or inside the named elements only. */
  readonly inside: 'document' | readonly string[];
  readonly content: string;
  readonly attributes: Readonly<Record<string, AttributeSupport>>;
}

const yes = (byDefault: string, note: string): AttributeSupport => ({ level: 'yes', byDefault, note });
const part = (byDefault: string, note: string): AttributeSupport => ({ level: 'part', byDefault, note });
const notYet = (note: string, content = '–', inside: VerbSupport['inside'] = 'document'): VerbSupport => ({
  level: 'no',
  inside,
  content,
  note,
  attributes: {},
});

const method = yes('`POST`', '`POST` or `GET`.');
const tag = yes('–', 'Sent with every webhook from here on, at most 256 characters; empty clears it.');
const credentials = {
  username: yes('–', 'With `password`: sent only after the application answered 401 with a Basic challenge.'),
  password: yes('–', 'Never on the tape readably, nor in a log or an error.'),
} as const;
const fallbackCredentials = {
  fallbackUsername: yes('–', 'As `username`, for the fallback URL.'),
  fallbackPassword: yes('–', 'As `password`, for the fallback URL.'),
} as const;
const diversion = {
  diversionTreatment: yes(
    '`none`',
    '`propagate`: the Diversion header that the call came in with is sent on. `stack`: with one for the number that was called before it.',
  ),
  diversionReason: yes('`unknown`', 'Stands in the header of `stack`.'),
} as const;
const uui = yes('–', 'User-to-User headers, each value with its encoding, 256 characters in all.');
const wavOnly = part('`wav`', '`mp3` is recorded as WAV, and told as `wav`.');
const available = {
  recordingAvailableUrl: yes('–', 'Told when the file is complete; the answer is ignored.'),
  recordingAvailableMethod: method,
  transcribe: part(
    '`false`',
    'By the engine that is configured as `transcription`; without one it has no effect, and the log says so.',
  ),
  detectLanguage: yes('`false`', '`true`: whichever it is; else it is `transcription.language`.'),
  transcriptionAvailableUrl: yes(
    '–',
    'Told with event `transcriptionAvailable` when it is there or will not be, also after the call; the answer is ignored.',
  ),
  transcriptionAvailableMethod: method,
} as const;

export const verbs = {
  Gather: {
    level: 'yes',
    inside: 'document',
    content: 'SpeakSentence and PlayAudio, at most 20',
    note: 'Collects keys. With `gatherUrl` the application is always told, and no verb behind it runs.',
    attributes: {
      gatherUrl: yes('–', 'Told with event `gather`; its answer is the next document.'),
      gatherMethod: method,
      gatherFallbackUrl: yes('–', 'Asked when `gatherUrl` fails.'),
      gatherFallbackMethod: method,
      ...credentials,
      ...fallbackCredentials,
      tag,
      terminatingDigits: yes('none', 'Keys, each of which ends the entry. Told apart from the digits.'),
      maxDigits: yes('50', 'From 1 to 50.'),
      interDigitTimeout: yes('5', 'Seconds from each key to the next, 1 to 60, with decimals.'),
      firstDigitTimeout: yes('5', 'Seconds from the end of the prompts to the first key, 0 to 60, with decimals.'),
      repeatCount: yes('1', 'How often the prompts are played while nothing is keyed; times the prompts at most 20.'),
      sensitive: yes(
        '`false`',
        "Ours, not the vendor's. `true`: the keys are a secret. They reach `gatherUrl` and nothing else: no log, tape, API or recording.",
      ),
    },
  },
  SpeakSentence: {
    level: 'part',
    inside: 'document',
    content: 'text, or SSML',
    note: 'Speaks a text with a voice of the installed engine. What of SSML is heard stands under decisions.',
    attributes: {
      voice: part('`susan`', "The vendor's 29 names choose language and gender; the voice is the engine's own."),
      gender: yes('`female`', '`female` or `male`, as far as the installed engine has both.'),
      locale: yes('`en_US`', 'A language, `en_US` or `en-US`.'),
    },
  },
  PlayAudio: {
    level: 'yes',
    inside: 'document',
    content: 'the address, which may be relative',
    note: 'Plays a WAV or MP3 file. One that cannot be played is passed over.',
    attributes: {
      username: yes('–', 'With `password`: sent with the request for this file, to the origin of its address only.'),
      password: yes('–', 'Never on the tape readably, nor in a log or an error.'),
    },
  },
  Pause: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Waits, answered.',
    attributes: { duration: yes('1', 'Seconds, 0.1 to 86400, with decimals.') },
  },
  Ring: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'The caller hears it ring.',
    attributes: {
      duration: yes('5', 'Seconds, 0.1 to 86400, with decimals.'),
      answerCall: yes('`true`', "`false`: a call that is not answered stays so, and the caller's own phone rings."),
    },
  },
  SendDtmf: {
    level: 'yes',
    inside: 'document',
    content: 'keys, at most 50: `0-9 * # A-D`, and the pauses `,` `w` (0.5 s) and `W` (1 s)',
    note: 'Sends keys to the caller. A pause takes the place of the interval.',
    attributes: {
      toneDuration: yes('200', 'Milliseconds of each tone, 50 to 5000.'),
      toneInterval: yes('400', 'Milliseconds between two tones, 50 to 5000.'),
    },
  },
  Record: {
    level: 'part',
    inside: 'document',
    content: 'nothing',
    note: 'Records the caller until a key, silence or the longest duration.',
    attributes: {
      recordCompleteUrl: yes(
        '–',
        'Told with event `recordComplete` while the call is up; its answer is the next document.',
      ),
      recordCompleteMethod: method,
      recordCompleteFallbackUrl: yes('–', 'Asked when `recordCompleteUrl` fails.'),
      recordCompleteFallbackMethod: method,
      ...available,
      ...credentials,
      ...fallbackCredentials,
      tag,
      terminatingDigits: yes('`#`', 'Keys, each of which ends the recording; empty for none.'),
      maxDuration: yes('60', 'Seconds, 1 to 10800.'),
      silenceTimeout: yes('0', 'Seconds of silence that end it; 0 for no such end.'),
      fileFormat: wavOnly,
    },
  },
  StartRecording: {
    level: 'part',
    inside: 'document',
    content: 'nothing',
    note: 'Records in the background. A second one while one runs is passed over.',
    attributes: {
      ...available,
      ...credentials,
      tag,
      fileFormat: wavOnly,
      multiChannel: yes('`false`', '`true`: one channel for the caller, one for what the caller hears.'),
    },
  },
  StopRecording: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Ends what StartRecording began; nothing happens when there is none.',
    attributes: {},
  },
  PauseRecording: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'What is heard until ResumeRecording is not in the recording, nor in its length; nothing happens when none runs.',
    attributes: {},
  },
  ResumeRecording: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Goes on with a recording that PauseRecording interrupted; nothing happens when there is none.',
    attributes: {},
  },
  Transfer: {
    level: 'yes',
    inside: 'document',
    content: 'PhoneNumber and SipUri, 1 to 8, which ring together',
    note: 'Connects the caller with the first that answers. With `transferCompleteUrl` no verb behind it runs.',
    attributes: {
      transferCallerId: yes(
        "the caller's",
        'A number. `Restricted`, `Anonymous`, `Private` and `Unavailable` show `anonymous` under that name.',
      ),
      transferCallerDisplayName: yes(
        '–',
        'The name beside the number, at most 256 characters; with `privacy` one of those four.',
      ),
      privacy: yes('`false`', '`true`: a Privacy header asks the trunk to hide who calls.'),
      callTimeout: yes('30', 'Seconds of ringing, 1 to 300, with decimals.'),
      transferCompleteUrl: yes('–', 'Told with event `transferComplete`; its answer is the next document.'),
      transferCompleteMethod: method,
      transferCompleteFallbackUrl: yes('–', 'Asked when `transferCompleteUrl` fails.'),
      transferCompleteFallbackMethod: method,
      ...credentials,
      ...fallbackCredentials,
      tag,
      ...diversion,
    },
  },
  PhoneNumber: {
    level: 'yes',
    inside: ['Transfer'],
    content: 'a number',
    note: 'A telephone number, or a SIP user of this server.',
    attributes: {
      transferAnswerUrl: yes(
        '–',
        'Asked when this leg has answered: its BXML runs for this leg alone, with keys of its own, then it is joined with the caller, who hears ringing until then. Hangup lets the leg go.',
      ),
      transferAnswerMethod: method,
      transferAnswerFallbackUrl: yes('–', 'Asked when `transferAnswerUrl` fails. When both do, the leg is joined.'),
      transferAnswerFallbackMethod: method,
      transferDisconnectUrl: yes(
        '–',
        'Told with event `transferDisconnect` when this leg is over; the answer is ignored.',
      ),
      transferDisconnectMethod: method,
      ...credentials,
      ...fallbackCredentials,
      tag: yes('–', 'Sent with the webhooks of this leg.'),
      uui,
    },
  },
  SipUri: {
    level: 'yes',
    inside: ['Transfer'],
    content: 'a SIP address',
    note: 'A SIP target.',
    attributes: {
      transferAnswerUrl: yes('–', 'As of PhoneNumber.'),
      transferAnswerMethod: method,
      transferAnswerFallbackUrl: yes('–', 'As of PhoneNumber.'),
      transferAnswerFallbackMethod: method,
      transferDisconnectUrl: yes('–', 'As of PhoneNumber.'),
      transferDisconnectMethod: method,
      ...credentials,
      ...fallbackCredentials,
      tag: yes('–', 'Sent with the webhooks of this leg.'),
      uui,
    },
  },
  Forward: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Rings somebody else while the caller is not answered, connects the two, and ends with them. No verb behind it runs.',
    attributes: {
      to: yes('required', 'A number or a SIP address.'),
      from: yes("the caller's", 'The number that is shown.'),
      callTimeout: yes('30', 'Seconds of ringing, 1 to 300, with decimals.'),
      ...diversion,
      uui,
    },
  },
  Bridge: {
    level: 'yes',
    inside: 'document',
    content: 'the callId of another live call of the account',
    note: "Connects the two calls. The other call's document ends; once this call has left, `bridgeTargetComplete` is told, or that call is hung up.",
    attributes: {
      bridgeCompleteUrl: yes('–', 'Told with event `bridgeComplete` when the other call left, or could not be joined.'),
      bridgeCompleteMethod: method,
      bridgeCompleteFallbackUrl: yes('–', 'Asked when `bridgeCompleteUrl` fails.'),
      bridgeCompleteFallbackMethod: method,
      bridgeTargetCompleteUrl: yes(
        'none: it is hung up',
        'Told with event `bridgeTargetComplete`, for the other call, when this one left; its answer runs there.',
      ),
      bridgeTargetCompleteMethod: method,
      bridgeTargetCompleteFallbackUrl: yes('–', 'Asked when `bridgeTargetCompleteUrl` fails.'),
      bridgeTargetCompleteFallbackMethod: method,
      ...credentials,
      ...fallbackCredentials,
      tag,
    },
  },
  Redirect: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Asks for the next document, which replaces this one. No verb behind it runs.',
    attributes: {
      redirectUrl: yes('required', 'The address, which may be relative.'),
      redirectMethod: method,
      redirectFallbackUrl: yes('–', 'Asked when `redirectUrl` fails.'),
      redirectFallbackMethod: method,
      ...credentials,
      ...fallbackCredentials,
      tag,
    },
  },
  Tag: {
    level: 'yes',
    inside: 'document',
    content: 'the text',
    note: 'Sent with every webhook from here on, at most 256 characters; empty clears it.',
    attributes: {},
  },
  Hangup: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Ends the call; refuses one that was not answered.',
    attributes: {},
  },
  StartGather: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'From here on each key of the caller is told with event `dtmf`, but for those of a Gather.',
    attributes: {
      dtmfUrl: yes('required', 'The address, which may be relative; the answer is ignored.'),
      dtmfMethod: method,
      ...credentials,
      tag,
    },
  },
  StopGather: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Ends what StartGather began.',
    attributes: {},
  },
  Conference: {
    level: 'yes',
    inside: 'document',
    content: 'the name: at most 100 letters, digits, `-`, `_` and dots',
    note: 'This call and others in one room of the account, at most 20, for at most a day; it begins with the first of them. The next verb runs when the room is ended over REST. A room that is full is passed over. `conferenceEventUrl` and what belongs to it count where they stand first.',
    attributes: {
      mute: yes('`false`', '`true`: hears, and is not heard.'),
      hold: yes('`false`', '`true`: neither hears the others nor is heard.'),
      callIdsToCoach: yes('–', 'Calls, with commas between them, that alone hear this one; it hears all.'),
      conferenceEventUrl: yes('–', 'Told what happens in the room; its answers run there, one after the other.'),
      conferenceEventMethod: method,
      conferenceEventFallbackUrl: yes('–', 'Asked when `conferenceEventUrl` fails.'),
      conferenceEventFallbackMethod: method,
      ...credentials,
      ...fallbackCredentials,
      callbackTimeout: yes('15', 'Seconds that an answer may take, 1 to 25, with decimals.'),
      tag,
    },
  },
  StartStream: {
    level: 'yes',
    inside: 'document',
    content: 'StreamParam, at most 12',
    note: 'Copies the audio of the call to a websocket in the background, as PCMU; `bidirectional` plays what comes back. A key in a `sensitive` Gather is silence on it. After a restart of the server it is opened anew.',
    attributes: {
      name: yes(
        'the id of the stream',
        'A second one of the same name is refused while the first runs: cause `duplicate`.',
      ),
      mode: yes(
        '`unidirectional`',
        '`bidirectional`: `playAudio` (PCMU, or 16-bit PCM of any rate) and `clear` are obeyed.',
      ),
      tracks: yes('`inbound`', '`inbound`, `outbound` or `both`; at most four of a call: cause `track-limit`.'),
      destination: yes('–', 'Address of the websocket, ws or wss. Required.'),
      destinationUsername: yes('–', 'With `destinationPassword`: sent as Basic when the socket is opened.'),
      destinationPassword: yes('–', 'Never on the tape readably, nor in a log or an error.'),
      streamEventUrl: yes(
        '–',
        'Told `mediaStreamStarted`, `mediaStreamRejected` and `mediaStreamStopped`; the answers are ignored.',
      ),
      streamEventMethod: method,
      ...credentials,
      tag,
    },
  },
  StopStream: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Ends the stream of that name; nothing happens when there is none.',
    attributes: {
      name: yes('–', 'Required.'),
      wait: yes('`false`', '`true`: waits until the other end closes a bidirectional stream, in place of ending it.'),
    },
  },
  StreamParam: {
    level: 'yes',
    inside: ['StartStream'],
    content: 'nothing',
    note: 'Told to the websocket in `start`, as `streamParams`.',
    attributes: { name: yes('–', '1 to 256 characters.'), value: yes('–', 'At most 2048 characters.') },
  },
  StartTranscription: {
    level: 'part',
    inside: 'document',
    content: 'CustomParam, at most 12',
    note: 'Writes down what is said in the background, sentence by sentence, by the engine that is configured as `transcription`; all of it is at `realTimeTranscription.url` when it is over. Without an engine `realTimeTranscriptionRejected` is told at once, and the call goes on. After a restart of the server it begins anew.',
    attributes: {
      name: yes('its id', 'A second one of the same name is refused while the first runs: cause `duplicate`.'),
      tracks: yes('`inbound`', '`inbound`, `outbound` or `both`; at most four of a call: cause `track-limit`.'),
      transcriptionEventUrl: yes(
        '–',
        'Told `realTimeTranscriptionStarted`, `…Rejected`, `…Stopped` and `…Available`; the answers are ignored.',
      ),
      transcriptionEventMethod: method,
      ...credentials,
      destination: part(
        '–',
        'Address of a websocket, ws or wss, which gets each sentence once it was said. `items`, its single words, is empty.',
      ),
      stabilized: part('`true`', 'Nothing that was told changes, so `false` tells no more.'),
    },
  },
  StopTranscription: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Ends the transcription of that name, or all; nothing happens when there is none.',
    attributes: { name: yes('all', 'Of a StartTranscription.') },
  },
  CustomParam: {
    level: 'yes',
    inside: ['StartTranscription'],
    content: 'nothing',
    note: 'Told to the websocket in `start`, as `customParams`.',
    attributes: { name: yes('–', '1 to 256 characters.'), value: yes('–', 'At most 2048 characters.') },
  },
  Connect: notYet('There are no browser endpoints.', 'Endpoint'),
  Endpoint: notYet('There are no browser endpoints.', '–', ['Connect']),
} as const satisfies Record<string, VerbSupport>;

export type VerbName = keyof typeof verbs;

export const supportOf = (name: VerbName): VerbSupport => verbs[name];
