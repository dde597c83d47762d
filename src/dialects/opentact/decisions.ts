// Owns: every choice that Opentact's public documentation leaves open, with its value where it is a number and its
// reason. The support page prints this list. A compiler file that needs a number takes it from here.

export const byDefault = {
  gatherTimeoutMs: 5000,
  ringMs: 60_000,
  dialTargets: 32,
  voicemailMaxMs: 120_000,
  voicemailSilenceMs: 10_000,
  voicemailKeys: '#',
  holdMs: 300_000,
  toneMs: 1000,
  toneHz: 440,
  toneDb: -13,
} as const;

export interface Decision {
  readonly about: string;
  readonly decision: string;
  readonly reason: string;
}

export const decisions: readonly Decision[] = [
  {
    about: 'Gather timeout',
    decision:
      'One timer for the whole entry of an attempt. It starts when the prompts end, or at the first key if that is sooner, and keys do not restart it. Without the attribute: 5000 ms.',
    reason:
      'The vendor calls it the timeout of the block, and its examples (10000, 30000) are long enough for a whole entry.',
  },
  {
    about: 'Gather, too few digits',
    decision:
      'When the timer ends an entry that is shorter than numDigits, the attempt fails (`success=false`) and `code` still holds the digits.',
    reason: 'An application that wants four digits must not take two for a success; it may still want to see them.',
  },
  {
    about: 'Gather finishOnKey',
    decision:
      'The key completes an entry of one digit or more with success, even a short one. Pressed first, it ends the attempt as a failure. It is never part of `code`. Several keys may be given. An empty attribute means none.',
    reason:
      'A caller who presses the finishing key says "this is all"; with nothing before it there is nothing to report.',
  },
  {
    about: 'Gather attempts',
    decision:
      'Every failed attempt is followed by another, prompts included, until none is left. An entry that matches no Case is a success and runs Default at once.',
    reason: 'Attempts count executions of the whole block; Default exists for the wrong key.',
  },
  {
    about: 'Gather `code`',
    decision: 'Sent as text: leading zeros stay, `*` and `#` are percent-encoded.',
    reason: 'The page types it as integer, which would turn 0042 into 42.',
  },
  {
    about: 'Gather, after the last failed attempt',
    decision:
      'Error runs if there is one (in the Switch, or of the Gather itself); then the flow goes on behind the Gather.',
    reason: 'The sample page speaks "no code entered" there and then hangs up behind the Gather.',
  },
  {
    about: 'Gather with Switch and callback',
    decision:
      'The callback is asked first. If it answers with a document, that replaces the flow; if it answers with an empty body, the Switch runs.',
    reason: 'The application that takes the trouble to answer knows more than the static branches.',
  },
  {
    about: 'Gather, both spellings of one attribute',
    decision:
      '`numDigits` wins over `dtmf_length`, that over `length`; `finishOnKey` over `dtmf_stop`; `callback` over `url`.',
    reason: 'The older generation is the better documented one.',
  },
  {
    about: 'Default and Error',
    decision: 'Default is for an entry that matches no branch, Error for nothing (or too little) keyed.',
    reason:
      'The inbound call page and the page on Default agree; one sample of the Gather page speaks the texts the other way round.',
  },
  {
    about: 'Gather sensitive',
    decision:
      'An attribute of ours. `sensitive="true"` masks the keys wherever this server shows or keeps them, and silences the caller in recordings meanwhile; the callback gets them. A value that is neither true nor false counts as true, with a warning.',
    reason: 'The vendor has no word for it, and PINs and card numbers must not be kept by accident.',
  },
  {
    about: 'Early keys',
    decision: 'Keys pressed before a Gather begins count for it.',
    reason: 'Regular callers key ahead of prompts that they know.',
  },
  {
    about: 'A fetched document',
    decision:
      'It replaces the running one. An answer with an empty body lets the running one go on; a `<Response/>` without commands hangs up.',
    reason: 'An empty body is an acknowledgement; an empty document is a document that has ended.',
  },
  {
    about: 'End of the document',
    decision: 'Hangs up.',
    reason: 'A call that no command holds would otherwise stay open until a timer nobody set.',
  },
  {
    about: 'Record without children',
    decision:
      'Records in the background until the call ends, unless nothing but a Hangup follows in its block: then it is voicemail, which beeps and waits for `#`, 10 s of silence, `timeout` (120000 ms) or the caller to hang up.',
    reason: 'Both uses are known; a background recording directly before the end would record nothing.',
  },
  {
    about: 'Dial, number of targets',
    decision: '32 ring; the others are skipped with a warning.',
    reason: 'One document must not ring a whole town.',
  },
  {
    about: 'Record with children',
    decision: 'Records while they run.',
    reason: 'The documented voicemail idiom is a Pause inside.',
  },
  {
    about: 'Play of a recording that still runs',
    decision: 'Stops it first when it was started in the same block.',
    reason: "The vendor's own example records, pauses three seconds and plays.",
  },
  {
    about: 'loop="0"',
    decision: 'Repeats until the call or the enclosing command ends; outside of a Gather the check warns.',
    reason: 'The usual meaning among call-flow languages.',
  },
  {
    about: 'Answer delay',
    decision: 'Milliseconds of ringing before the answer.',
    reason: 'The page says before in one place and after in another; after can be written with Pause.',
  },
  {
    about: 'Dial timeout',
    decision: 'Milliseconds, 60000 by default; a value of 120 or less is taken as written and warned about.',
    reason: 'Every other time of the dialect is in milliseconds.',
  },
  {
    about: 'Reject reason',
    decision: '`rejected` is 603 Decline, `busy` is 486 Busy Here.',
    reason: 'The two words other vendors use; Opentact documents none.',
  },
  {
    about: 'Redirect',
    decision: 'A Callback with the method GET and the address as text or `url`.',
    reason: 'Only the name is public.',
  },
  {
    about: 'Callback request',
    decision:
      '`from` and `to`, and `tag` when given, are added to the query. POST and PATCH carry JSON `{history, call}` as a Gather\'s does; `body="true"` adds `app` with the full call and app data, also to DELETE.',
    reason: 'The table of fields is not public; this is what the app-level and the Gather request carry.',
  },
  {
    about: 'history',
    decision:
      "One entry for each command that has run, oldest first. A failed Gather is told as in the vendor's sample (`User input error`, empty command); other failures name their command and reason.",
    reason: 'The sample shows no other failure, and a reason without a command helps nobody.',
  },
  {
    about: 'account_uuid, sip_control_app.uuid',
    decision: 'Made from the names by SHA-1 (UUID version 5), so that they stay the same over restarts and machines.',
    reason: 'This server has no accounts; applications use these fields as keys.',
  },
  {
    about: 'Unknown verbs and attributes, impossible values',
    decision:
      'Warnings: the verb is skipped, the default is used. Only XML that is not well-formed, a wrong root or a broken limit refuses a document.',
    reason: 'A misspelt word must not drop a caller; `check` shows every warning with its place before.',
  },
  {
    about: 'Capitals',
    decision: '`<callback>` and the like are accepted with a warning.',
    reason: 'One official example writes it so.',
  },
];
