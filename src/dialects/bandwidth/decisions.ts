// Owns: every choice that Bandwidth's public documentation leaves open or that this server makes otherwise, with its
// reason, and the numbers that the dialect needs. The support page prints the list.

export const byDefault = {
  /** Of every webhook that a document names. */
  webhookMs: 15_000,
  maxDigits: 50,
  gatherPrompts: 20,
  transferTargets: 8,
  tagLength: 256,
  keysToSend: 50,
  displayName: 256,
  uui: 256,
  /** Of a call that is asked for over REST. */
  ringMs: 30_000,
  priority: 5,
  /** Seconds. `machineSpeechEndThreshold` is as `speechEndThreshold`. */
  machineDetection: { detectionTimeout: 15, silenceTimeout: 10, speechThreshold: 10, speechEndThreshold: 5 },
} as const;

export interface Decision {
  readonly about: string;
  readonly decision: string;
  readonly reason: string;
}

export const decisions: readonly Decision[] = [
  {
    about: 'What refuses a document',
    decision:
      'XML that is not well-formed, another root than `Response` or `Bxml`, a broken limit, an element that is unknown, misplaced or not supported, and one whose needed address, number or keys are missing or wrong. The call ends: the caller hears an apology, and `disconnect` tells `invalid-bxml`, or `application-error` for what is not supported.',
    reason:
      'The vendor ends such a call with these causes. Skipping a verb would make another call of it, so nothing is skipped in silence.',
  },
  {
    about: 'Attributes with an impossible value, or without meaning',
    decision:
      'A warning with line, column and what to write; the default is used, or the attribute is ignored. So for a number out of range, and an attribute that is not supported.',
    reason: 'Not documented. A caller on the line is better served by the default than by the end of the call.',
  },
  {
    about: 'Names in other capitals',
    decision: 'Read all the same, with a warning.',
    reason: 'As in the other dialects; nothing else could be meant.',
  },
  {
    about: 'When a webhook has failed',
    decision:
      'No connection, no answer in time, any status but 2xx, and an answer that is refused as a document. When no connection could be made, it is tried once more after 250 ms. Then the fallback URL is asked, if there is one.',
    reason: 'The vendor says only that it "fails to respond" and that 4xx and 5xx end the call without a fallback.',
  },
  {
    about: 'What a failed webhook does to the call',
    decision:
      'The caller hears a sentence of apology and is hung up; `disconnect` tells `callback-error`. The vendor hangs up without a word.',
    reason: 'No caller of this server is left with silence.',
  },
  {
    about: 'An empty answer (204, or no body)',
    decision:
      'To `initiate`: as a failure, `callback-error`. To any other webhook: as `<Response/>`, the call is hung up.',
    reason: 'Not documented. A call whose first document is nothing is a mistake of the application.',
  },
  {
    about: 'Time limit of a webhook',
    decision: '15 s. `initiate`, and `disconnect` of a call that came in: `timeoutMs` of the app, or 10 s.',
    reason: "15 s is the vendor's default; 10 s is that of every first document here.",
  },
  {
    about: 'Credentials',
    decision:
      'Of webhooks: sent to the same origin only, over http too, and only in answer to a Basic challenge. Of PlayAudio: sent at once, to the same origin only. On the tape they stand sealed, with a key that is a file of the data folder: a call that is taken up after a restart has them. Those in a URL of a document are taken out of it and treated so too; those in a URL of the configuration are sent at once.',
    reason: 'The documented order; the tape, which outlives the process, holds no secret that can be read.',
  },
  {
    about: 'Webhooks by GET',
    decision: 'The same properties as query parameters behind the query that is there; objects as JSON.',
    reason: 'The encoding of objects is not documented.',
  },
  {
    about: '`accountId`, `applicationId`, `callId`, `callUrl`',
    decision:
      '`accountId` is the account of the app. `applicationId` is the name of the app when that is a UUID, else a UUID made from it. `callId` is `c-`, 8 hexadecimal digits and a UUID made from the id of the call; the id can be had back from it. `callUrl` is its address in the REST interface.',
    reason: 'Clients check the forms.',
  },
  {
    about: '`from` and `to`',
    decision: 'As received in the SIP addresses, with or without `+`.',
    reason: 'What is no number, such as the name of a SIP user, has no form E.164.',
  },
  {
    about: '`diversion`, `uui` and `stirShaken` of `initiate`',
    decision:
      'As the INVITE says: the first entry of Diversion, User-to-User, `verstat` of P-Asserted-Identity or From, P-Attestation-Indicator and P-Origination-ID. Left out when it does not.',
    reason: 'Nothing is verified here; what is true of it depends on the trunk.',
  },
  {
    about: '`mediaUrl`',
    decision: 'Its address in the REST interface, which asks for a key of the account.',
    reason: 'As with the vendor.',
  },
  {
    about: '`disconnect`',
    decision:
      'Sent to `statusUrl` of the app, or to the `disconnectUrl` that the call was asked for with, once, when the caller is gone; the call is kept for it, for 5 s at most, so that a restart does not lose it. Causes: `hangup`, `cancel` (given up before the answer), `rejected` (refused by the document, or by whom we called), `busy`, `timeout`, `unknown`, `callback-error`, `invalid-bxml`, `application-error`, `error`. Not sent for dialled legs, which have `transferDisconnect`.',
    reason: "`statusUrl` is the vendor's call status URL of an application.",
  },
  {
    about: 'Machine detection',
    decision:
      'By how long the other side speaks, as the vendor describes the thresholds; no words and no beep are recognised, so `tone-detected` is never told. Sound above -42 dB for 80 ms is speech, 300 ms below it is silence. In mode `async` it runs beside the documents, and without `callbackUrl` not at all.',
    reason: 'What else the vendor listens for is not documented.',
  },
  {
    about: '`transferAnswer`',
    decision:
      'An empty answer, `<Response/>`, and an application that cannot be asked join the leg at once; Hangup lets it go, and the cause of `transferComplete` is `hangup`. The documents of one leg may follow one another (Gather, Redirect). The tag is that of the target. What belongs to the whole call (Transfer, Bridge, Conference, recordings, streams, StartGather) fails there and the next verb runs.',
    reason: 'What an empty document means is not documented; who writes one has nothing to say before the two talk.',
  },
  {
    about: '`transferComplete` and `transferDisconnect`, causes',
    decision:
      '`hangup`, `busy` (486, 600), `timeout` (not answered in time, 408, 480), `rejected` (403, 603, 607), `cancel` (somebody else answered, or the caller left), `error` for a number that does not exist, else `unknown`. `errorMessage` and `errorId` are sent with all but `hangup` and `cancel`.',
    reason: 'The list of causes is open; which SIP status makes which is not documented.',
  },
  {
    about: '`bridgeComplete` of a bridge that was not made',
    decision: '`busy` when the other call is bridged already, `rejected` when it is not answered, else `unknown`.',
    reason: 'Which of the three is which is not documented.',
  },
  {
    about: 'When a call is answered',
    decision:
      'By the first verb but Hangup, Redirect, Tag, StopRecording, StartGather, StopGather, Forward, and Ring with `answerCall="false"`. Pause answers.',
    reason: 'Only Ring has an attribute by which it does not answer.',
  },
  {
    about: 'Gather, a terminating digit pressed first',
    decision: 'Ends the gather with `digits` "" and the key as `terminatingDigit`; no repetition follows.',
    reason: 'The terminator ends the gather at once.',
  },
  {
    about: 'Gather, keys pressed before it',
    decision: 'Kept, and taken as its first digits.',
    reason: 'Not documented; nobody wants to press twice.',
  },
  {
    about: 'StartGather',
    decision:
      'Keys of the caller only, each in a request of its own, so that two may arrive in another order than they were pressed; `eventTime` tells. A key that was told may still be taken by a Gather that begins later.',
    reason: 'The order is not documented; waiting for each answer would hold up the next key.',
  },
  {
    about: 'Gather with more than 20 prompts',
    decision: 'The first 20 are played; `repeatCount` is lowered until repetitions times prompts are at most 20.',
    reason: 'The limit is documented, what happens beyond it is not.',
  },
  {
    about: 'SSML',
    decision:
      '`break` is silence (`time`, or by `strength`), `lang` changes the language, `sub` speaks its alias, `say-as` spells `characters`, `spell-out`, `verbatim`, `digits` and `telephone`; `p` and `s` end a sentence. Of `emphasis`, `prosody` and `phoneme` the text is spoken. Other elements: a warning, and their text is spoken.',
    reason: 'The speech engines take plain text.',
  },
  {
    about: 'Tags that are too long',
    decision: 'Ignored with a warning.',
    reason: 'What happens beyond 256 characters is not documented.',
  },
  {
    about: 'Transfer, the caller while it rings',
    decision: 'Is answered, and hears a ringing tone. When the dialled party hangs up, the next verb runs.',
    reason: 'As documented, but for the tone.',
  },
  {
    about: 'Conference, one that is full',
    decision: 'The next verb runs.',
    reason: 'Only the limit is documented.',
  },
  {
    about: 'Conference, when `callIdsToCoach` names nobody who is there',
    decision: 'Nobody hears the call until one of them comes.',
    reason: 'A coach must not be heard by the others even for a moment.',
  },
  {
    about: 'Documents of a conference',
    decision:
      'Answers to `conferenceCreated`, `conferenceMemberJoin`, `conferenceMemberExit` and `conferenceRedirect`, and documents sent over REST, run one after the other in the order in which they came; none ends another. One with another verb than `PlayAudio`, `SpeakSentence`, `StartRecording`, `PauseRecording`, `ResumeRecording` and `StopRecording` is not run at all, and the conference goes on. `{{…}}` of the calls mean nothing there.',
    reason: 'Queueing and the verbs are documented; whether a document sent over REST ends what runs is not.',
  },
  {
    about: 'Webhooks of a conference',
    decision:
      'Each is sent when the one before it was answered. Once the conference is over, what is still to be told is told, and documents in the answers are not run. A webhook that fails, its fallback too, changes nothing.',
    reason: 'An application that keeps a list of members must not hear of an exit before the entry.',
  },
  {
    about: 'Recordings of a conference',
    decision:
      'One channel with what all hear: no whisper of a coach; `multiChannel` has no effect. The tag is that of the conference, unless `StartRecording` has one.',
    reason: 'The vendor ignores both attributes; a tag that is written is meant.',
  },
  {
    about: '`recordComplete` or `recordingComplete`',
    decision: '`recordComplete`.',
    reason: 'The pages and samples say so; only the OpenAPI file has the other.',
  },
];
