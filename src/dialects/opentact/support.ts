// Owns: what of Opentact's call-flow XML is supported, as data. The compiler knows a verb or attribute only if it stands
// here; docs/dialects/opentact.md is made from it (scripts/make-support-table.ts).
// Two generations of the dialect exist and both are in use: `old` (CFXML) and `new` (Opentact XML). They may be mixed.

export type Level = 'yes' | 'part' | 'no';
export interface Support {
  readonly level: Level;
  readonly note: string;
}
export interface AttributeSupport extends Support {
  readonly byDefault: string;
}
export interface VerbSupport extends Support {
  readonly since: 'old' | 'new' | 'both';
  /** Where the element may stand: a command, or inside the named elements only. */
  readonly inside: 'command' | readonly string[];
  readonly content: string;
  readonly attributes: Readonly<Record<string, AttributeSupport>>;
}

const yes = (byDefault: string, note: string): AttributeSupport => ({ level: 'yes', byDefault, note });
const part = (byDefault: string, note: string): AttributeSupport => ({ level: 'part', byDefault, note });
const no = (note: string): AttributeSupport => ({ level: 'no', byDefault: '–', note });

const tagNotYet = no('Not yet put into call events.');
const legs = yes('`aleg`', 'Who hears it: `aleg` the caller, `bleg` the dialled party, `both`.');
const loops = yes('1', 'How often; 0 repeats until the call or the enclosing command ends.');

export const verbs = {
  Answer: {
    level: 'yes',
    since: 'new',
    inside: 'command',
    content: 'nothing',
    note: 'Answers now. Without it, the first command that needs sound answers.',
    attributes: {
      delay: part(
        '0',
        'Milliseconds of ringing before the answer. The vendor documents both before and after; see decisions.',
      ),
      tag: tagNotYet,
    },
  },
  Say: {
    level: 'yes',
    since: 'both',
    inside: 'command',
    content: 'the text',
    note: 'Speaks a text.',
    attributes: {
      text: yes('–', 'The text, instead of the content.'),
      lang: yes('`en-US`', 'A BCP 47 language.'),
      gender: yes('`FEMALE`', '`MALE` or `FEMALE`, as far as the installed engine has both.'),
      code: part('–', "A voice name of the installed engine; the vendor's voice codes are not known to it."),
      type: part('`Standard`', '`WaveNet` or `Standard`; accepted, and both sound alike.'),
      loop: loops,
      tag: tagNotYet,
    },
  },
  Play: {
    level: 'yes',
    since: 'both',
    inside: 'command',
    content: 'the address',
    note: 'Plays a WAV or MP3 file by address.',
    attributes: {
      url: yes('–', 'The address, instead of the content.'),
      loop: loops,
      leg: legs,
      record: yes('–', 'Plays the recording of this call with that tag, instead of an address.'),
      tag: tagNotYet,
    },
  },
  Pause: {
    level: 'yes',
    since: 'both',
    inside: 'command',
    content: 'nothing',
    note: 'Waits.',
    attributes: {
      length: yes('1000', 'Milliseconds.'),
      dtmf_stop: yes('none', 'Keys, each of which ends the pause.'),
      tag: tagNotYet,
    },
  },
  Record: {
    level: 'part',
    since: 'both',
    inside: 'command',
    content: 'commands that run while it records',
    note: 'Records in the background, during its children, or as voicemail; see decisions.',
    attributes: {
      tag: yes('–', 'Name of the recording, for `<Play record>` and for reports.'),
      timeout: yes('none; voicemail 120000', 'Longest recording in milliseconds.'),
      asr: no('No transcription.'),
    },
  },
  RecordStart: {
    level: 'part',
    since: 'new',
    inside: 'command',
    content: 'nothing',
    note: "Starts a background recording. The vendor's attributes are not public.",
    attributes: { tag: yes('–', 'Name of the recording.') },
  },
  RecordStop: {
    level: 'part',
    since: 'new',
    inside: 'command',
    content: 'nothing',
    note: 'Stops the recording of that tag, or every one.',
    attributes: { tag: yes('–', 'Name of the recording.') },
  },
  RecordWait: {
    level: 'no',
    since: 'new',
    inside: 'command',
    content: '–',
    note: 'Meaning not public.',
    attributes: {},
  },
  Gather: {
    level: 'yes',
    since: 'both',
    inside: 'command',
    content: 'Say, Play, Pause played during the entry; one Switch, or DTMF and Default; Error',
    note: 'Collects keys.',
    attributes: {
      numDigits: yes('1', 'How many digits complete the entry.'),
      dtmf_length: yes('1', "The new generation's `numDigits`."),
      length: yes('1', 'As `dtmf_length`.'),
      timeout: yes('5000', 'Milliseconds for the whole entry, from the end of the prompts; see decisions.'),
      finishOnKey: yes(
        '`*`',
        'Keys, each of which completes the entry; empty for none. `+` is allowed by the vendor, but no telephone sends it.',
      ),
      dtmf_stop: yes('`*`', "The new generation's `finishOnKey`."),
      attempts: yes('1', 'How often the whole block is tried until an entry succeeds.'),
      callback: yes('–', 'Address that is told after each attempt; its answer is the next document.'),
      url: part('–', "As `callback`. Sends `code`, `success`, `attempts`, not the new generation's field names."),
      method: yes('`GET`', '`GET` or `POST`.'),
      sensitive: yes(
        '`false`',
        "Ours, not the vendor's. `true`: the keys are a secret. They reach the callback and nothing else: no log, tape, API or recording.",
      ),
      tag: tagNotYet,
    },
  },
  Switch: {
    level: 'yes',
    since: 'old',
    inside: ['Gather'],
    content: 'Case, Default, Error',
    note: 'Branches by the entry.',
    attributes: {},
  },
  Case: {
    level: 'yes',
    since: 'old',
    inside: ['Switch'],
    content: 'commands',
    note: 'Runs when the whole entry equals `dtmf`. No patterns.',
    attributes: { dtmf: yes('required', 'The entry.') },
  },
  DTMF: {
    level: 'yes',
    since: 'new',
    inside: ['Gather'],
    content: 'commands',
    note: "The new generation's Case, directly inside Gather.",
    attributes: { value: yes('required', 'The entry.') },
  },
  Default: {
    level: 'yes',
    since: 'both',
    inside: ['Switch', 'Gather'],
    content: 'commands',
    note: 'Runs for an entry that equals no Case.',
    attributes: { tag: tagNotYet },
  },
  Error: {
    level: 'yes',
    since: 'both',
    inside: 'command',
    content: 'commands',
    note: 'Runs when the command that it stands in, or that it directly follows, fails. In a Gather or Switch: when nothing was keyed.',
    attributes: {
      say: yes('`false`', '`true` speaks the reason first.'),
      play: yes('`false`', "As `say`; the vendor's examples use both."),
      tag: tagNotYet,
    },
  },
  Callback: {
    level: 'yes',
    since: 'both',
    inside: 'command',
    content: 'the address; Error',
    note: 'Asks for the next document, which replaces this one. Goes on here when the answer has no body.',
    attributes: {
      url: yes('required', 'The address, or the content.'),
      method: yes('`GET`', '`GET`, `POST`, `PATCH` or `DELETE`.'),
      body: yes('`false`', "`true` adds the app's data to the body of a POST, PATCH or DELETE."),
      timeout: yes("the server's", 'Milliseconds; then Error runs.'),
      tag: yes('–', 'Sent as `tag`.'),
    },
  },
  Redirect: {
    level: 'part',
    since: 'old',
    inside: 'command',
    content: 'the address',
    note: 'As Callback. The vendor documents its name only.',
    attributes: { url: yes('required', 'The address, or the content.'), method: yes('`GET`', '`GET` or `POST`.') },
  },
  Dial: {
    level: 'part',
    since: 'both',
    inside: 'command',
    content: 'Sip, Number, To; Error',
    note: 'Rings every target at once and connects the first that answers. Goes on with the next command when the dialled party hangs up.',
    attributes: {
      timeout: yes('60000', 'Milliseconds of ringing.'),
      record: no('Put `<Record/>` before the Dial instead.'),
      tag: tagNotYet,
    },
  },
  Sip: {
    level: 'yes',
    since: 'old',
    inside: ['Dial'],
    content: 'user@host, user@host:port or a sip: address',
    note: 'A SIP target.',
    attributes: {},
  },
  Number: {
    level: 'yes',
    since: 'old',
    inside: ['Dial'],
    content: 'digits',
    note: 'A telephone number or a SIP user of this server.',
    attributes: {},
  },
  To: {
    level: 'yes',
    since: 'new',
    inside: ['Dial'],
    content: 'a SIP address or digits',
    note: "The new generation's target.",
    attributes: {},
  },
  Reject: {
    level: 'part',
    since: 'old',
    inside: 'command',
    content: 'nothing',
    note: 'Refuses a call that was not answered; hangs up one that was. The vendor documents its name only.',
    attributes: { reason: yes('`rejected`', '`rejected` (603), `busy` (486), or a SIP status from 400 to 699.') },
  },
  Hangup: {
    level: 'yes',
    since: 'both',
    inside: 'command',
    content: 'nothing',
    note: 'Ends the call.',
    attributes: { tag: yes('–', 'Reason in call events.') },
  },
  Hold: {
    level: 'yes',
    since: 'new',
    inside: 'command',
    content: 'nothing',
    note: 'Puts the other party on hold.',
    attributes: { timeout: yes('300000', 'Milliseconds, then it resumes.'), tag: tagNotYet },
  },
  Unhold: {
    level: 'yes',
    since: 'new',
    inside: 'command',
    content: 'nothing',
    note: 'Resumes after Hold.',
    attributes: { tag: tagNotYet },
  },
  Tone: {
    level: 'part',
    since: 'new',
    inside: 'command',
    content: 'nothing',
    note: 'Sounds tones. The `x` notation of `hz` is not public.',
    attributes: {
      hz: yes('440', 'Up to four frequencies, sounded together, separated by commas.'),
      don: yes('1000', 'Milliseconds of sound in a cycle.'),
      doff: yes('0', 'Milliseconds of silence in a cycle.'),
      volume: yes('-13', 'dB, 0 is the loudest.'),
      v: yes('-13', 'As `volume`.'),
      loop: yes('1', 'Number of cycles.'),
      timeout: yes('30000', 'Longest duration in milliseconds.'),
      leg: legs,
      tag: tagNotYet,
    },
  },
  Call: {
    level: 'no',
    since: 'new',
    inside: 'command',
    content: '–',
    note: 'Conditions on call fields are not built yet.',
    attributes: {},
  },
  Geo: {
    level: 'no',
    since: 'new',
    inside: 'command',
    content: '–',
    note: "Needs the vendor's number dictionary.",
    attributes: {},
  },
  Schedule: {
    level: 'no',
    since: 'new',
    inside: 'command',
    content: '–',
    note: 'Not built yet; the vendor does not say in which time zone.',
    attributes: {},
  },
  Scheduler: { level: 'no', since: 'new', inside: 'command', content: '–', note: 'As Schedule.', attributes: {} },
  Curl: {
    level: 'no',
    since: 'new',
    inside: 'command',
    content: '–',
    note: 'How the answer is used is not public.',
    attributes: {},
  },
  Meta: {
    level: 'no',
    since: 'new',
    inside: 'command',
    content: '–',
    note: 'Encoding in the request is not public.',
    attributes: {},
  },
} as const satisfies Record<string, VerbSupport>;

export type VerbName = keyof typeof verbs;

export const isVerb = (name: string): name is VerbName => Object.hasOwn(verbs, name);
export const supportOf = (name: VerbName): VerbSupport => verbs[name];
