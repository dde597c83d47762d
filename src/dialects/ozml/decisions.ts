// Owns: every choice that Ozeki's public pages leave open or that this server makes otherwise, with its reason, and the numbers
// that the dialect needs. The support page prints the list.

export const byDefault = {
  inputTimeoutMs: 5000,
  interDigitMs: 3000,
  /** Of a UserInput with Repeat. */
  rounds: 1000,
  keysToSend: 128,
  toneMs: 100,
  gapMs: 100,
  routeRingMs: 90_000,
  ringMs: 60_000,
  messageTimeoutMs: 90_000,
  language: 'en-US',
} as const;

export interface Decision {
  readonly about: string;
  readonly decision: string;
  readonly reason: string;
}

export const decisions: readonly Decision[] = [
  {
    about: 'Names',
    decision:
      'Elements, attributes and parameters of URLs are known in any capitals, and by the misspellings of the vendor’s pages (`Dialled`, `TranferredCallId`, `DelivaryReportURL`), without a warning.',
    reason: 'Official samples write `Userinput`, `speak`, `var`, `repeat`.',
  },
  {
    about: 'What refuses a script',
    decision:
      'XML that is not well-formed, another root than `Response` or `OzML`, a broken limit. All else is a warning: an unknown command is skipped, a wrong value gives way to its default. In the HTTP API the same things are code 300, 301 and 302.',
    reason: 'A misspelt word must not drop a caller; `keytone check` shows every warning with its place.',
  },
  {
    about: 'Blank lines before `<?xml`, no declaration, single quotes',
    decision: 'Taken. An attribute without quotes is not well-formed and refuses the script.',
    reason: 'The vendor’s PHP samples send the first three; the last stands in one page only.',
  },
  {
    about: 'When a call is answered',
    decision: 'At once, whatever the first command is, unless that is Reject, Route or ForwardCall.',
    reason: 'So the page on Reject says.',
  },
  {
    about: 'End of the script, and a script that is empty',
    decision: 'Hang up.',
    reason: 'The page on Hangup says so of the end.',
  },
  {
    about: 'An empty answer to a notification',
    decision:
      'To `IncomingCall`: the caller hears an apology and is hung up. To `GoTo` and `DtmfEntered`: hung up, and the commands behind the UserInput run.',
    reason: 'Not documented.',
  },
  {
    about: 'Variables',
    decision:
      'For the rest of the call, over all its scripts. `$` and the longest name of letters, digits and underscores, in the capitals it was set in. A name that nobody set stays as it is written. In an address the value is percent-encoded.',
    reason: 'Not documented, but for the two samples. A value must not be able to change where a request goes.',
  },
  {
    about: 'UserInput without Timeout',
    decision:
      '5 s. `Timeout="0"` is as it is written: the keys that were pressed during InitialCommands count, and nobody waits for more.',
    reason: 'XE documents 0 as the default, with which a menu without Timeout could not be answered.',
  },
  {
    about: 'UserInput, several digits',
    decision:
      'Without Digits, MinDigits and MaxDigits, as many as the longest Input has. From each key to the next 3 s; then the entry is complete when it has MinDigits. No key ends it sooner.',
    reason: 'Neither a timer between keys nor a finishing key is documented.',
  },
  {
    about: 'UserInput, a wrong key',
    decision:
      'With ForwardToUrl: sent there. Without: passed over, the prompt goes on, and so does the wait. The address is not told of an entry that is too short.',
    reason: 'Only ForwardToUrl is documented.',
  },
  {
    about: 'UserInput, BackKey',
    decision:
      'Counts at any place of an entry. In a menu inside another one, that one begins anew with its InitialCommands. An Input of the same key goes first.',
    reason: 'The page says "go to the upper menu".',
  },
  {
    about: 'UserInput, after an Input',
    decision: 'The commands behind the UserInput run. At the end of the script the call is hung up.',
    reason: 'The samples end the branches that should not go on with Hangup.',
  },
  {
    about: 'Keys pressed before a UserInput',
    decision: 'Count for it.',
    reason: 'Nobody wants to press twice.',
  },
  {
    about: 'Exit',
    decision: 'Leaves the innermost UserInput, with its repetitions. Outside of one the script is over.',
    reason: 'Only the name is public.',
  },
  {
    about: 'Record without an end',
    decision:
      'Ends with the call. `RecordCompleted` is told once: while the call is up its answer is run, later it is ignored.',
    reason: 'Not documented; whoever leaves a message hangs up at its end.',
  },
  {
    about: 'Format of recordings',
    decision: 'WAV, whatever Format says.',
    reason: 'There is no MP3 encoder.',
  },
  {
    about: 'Party on a call of one party',
    decision:
      'A call that came in has a `caller`, one that was placed by Call or Request a `callee`, and the API extension is the other one, which hears nothing. `all` is everybody who is there. By URL, a party that is not there is code 302; in a script Party is ignored then, as the vendor says.',
    reason: 'Keys for one party must not reach another one.',
  },
  {
    about: '`RunOzML`',
    decision:
      'Ours, not the vendor’s: `command=RunOzML&CallId=…&OzML=…` runs a script beside a call that is up, as an answer to CallChanged would: SendDTMF, Speak, Play and Record go to their Party, and the call goes on.',
    reason: 'For calls whose app has no `statusUrl`, and for scripts that a program wants to run when it likes.',
  },
  {
    about: 'Answers of the HTTP API',
    decision:
      'Always HTTP 200, `application/xml`. The codes are those of XE for both generations. Beside those named: 304 without Username and Password, 305 when they are nobody’s, 303 where the command, the state of the call or the configuration does not allow it, 402 when a call cannot be placed, 501 when a mail or message is not taken. Some messages say more behind a colon.',
    reason: 'The second generation publishes no codes.',
  },
  {
    about: 'A parameter that stands twice in a request',
    decision: 'Code 302 when the values differ.',
    reason: 'Which one counts would be a guess.',
  },
  {
    about: '`Code` 200 of a command on a call',
    decision: 'The command is kept and will be carried out; what became of it stands on the tape of the call.',
    reason: 'Keys take seconds, and a client must not wait for them.',
  },
  {
    about: 'A command that was under way when the server was killed',
    decision:
      'By URL: it was kept if it was answered. In a script, a command such as Call or SendEmail is run again if it is not known what became of it.',
    reason: 'Twice is better than never for a mail; calls of a script are few.',
  },
  {
    about: 'A number that begins with a space',
    decision: 'Is read as one that begins with `+`.',
    reason: 'So arrives a `+` in a URL that is not written as `%2B`.',
  },
  {
    about: 'Username and Password',
    decision: 'A key of an account: its id and its secret. Extensions and their rights (306, 307) are not known.',
    reason: 'As in every interface of this server.',
  },
  {
    about: '`CallId`',
    decision:
      'The id of the call in every other interface of this server. `Call`, `CallSetup` and `Request` answer with it.',
    reason: 'Without it a client could not act on the call it placed; the vendor’s page shows no such field.',
  },
  {
    about: 'Notifications',
    decision:
      'POST, form-encoded, `NotificationName` first. `IncomingCall`, `CallConnected`, `DtmfEntered`, `GoTo`, `RecordCompleted`, `RoutingInterception`, `CallFinished`, `Error`, and `CallChanged` to `statusUrl` of the app: `CallState` `InCall` when two parties are connected, whose answer runs beside their talk, and `Finished` at the end of the call. All carry `CallId`, `CallerId`, `CallerID`, `Dialed` and `Direction`; DtmfEntered `DtmfDigits`, RecordCompleted `RecordURL` and `Duration`.',
    reason: 'Of most, only the name is public.',
  },
  {
    about: 'RoutingInterception',
    decision:
      'Sent in place of IncomingCall when the URL of the app has `#RoutingInterception` at its end. When a Route fails, the address its script came from is asked again with `LastCallState` `Busy`, `NoAnswer`, `NotFound` or `Error`.',
    reason: 'The vendor configures two addresses; an app of this server has one.',
  },
  {
    about: 'A script beside a talk (CallChanged, RunOzML)',
    decision:
      'Ends without hanging up. One with BlindTransfer, Route or ForwardCall takes the place of what the call does: the callee is let go.',
    reason: 'The two who talk did not ask for it.',
  },
  {
    about: 'BlindTransfer',
    decision: 'The server stays between the two parties; no REFER is sent.',
    reason: 'A phone that refuses REFER would lose the call.',
  },
  {
    about: 'Hold',
    decision: 'The caller is held; the other party hears silence. At most one Hold at a time.',
    reason: 'Music on hold is not documented.',
  },
];
