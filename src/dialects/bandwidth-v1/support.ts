// Owns: what of the BXML of v1 (Catapult) is supported, as data. The compiler knows an element or attribute only if it
// stands here; docs/dialects/bandwidth-v1.md is made from it. The REST interface has a table of its own (rest/support.ts).
import type { AttributeSupport, VerbSupport } from '../bandwidth/support.ts';

const yes = (byDefault: string, note: string): AttributeSupport => ({ level: 'yes', byDefault, note });
const part = (byDefault: string, note: string): AttributeSupport => ({ level: 'part', byDefault, note });
const no = (note: string): AttributeSupport => ({ level: 'no', byDefault: '–', note });
const refused = (note: string): AttributeSupport => ({ ...no(note), refuses: true });

const timeout = yes('30000', 'Milliseconds that the answer may take, 1 to 30000.');
const tag = yes('–', 'Sent with the event.');
const volume = no('Sounds are played as loud as they are.');

export const verbs = {
  Gather: {
    level: 'yes',
    inside: 'document',
    content: 'any number of SpeakSentence, or one PlayAudio',
    note: 'Collects keys. As the last verb its answer is the next document; else the next verb runs at once and the answer is ignored.',
    attributes: {
      requestUrl: yes('required', 'Told by GET with event `gather`. May be relative.'),
      requestUrlTimeout: timeout,
      terminatingDigits: yes('`#`', 'Keys, each of which ends the entry. Told apart from the digits.'),
      maxDigits: yes('128', 'From 1 to 128.'),
      interDigitTimeout: yes(
        '5',
        'Seconds from the end of the prompts to the first key, and from each key to the next.',
      ),
      bargeable: yes('`true`', 'Out of use: a key always stops the prompts.'),
      tag,
    },
  },
  SpeakSentence: {
    level: 'part',
    inside: ['document', 'Gather', 'Transfer'],
    content: 'text',
    note: 'Speaks a text. In a Transfer it is for whoever answers, before the two are connected.',
    attributes: {
      gender: yes('`female`', '`female` or `male`, as far as the installed engine has both.'),
      locale: yes('`en_US`', 'A language, `en_US` or `en`.'),
      voice: part('`susan`', "The vendor's names choose language and gender; the voice is the engine's own."),
      volume,
    },
  },
  PlayAudio: {
    level: 'part',
    inside: ['document', 'Gather', 'Transfer'],
    content: 'the address, which may be relative',
    note: 'Plays a WAV or MP3 file. One that cannot be played is passed over. In a Transfer: as SpeakSentence.',
    attributes: {
      volume,
      repeatCount: yes('1', 'How often it is played, 1 to 30.'),
      delayBeforeRepeat: yes('0', 'Seconds of silence before each repetition, 0 to 60. In a Gather only.'),
      digits: no('The attribute is in no page; keys stop a prompt of a Gather.'),
    },
  },
  Pause: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Waits.',
    attributes: { length: yes('1', 'Seconds, 0 to 3600, with decimals.') },
  },
  SendDtmf: {
    level: 'yes',
    inside: 'document',
    content: 'keys, at most 92: `0-9 * #`, and the pauses `,` `w` (0.5 s) and `W` (1 s)',
    note: 'Sends keys to the caller.',
    attributes: {},
  },
  Record: {
    level: 'part',
    inside: ['document', 'Transfer'],
    content: 'nothing',
    note: 'Records the caller until a key, silence or the longest duration. In a Transfer: the whole talk.',
    attributes: {
      requestUrl: yes(
        '–',
        'Told by GET with event `recording` when the recording ends; its answer is the next document.',
      ),
      requestUrlTimeout: timeout,
      fileFormat: part('`wav`', '`mp3` is recorded as WAV.'),
      transcribe: yes('`false`', 'What was said is written down, where the server has a transcription engine.'),
      transcribeCallbackUrl: yes('required with `transcribe`', 'Told by POST with event `transcription`.'),
      multiChannel: yes('`false`', 'In a Transfer: one channel for the caller, one for the callee.'),
      maxDuration: yes('60', 'Seconds, 1 to 3600.'),
      silenceTimeout: yes('3', 'Seconds of silence that end it, 0 to 60; 0 for no such end.'),
      silenceThreshold: no('What is silence is measured against the noise of the line.'),
      terminatingDigits: yes('none', 'Keys, each of which ends the recording.'),
    },
  },
  Redirect: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Asks for the next document by GET, which replaces this one. No verb behind it runs.',
    attributes: { requestUrl: yes('required', 'The address, which may be relative.'), requestUrlTimeout: timeout },
  },
  Transfer: {
    level: 'yes',
    inside: 'document',
    content: 'PhoneNumber (at most 7 with `transferTo`, which ring together), SpeakSentence, PlayAudio, Record',
    note: 'Connects the caller with the first that answers. When they are done the call is over; a verb behind it runs only when nobody answered.',
    attributes: {
      transferTo: yes('–', 'A number or a SIP address.'),
      transferCallerId: yes(
        "the caller's",
        'A number, or `private`: `anonymous` is shown, and networks are asked to keep it.',
      ),
      callTimeout: yes('60', 'Seconds of ringing, 1 to 300.'),
      requestUrl: yes(
        '–',
        'Told by GET with event `transferComplete` when the talk is over; its answer is the next document.',
      ),
      requestUrlTimeout: timeout,
      tag,
      diversionTreatment: yes(
        '`none`',
        '`propagate` hands on where the call was diverted from, `stack` adds the number that was called.',
      ),
      diversionReason: yes('`unknown`', 'Sent with `stack`.'),
    },
  },
  PhoneNumber: {
    level: 'yes',
    inside: ['Transfer'],
    content: 'a number or a SIP address',
    note: 'One more that rings.',
    attributes: {},
  },
  Hangup: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Ends the call.',
    attributes: {},
  },
  Reject: {
    level: 'part',
    inside: 'document',
    content: 'nothing',
    note: 'Obsolete. In the GET mode a call is answered before its first document, so it is hung up.',
    attributes: { reason: no('The call is answered already.') },
  },
  Conference: {
    level: 'yes',
    inside: 'document',
    content: 'nothing',
    note: 'Obsolete. The caller joins the conference of that number, which begins with its first member.',
    attributes: {
      from: yes('required', 'The number that names the conference.'),
      joinTone: yes('`false`', 'All hear a tone when the caller joins.'),
      leavingTone: yes('`false`', 'All hear a tone when the caller leaves.'),
      tag,
      mute: yes('`false`', 'The caller is not heard.'),
      hold: yes('`false`', 'The caller neither hears nor is heard.'),
      statusCallbackUrl: yes('–', 'Told by GET with the events of the conference that begins here.'),
    },
  },
  Call: {
    level: 'no',
    inside: 'document',
    content: '–',
    note: 'Obsolete. Use `POST /calls`, or Transfer.',
    attributes: { from: refused('As Call.'), to: refused('As Call.') },
  },
  SendMessage: {
    level: 'no',
    inside: 'document',
    content: '–',
    note: 'Obsolete. Messages are not sent by this server.',
    attributes: { from: refused('As SendMessage.'), to: refused('As SendMessage.') },
  },
} as const satisfies Record<string, VerbSupport>;

export type VerbName = keyof typeof verbs;

export const supportOf = (name: VerbName): VerbSupport => verbs[name];
