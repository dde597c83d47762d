// Owns: every choice that the vendor's documentation of v1 leaves open or that this server makes otherwise, with its reason,
// and the numbers that the dialect needs. The support page prints the list.
import type { Decision } from '../bandwidth/decisions.ts';

export const byDefault = {
  documentBytes: 16 * 1024,
  /** Of each event. */
  callbackMs: 10_000,
  /** Of what verbs ask for. */
  requestUrlMs: 30_000,
  /** A call that we place. */
  ringMs: 60_000,
  /** A call that came in and that nobody answers over REST. */
  waitForAnswerMs: 180_000,
  /** Behind a last sentence, sound or keys. */
  lingerMs: 30_000,
  bxmlDigits: 128,
  restDigits: 30,
  transferTargets: 7,
  keysToSend: 92,
  toneMs: 200,
  gapMs: 100,
  sentenceLength: 1000,
  conferenceMembers: 20,
  mediaBytes: 8 * 1024 * 1024,
  mediaFiles: 100,
  keptErrors: 500,
} as const;

export const decisions: readonly Decision[] = [
  {
    about: 'POST or GET',
    decision:
      'An app or a call whose events go by POST waits for commands over REST. One whose events go by GET is run by BXML: the answer to `answer` is its first document. A call may be given commands all the same.',
    reason: 'The two modes are documented; that they exclude each other is not enforced, for nothing breaks.',
  },
  {
    about: 'A call that comes in',
    decision:
      '`incomingcall` is told first, and waited for. When it cannot be told (as for callbacks below), the call goes to `fallbackNumber`, or is refused with 503, so that the provider may try another way. With `autoAnswer: false` it rings for 180 s at most until it is answered or rejected.',
    reason: 'An application that does not know of a call cannot drive it.',
  },
  {
    about: 'When a callback has failed',
    decision:
      'No connection, no answer within `callbackTimeout` (10 s), any status but 2xx. When no connection could be made, or the answer is 429, 502, 503 or 504, it is tried again within that time. Then the fallback URL is told, if there is one. When `incomingcall` could not be told, `fallbackNumber` is called, if the number has one: the caller’s phone rings until it answers.',
    reason: 'The vendor says "if the request fails".',
  },
  {
    about: 'The body that answers an event by POST',
    decision: 'Is not looked at.',
    reason: 'Documented: only the status counts.',
  },
  {
    about: 'A changed `callbackUrl`',
    decision:
      'All later events of the call go there, by the method and with the time limit that it had; a fallback URL stays. Events of a verb of BXML go to the verb’s own `requestUrl`.',
    reason: 'That is what it is changed for.',
  },
  {
    about: 'Credentials in callback URLs and addresses of sounds',
    decision:
      'Sent at once as Basic, over http too, to that origin only. They are taken out of the address before it is written down or shown, and kept sealed, so that they survive a restart.',
    reason: 'The tape, which outlives the process, holds no secret that can be read.',
  },
  {
    about: 'Times',
    decision: 'In events without a fraction of a second, as in the vendor’s samples; over REST with milliseconds.',
    reason: 'Both forms are documented.',
  },
  {
    about: 'Ids',
    decision:
      'A prefix and letters in base 32: `c-` calls, `gtr-` gathers, `rec-` recordings, `brg-` bridges, `conf-` conferences, `member-`, `a-`, `n-`, `rd-`, `re-`, `ue-` errors, `ce-` events of a call. That of a call can be turned back into the id that logs and tapes have.',
    reason: 'The prefixes of some are documented, the others follow their form.',
  },
  {
    about: '`maxDigits` of a gather over REST that says none',
    decision: '30.',
    reason: 'The most that is allowed; the default is not documented.',
  },
  {
    about: '`interDigitTimeout`',
    decision:
      'Counted from the end of the prompt to the first key, and from each key to the next. In BXML and over REST alike. When it passes without any key, the reason is `inter-digit-timeout` too.',
    reason: 'The text of the reason says that it covers the wait before the first key; a prompt must be heard first.',
  },
  {
    about: 'The reason of a gather that a request completed',
    decision: '`completed`. So too of one whose document was replaced.',
    reason: 'It is none of the documented four, and mirrors the state that was asked for.',
  },
  {
    about: 'Keys before and during a gather over REST',
    decision:
      'A gather begins with the first key after it was made. The keys that it takes are not told as `dtmf`; all others are, one by one.',
    reason: 'Whoever hears a key twice would act twice.',
  },
  {
    about: 'The prompt of a gather over REST',
    decision: 'Is not told by `speak` or `playback`.',
    reason: 'Not documented; the `gather` event says how it ended.',
  },
  {
    about: 'A gather on a call that is not active',
    decision: '403, `call-invalid-state`.',
    reason: 'The nearest of the documented codes.',
  },
  {
    about: 'Audio while audio plays',
    decision: 'The new one takes the place of the old one. It does not end a gather, nor what a document plays.',
    reason: 'Two voices at once are not understood.',
  },
  {
    about: 'Tones of `dtmfOut` and SendDtmf',
    decision: '200 ms with 100 ms between them; a pause stands in the place of the gap.',
    reason: 'Not documented.',
  },
  {
    about: 'A transferred call',
    decision:
      'Its id is that of the first call with `t` and a number. It can be read and completed; audio, gathers and recordings are the first call’s. When it ends, the first call stays active; `transferComplete` is told to it if somebody had answered. Its own events, `answer` and `hangup`, go to the `callbackUrl` of the request, or else where those of the first call go.',
    reason: 'Here it is a leg of the first call.',
  },
  {
    about: '`timeout` and `hangup`',
    decision:
      'A call that nobody answered within `callTimeout` is told by `timeout` alone, every other end by `hangup`.',
    reason: 'Whether both are sent is not documented.',
  },
  {
    about: 'Causes of `hangup`',
    decision:
      '`NORMAL_CLEARING` after an answer; before it `ORIGINATOR_CANCEL`, `CALL_REJECTED`, `USER_BUSY`, `NO_ANSWER`, `NO_USER_RESPONSE`, `UNALLOCATED_NUMBER` and others by the Q.850 cause of the SIP status.',
    reason: 'The documented names are those of Q.850.',
  },
  {
    about: 'Bridges',
    decision:
      'The first call of the list looks for the second one, and joins it as soon as both are answered, four times a second. A call whose partner leaves goes on waiting for commands. When a bridge is changed, what its calls were doing (a document, a conference) ends.',
    reason: 'A bridge may be made of calls that still ring.',
  },
  {
    about: 'Conferences',
    decision:
      'A conference is made over REST, and begins with its first member. Keys in it do nothing by themselves. When a member leaves, its call waits for commands. `conference-speak` and `conference-playback` have the tag of their request, or that of the conference.',
    reason: 'Keys that mute and change the volume (`interpret_digits`) are not built.',
  },
  {
    about: 'Gather in BXML that is not the last verb',
    decision: 'Is told, and the next verb begins at once; the answer is ignored, whatever it is.',
    reason: 'Documented, but for the answer.',
  },
  {
    about: 'Gather in BXML without any key',
    decision: 'Is told too, with empty `digits`. As the last verb, its answer is the next document.',
    reason: 'Whether it is told is not documented; without it the application could not ask again.',
  },
  {
    about: 'What refuses a BXML document',
    decision:
      'XML that is not well-formed, another root than `Response`, more than 16 KB, an element that is unknown, misplaced or not supported, and one whose needed address, number or keys are missing or wrong. The caller hears an apology and is hung up. An attribute with an impossible value is told with its line and column, and its default is used.',
    reason: 'As in v2; nothing is skipped in silence.',
  },
  {
    about: 'Transfer in BXML, when nobody answers',
    decision: 'The next verb runs, whatever the reason was.',
    reason: 'Documented for `callTimeout` only; a caller whom nobody spoke with should not be hung up on.',
  },
  {
    about: 'Bad credentials',
    decision: '401, category `authentication`, code `invalid-credentials`.',
    reason: 'The category is documented, the code is not.',
  },
  {
    about: 'Rates',
    decision:
      'Requests are not limited. What waits to be dialled is: beyond it POST /calls answers 403, `call-rate-limit`.',
    reason: 'It is your own server.',
  },
  {
    about: 'Errors',
    decision:
      'The newest 500 requests that were refused can be read at `/errors`. What went wrong on a call stands in its events.',
    reason: 'A call’s own tape has it already.',
  },
];
