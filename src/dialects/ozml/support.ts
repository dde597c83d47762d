// Owns: what of Ozeki's OzML and HTTP API is supported, as data. Both read their parameters by this table alone, names in any
// capitals and with the misspellings of the vendor's own pages; docs/dialects/ozml.md is made from it.
// Two generations are in use, XE (documented 2013) and 10; they may be mixed.

export type Level = 'yes' | 'part' | 'no';
export interface ParameterSupport {
  readonly level: Level;
  readonly byDefault: string;
  readonly note: string;
  /** Other spellings of the vendor. */
  readonly also?: readonly string[];
  /** In OzML it may stand as the text of the element. */
  readonly text?: true;
  /** Of the HTTP API only; in OzML it is passed over, for the script is about its own call. */
  readonly only?: 'api' | 'script';
}
export interface CommandSupport {
  /** In a script. */
  readonly script: Level;
  /** By URL; `never` where the vendor does not allow it: code 303. */
  readonly api: Level | 'never';
  readonly note: string;
  /** A command of a script, or inside the named elements only. */
  readonly inside: 'script' | readonly string[];
  readonly content: string;
  readonly also?: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterSupport>>;
}

type More = Partial<Pick<ParameterSupport, 'also' | 'text' | 'only'>>;
const yes = (byDefault: string, note: string, more: More = {}): ParameterSupport => ({
  ...{ level: 'yes', byDefault, note },
  ...more,
});
const part = (byDefault: string, note: string, more: More = {}): ParameterSupport => ({
  ...{ level: 'part', byDefault, note },
  ...more,
});
const no = (note: string, more: More = {}): ParameterSupport => ({ level: 'no', byDefault: '–', note, ...more });

const callId = yes('needed by URL', 'A call of the account, by its id. In a script: the call it runs in.', {
  only: 'api',
});
const party = (byDefault = 'needed by URL; `caller`') =>
  yes(byDefault, '`caller`, `callee` or `all`. Somebody who is not there: code 302; in a script the caller hears it.');
const apiExtension = yes(
  "the account's first app",
  'The name of an app with `dialect: ozml`, or one of its numbers. Another one: code 401.',
  { only: 'api' },
);
const finishedUrl = (note: string) => yes('–', note, { also: ['FinishedURL'] });
const errorUrl = yes('–', 'Told `Error` when nobody answered.', { also: ['ErrorURL'] });
const notBuilt = (note: string): CommandSupport => ({
  ...{ script: 'no', api: 'no', inside: 'script', content: '–', parameters: {} },
  note,
});
const paging = {
  PageNumber: yes('0', 'Counts from 0.'),
  RowsPerPage: yes('20', 'From 1 to 1000.'),
} as const;

export const commands = {
  SendDTMF: {
    script: 'yes',
    api: 'yes',
    inside: 'script',
    content: 'nothing',
    note: 'Sends keys to one party or to all. The others do not hear them.',
    parameters: {
      CallId: callId,
      Keys: yes('required', '`0-9 * # A-D`, and the pauses `,` `w` (0.5 s) and `W` (1 s); at most 128.', {
        text: true,
      }),
      Party: yes('needed by URL; `caller`', '`caller`, `callee` or `all`. Somebody who is not there: code 302.'),
    },
  },
  Speak: {
    script: 'yes',
    api: 'yes',
    inside: 'script',
    content: 'the text',
    note: 'Speaks a text.',
    parameters: {
      Text: yes('required', 'The text.', { text: true }),
      CallId: callId,
      Party: party(),
      Language: yes('`en-US`', 'A language, such as `en-UK` or `pt-BR`.'),
    },
  },
  Play: {
    script: 'yes',
    api: 'yes',
    inside: 'script',
    content: 'the address',
    note: 'Plays a WAV or MP3 file. One that cannot be played is passed over.',
    parameters: {
      AudioFile: part(
        'required',
        'An http(s) address, or a path: in a script against the address of the script, by URL in `ozml.filesDir`.',
        { text: true },
      ),
      CallId: callId,
      Party: party(),
      Repeat: yes('`false`', '`true` repeats it until the call or the timeout ends it.'),
      Timeout: yes('–', 'Seconds, then it stops.'),
    },
  },
  Record: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'nothing',
    note: 'In a script: records until one of the ends below. By URL: in the background until the call ends.',
    parameters: {
      CallId: callId,
      Format: part('`mp3`', '`mp3` or `wav`; recorded as WAV either way.'),
      FinishedUrl: finishedUrl('Told `RecordCompleted`; in a script its answer is the next one.'),
      Duration: yes('–', 'Longest recording in seconds.'),
      Inactivity: yes('–', 'Seconds of silence that end it.', { only: 'script' }),
      FinishDigits: yes('none', 'Keys, each of which ends it.', { only: 'script' }),
      RecordPath: no('The server names its files itself.'),
    },
  },
  UserInput: {
    script: 'part',
    api: 'never',
    inside: 'script',
    content: 'InitialCommands, Inputs',
    note: 'Collects keys: a menu, or an entry for the application.',
    parameters: {
      Repeat: yes('`false`', '`true` plays InitialCommands again when nothing was keyed, at most 1000 times.'),
      Timeout: yes('5', 'Seconds from the end of InitialCommands to the first key; see decisions.'),
      BackKey: yes('none', 'In a menu inside another: back to that one. Else the commands behind this element run.'),
      Digits: yes('1', 'How many keys make an entry; without it, as many as the longest Input has.'),
      MinDigits: yes('1', 'The least number.'),
      MaxDigits: yes('1', 'The greatest number.'),
      ForwardToUrl: yes('–', 'Told `DtmfEntered` when an entry matches no Input; its answer is the next script.', {
        also: ['enteredUrl'],
      }),
      ExecuteSQL: no('There is no SQL.'),
      Sensitive: yes(
        '`false`',
        "Ours, not the vendor's. `true`: the keys are a secret. They reach ForwardToUrl and nothing else: no log, tape, API or recording.",
      ),
    },
  },
  InitialCommands: {
    script: 'part',
    api: 'never',
    inside: ['UserInput'],
    content: 'commands; keys pressed meanwhile count',
    note: 'Speak, Play, Delay and Beep at its end are stopped by a key; what stands before another command runs once, before them.',
    parameters: {},
  },
  Inputs: {
    script: 'yes',
    api: 'never',
    inside: ['UserInput'],
    content: 'Input',
    note: 'The choices.',
    parameters: {},
  },
  Input: {
    script: 'yes',
    api: 'never',
    inside: ['Inputs', 'UserInput'],
    content: 'commands',
    note: 'Runs when the entry is its key. Then the commands behind the UserInput run.',
    parameters: { Key: yes('required', 'One or more of `0-9 * # A-D`.') },
  },
  Delay: {
    script: 'yes',
    api: 'never',
    inside: 'script',
    content: 'the time',
    note: 'Waits.',
    parameters: { Time: yes('required', 'Seconds, with decimals.', { text: true }) },
  },
  Beep: {
    script: 'yes',
    api: 'never',
    inside: 'script',
    content: 'nothing',
    note: 'A beep of 0.4 s.',
    parameters: {},
  },
  Var: {
    script: 'yes',
    api: 'never',
    inside: 'script',
    content: 'the value',
    note: 'Sets a variable for the rest of the call: `$name` in texts and parameters.',
    parameters: {
      ID: yes('required', 'The name.', { also: ['Name'] }),
      Value: yes('empty', 'The value.', { text: true }),
    },
  },
  Array: {
    script: 'yes',
    api: 'never',
    inside: 'script',
    content: 'item',
    note: 'Sets a list for ForEach.',
    parameters: { ID: yes('required', 'The name.', { also: ['Name'] }) },
  },
  Item: { script: 'yes', api: 'never', inside: ['Array'], content: 'the value', note: 'One of them.', parameters: {} },
  ForEach: {
    script: 'yes',
    api: 'never',
    inside: 'script',
    content: 'commands',
    note: 'Runs them for each item, which is `$item`.',
    parameters: { Source: yes('required', 'The name of the list.') },
  },
  Exit: {
    script: 'part',
    api: 'never',
    inside: 'script',
    content: 'nothing',
    note: 'Leaves the innermost UserInput; outside of one the script ends, which hangs up. The vendor documents its name only.',
    parameters: {},
  },
  GoTo: {
    script: 'part',
    api: 'never',
    inside: 'script',
    content: 'the address',
    note: 'Asks for the next script, which takes the place of this one. SQL queries are not run.',
    parameters: { Url: yes('required', 'The address, told `GoTo`.', { text: true }) },
  },
  Reject: {
    script: 'yes',
    api: 'never',
    inside: 'script',
    content: 'nothing',
    note: 'As the first command: the call is refused with 603 and nothing else runs. Elsewhere it is passed over.',
    parameters: {},
  },
  Hangup: {
    script: 'yes',
    api: 'yes',
    inside: 'script',
    content: 'nothing',
    note: 'Ends the call.',
    parameters: { CallId: callId },
  },
  Route: {
    script: 'yes',
    api: 'never',
    inside: 'script',
    content: 'the destination',
    note: "Rings another party while the caller's own phone rings. When it fails, the script's address is asked again with LastCallState.",
    parameters: {
      Destination: part(
        '–',
        'A number or a SIP address; empty refuses the call. Names of outside lines are not known.',
        {
          text: true,
        },
      ),
      RingTime: yes('90', 'Seconds.'),
      CallerId: yes("the caller's", 'The number that is shown.'),
      DialedNumber: yes('–', 'Rung instead of Destination, which then names the line it goes out by.'),
    },
  },
  ForwardCall: {
    script: 'yes',
    api: 'yes',
    inside: 'script',
    content: 'nothing',
    also: ['Forward'],
    note: 'Sends a call that rings to somebody else. One that does not ring any more: code 303.',
    parameters: {
      CallId: callId,
      Destination: yes('required', 'A number or a SIP address.', { text: true }),
    },
  },
  BlindTransfer: {
    script: 'yes',
    api: 'part',
    inside: 'script',
    content: 'the target',
    note: 'Rings the target and connects it. In a script: when it fails, the next command runs; when it works, nothing behind it does.',
    parameters: {
      CallId: callId,
      TransferorParty: part(
        'needed by URL',
        '`callee`: the caller is transferred, the callee leaves. `caller` is code 303: the callee cannot be kept without the caller.',
        { also: ['TranferorParty'], only: 'api' },
      ),
      Target: yes('required', 'A number or a SIP address.', { text: true }),
      FinishedUrl: finishedUrl('Told `CallFinished` when the transferred leg is over.'),
    },
  },
  AttendedTransfer: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'nothing',
    note: 'Connects the caller of one call with the caller of the other, and drops whom they talked to. Both must be answered.',
    parameters: {
      TransferredCallId: yes('needed by URL', 'The call whose caller is transferred.', {
        also: ['TranferredCallId', 'CallId'],
        only: 'api',
      }),
      TargetCallId: yes('required', 'The call whose caller it is connected with.'),
      TransferorParty: no('The callee of both calls leaves.', { also: ['TranferorParty'] }),
    },
  },
  Hold: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'nothing',
    note: 'Puts the caller on hold by SIP; the other party hears silence.',
    parameters: { CallId: callId },
  },
  Unhold: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'nothing',
    note: 'Ends what Hold began, and nothing else.',
    parameters: { CallId: callId },
  },
  Call: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'the number',
    note: 'Places a call of its own. Answers at once, with the CallId, before it rings.',
    parameters: {
      Dialed: yes('required', 'A number or a SIP address.', { also: ['Dialled'], text: true }),
      ApiExtension: apiExtension,
      CallerId: yes('the number of the API extension', 'The number that is shown.'),
      CallerDisplayName: yes('–', 'The name that is shown.'),
      Url: yes('–', 'Told `CallConnected` when it is answered; its answer is the script. Empty: it is hung up.'),
      ErrorUrl: errorUrl,
      ResponseOzML: yes('–', 'The script, in place of Url. Without both the call stays up until a command ends it.'),
      FinishedUrl: finishedUrl('Told `CallFinished` when an answered call is over.'),
      RingTime: yes('60', 'Seconds, then it is given up.'),
    },
  },
  CallSetup: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'nothing',
    note: 'Rings Caller and, once answered, Callee, and connects the two. Answers at once, with the CallId.',
    parameters: {
      Caller: yes('required', 'A number or a SIP address.'),
      Callee: yes('required', 'A number or a SIP address.'),
      ErrorUrl: errorUrl,
    },
  },
  Request: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'OnInCall, OnSetup, OnError and their like',
    note: 'As Call, with a script for each state of the call in RequestOzML.',
    parameters: {
      DialedAddress: yes('required', 'A number or a SIP address.', { also: ['Dialed'] }),
      ExtensionAddress: yes("the account's first app", 'As ApiExtension of Call.', { also: ['ApiExtension'] }),
      CallerPhoneNumber: yes('the number of the API extension', 'The number that is shown.', { also: ['CallerId'] }),
      CallerDisplayName: yes('–', 'The name that is shown.'),
      RingTime: yes('60', 'Seconds, then it is given up.'),
      RequestOzML: yes('–', 'A Request element, or what stands in one. In a script, what stands between its tags.'),
    },
  },
  OnInCall: {
    script: 'no',
    api: 'yes',
    inside: ['Request'],
    content: 'commands',
    also: ['OnCallConnected', 'OnConnected', 'OnAnswered', 'OnAnswer'],
    note: 'Runs when the call is answered.',
    parameters: {},
  },
  OnSetup: {
    script: 'no',
    api: 'part',
    inside: ['Request'],
    content: 'commands that need nobody on the line',

    note: 'Runs when the call is placed. SendEmail, SendSms, SendMsg, Call and files; others are passed over.',
    parameters: {},
  },
  OnRinging: {
    script: 'no',
    api: 'no',
    inside: ['Request'],
    content: '–',
    note: 'Passed over.',
    parameters: {},
  },
  OnCompleted: {
    script: 'no',
    api: 'part',
    inside: ['Request'],
    content: 'commands that need nobody on the line',
    also: ['OnFinished', 'OnCallFinished'],
    note: 'As OnSetup, when an answered call is over.',
    parameters: {},
  },
  OnBusy: {
    script: 'no',
    api: 'part',
    inside: ['Request'],
    content: 'commands that need nobody on the line',

    note: 'As OnSetup, when the other side was busy; without it OnError.',
    parameters: {},
  },
  OnNoAnswer: {
    script: 'no',
    api: 'part',
    inside: ['Request'],
    content: 'commands that need nobody on the line',

    note: 'As OnSetup, when nobody answered; without it OnError.',
    parameters: {},
  },
  OnRejected: {
    script: 'no',
    api: 'part',
    inside: ['Request'],
    content: 'commands that need nobody on the line',
    also: ['OnDeclined'],
    note: 'As OnSetup, when the other side declined; without it OnError.',
    parameters: {},
  },
  OnError: {
    script: 'no',
    api: 'part',
    inside: ['Request'],
    content: 'commands that need nobody on the line',
    also: ['OnFailed'],
    note: 'As OnSetup, when the call was not answered for another reason.',
    parameters: {},
  },
  RunOzML: {
    script: 'no',
    api: 'yes',
    inside: 'script',
    content: '–',
    note: "Ours, not the vendor's: runs a script beside a call that is up; see decisions.",
    parameters: { CallId: callId, OzML: yes('required', 'The script.') },
  },
  SendSms: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'the message',
    note: 'Over SMPP or SIP MESSAGE, once `messages` is configured; until then code 303. Not taken: code 501.',
    parameters: {
      Recipient: yes('required', 'A number.'),
      Message: yes('required', 'The text.', { text: true }),
      Sender: yes('`messages.from`', 'A number or name.'),
      ApiExtension: part('–', 'Accepted; the account of the command sends.'),
      DeliveryReportURL: no('No reports are told.', { also: ['DelivaryReportURL'] }),
    },
  },
  SendEmail: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'the message',
    note: 'Over SMTP, once `mail` is configured; until then code 303. Not taken: code 501.',
    parameters: {
      Recipient: yes('required', 'One or more addresses, separated by commas.'),
      Sender: yes('`mail.from`', 'Shown as reply address when it is another one than `mail.from`.'),
      Subject: yes('empty', 'The subject.'),
      Message: yes('empty', 'The text.', { text: true }),
      ApiExtension: part('–', 'Accepted; the account of the command sends.'),
    },
  },
  SendMsg: {
    script: 'part',
    api: 'never',
    inside: 'script',
    content: 'the message',
    note: 'As SendSms. ToConnection must be `sip` or `sms`.',
    parameters: {
      ToConnection: part('required', '`sip`: a SIP MESSAGE to a phone or address; `sms`: as SendSms.'),
      ToAddress: yes('required', 'The number or address.'),
      Text: yes('required', 'The text.', { text: true }),
    },
  },
  WaitForMsg: {
    script: 'part',
    api: 'never',
    inside: 'script',
    content: 'Execute, OnMessage, OnTimeout',
    note: 'Waits for a SIP MESSAGE to a number of an app of the account, once `messages.sip` is configured. When none comes, the call ends.',
    parameters: {
      FromConnection: part('required', '`sip`.'),
      FromAddress: yes('anybody', 'The number or login it must come from.'),
      Timeout: yes('90', 'Seconds.'),
    },
  },
  Execute: {
    script: 'part',
    api: 'never',
    inside: ['WaitForMsg'],
    content: 'commands',
    note: 'Runs first; a message that comes meanwhile is not taken.',
    parameters: {},
  },
  OnMessage: {
    script: 'yes',
    api: 'never',
    inside: ['WaitForMsg'],
    content: 'commands',
    note: 'Runs when it has come, with `$FromConnection`, `$FromAddress` (ours) and `$Text`.',
    parameters: {},
  },
  OnTimeout: {
    script: 'yes',
    api: 'never',
    inside: ['WaitForMsg'],
    content: 'commands',
    note: 'Runs when none came; then the call ends.',
    parameters: {},
  },
  SendMessage: notBuilt("A command of the vendor's SMS gateway; SendSms is the one of the PBX."),
  ReceiveMessage: notBuilt("A command of the vendor's SMS gateway."),
  MoveFile: {
    script: 'part',
    api: 'never',
    inside: 'script',
    content: 'nothing',
    note: 'Inside `ozml.filesDir` only, symbolic links resolved. The names of the parameters are a guess.',
    parameters: {
      Source: yes('required', 'The file.', { also: ['SourceFile', 'File', 'From', 'FileName'] }),
      Target: yes('required', 'The folder it goes to, which must exist.', {
        also: ['Destination', 'TargetDirectory', 'DestinationDirectory', 'To'],
      }),
    },
  },
  DeleteFile: {
    script: 'part',
    api: 'never',
    inside: 'script',
    content: 'the file',
    note: 'Inside `ozml.filesDir` only, symbolic links resolved. The name of the parameter is a guess.',
    parameters: { File: yes('required', 'The file.', { also: ['Source', 'FileName', 'Path'], text: true }) },
  },
  SendAlarmNotification: {
    script: 'part',
    api: 'part',
    inside: 'script',
    content: 'nothing',
    note: 'Calls an alarm receiver and sends it a message in Ademco Contact ID (SIA DC-05). Answers at once, with the CallId.',
    parameters: {
      PhoneNumber: yes('required', 'The number of the receiver.'),
      AccountNumber: yes('required', 'Four digits, or B to F.'),
      EventCode: yes('required', 'Up to three digits.'),
      PartitionNumber: yes('required', 'Up to two digits.'),
      ZoneNumber: yes('required', 'Up to three digits.'),
      EventQualifier: yes('`NewEvent`', '`NewEvent`, `NewRestore` or `StatusReport`.'),
      ApiExtension: yes("the account's first app", 'As of Call.'),
      ResultUrl: yes(
        '–',
        'Told `AlarmNotificationResult` with `Result` `Success` or `Failed`, and why; then `CallFinished`, or `Error` when nobody answered. Only `Success` means that the receiver took it.',
        {
          also: ['ResultURL'],
        },
      ),
    },
  },
  ReceiveAlarmNotification: {
    script: 'yes',
    api: 'never',
    inside: 'script',
    content: 'Received',
    note: 'Takes messages of an alarm panel in Ademco Contact ID (SIA DC-05) and acknowledges each. The next command runs when the panel has no more.',
    parameters: {},
  },
  Received: {
    script: 'yes',
    api: 'never',
    inside: ['ReceiveAlarmNotification'],
    content: 'commands',
    note: 'Runs for each message, with `$account`, `$eventqualifier`, `$eventcode`, `$eventname`, `$partition` and `$zone`.',
    parameters: {},
  },
  ListActiveCalls: {
    script: 'no',
    api: 'yes',
    inside: 'script',
    content: '–',
    note: 'The calls of the account that ring or are up.',
    parameters: {},
  },
  ListCallHistory: {
    script: 'no',
    api: 'part',
    inside: 'script',
    content: '–',
    also: ['GetCallHistory'],
    note: 'The calls of the account, the newest first; of the last 10,000.',
    parameters: {
      CallerId: yes('–', 'The number that called.'),
      CallId: yes('–', 'One call.'),
      Destination: yes('–', 'The number that was called.'),
      Dialed: yes('–', 'As Destination.'),
      Direction: yes('–', '`Inbound` or `Outbound`; `External` is both, `Internal` none.'),
      From: yes('–', 'Begun then or later, as `2013-01-17 13:32:12` (UTC) or ISO 8601.'),
      To: yes('–', 'Begun before. Ours.'),
      Source: yes('–', 'As CallerId.'),
      State: yes('–', 'Such as `CallerHangUp` or `CalleeHungUp`.'),
      Type: yes('–', '`Audio`; any other finds nothing.'),
      ...paging,
    },
  },
  ListExtensions: {
    script: 'no',
    api: 'part',
    inside: 'script',
    content: '–',
    note: 'The phones of the account (`Phone`) and its apps with numbers (`API extension`).',
    parameters: { Type: yes('–', 'Only those.') },
  },
  ListExtensionTypes: {
    script: 'no',
    api: 'part',
    inside: 'script',
    content: '–',
    note: "`Phone` and `API extension`. The form of the vendor's answer is not public.",
    parameters: {},
  },
  ListAddressbookNames: {
    script: 'no',
    api: 'part',
    inside: 'script',
    content: '–',
    also: ['ListAddressbooks'],
    note: "The names under `ozml.addressBooks`. The form of the vendor's answer is not public.",
    parameters: {},
  },
  ListAddressbookContacts: {
    script: 'no',
    api: 'yes',
    inside: 'script',
    content: '–',
    also: ['ListAddresbookContacts'],
    note: 'The contacts of one of `ozml.addressBooks`.',
    parameters: {
      AddressbookName: yes('required', 'Its name.'),
      FullName: yes('–', 'Part of the name, in any capitals.'),
      Email: yes('–', 'Part of the address, in any capitals.'),
      PhoneNumber: yes('–', 'Part of the number.'),
      ...paging,
    },
  },
  AddConfig: notBuilt('The configuration is a file.'),
  GetConfig: notBuilt('The configuration is a file.'),
  ModifyConfig: notBuilt('The configuration is a file.'),
  RemoveConfig: notBuilt('The configuration is a file.'),
  GenerateSecurityToken: notBuilt('Not public.'),
  SQL: notBuilt('There is no SQL.'),
} as const satisfies Record<string, CommandSupport>;

export type CommandName = keyof typeof commands;
export const supportOf = (name: CommandName): CommandSupport => commands[name];

const spelled = (also: readonly string[] = []): readonly string[] => also.map((name) => name.toLowerCase());
const byName: ReadonlyMap<string, CommandName> = new Map(
  (Object.keys(commands) as CommandName[]).flatMap((name) =>
    [name.toLowerCase(), ...spelled(supportOf(name).also)].map((written) => [written, name] as const),
  ),
);

/** In any capitals, and by the vendor's other names. */
export const commandNamed = (written: string): CommandName | null => byName.get(written.toLowerCase()) ?? null;

/** By every spelling in small letters: its name in the table. */
export function parameterNames(command: CommandName): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(supportOf(command).parameters).flatMap(([name, { also }]) =>
      [name.toLowerCase(), ...spelled(also)].map((written) => [written, name] as const),
    ),
  );
}
