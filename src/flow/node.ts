// Owns: the common form. Every document of every dialect, and every REST command, compiles to these nodes; the
// interpreter runs nothing else. Pure data: frozen, serialisable as JSON (it is written on the tape), units in names.
// Does not: know a vendor's word, run anything.

export type DialectName = 'opentact' | 'bandwidth-v1' | 'bandwidth' | 'ozml' | 'twiml';

/** Line and column count from 1; `path` names the element as the dialect does, e.g. `Gather[2]/Say[0]`. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

export type Block = readonly FlowNode[];

export interface Flow {
  readonly dialect: DialectName;
  /** URL or file that the document came from; relative references were resolved against it. */
  readonly source: string;
  /**
   * Empty only when the application answered with nothing at all: as an answer to a report it means "go on where you
   * were", as the first document of a call it hangs up. A document that holds no verb compiles to one hangup.
   */
  readonly body: Block;
}

/** Who hears, sends or records: the caller's leg, the dialled leg, or both of a bridged call. */
export type Party = 'caller' | 'callee' | 'both';

// ---- sound -------------------------------------------------------------------------------------------------------

export interface Speech {
  readonly kind: 'speech';
  readonly text: string;
  readonly language: string;
  readonly voice: string | null;
  readonly gender: 'female' | 'male' | null;
}
/** A WAV, MP3 or raw G.711 file by absolute http(s) or file URL. */
export interface Media {
  readonly kind: 'media';
  readonly url: string;
  /** The name of what it is asked for with; never a secret itself. */
  readonly credentials?: string;
}
/** A recording made earlier in this call, by its tag. */
export interface Recorded {
  readonly kind: 'recorded';
  readonly tag: string;
}
export interface Silence {
  readonly kind: 'silence';
  readonly durationMs: number;
}
/** Each cycle sounds the frequencies together for `onMs`, then is silent for `offMs`; cycles repeat until `durationMs`. */
export interface Tone {
  readonly kind: 'tone';
  readonly frequenciesHz: readonly number[];
  readonly onMs: number;
  readonly offMs: number;
  readonly durationMs: number;
  /** 0 is full scale, negative is quieter. */
  readonly volumeDb: number;
}
/** A call-progress tone of ITU-T E.180; `durationMs` null sounds until stopped. */
export interface Progress {
  readonly kind: 'progress';
  readonly name: 'ringback' | 'busy' | 'congestion' | 'dial' | 'beep';
  readonly durationMs: number | null;
}
export type Sound = Speech | Media | Recorded | Silence | Tone | Progress;

export interface Prompt {
  readonly sound: Sound;
  /** How often it is played; null repeats until stopped. */
  readonly times: number | null;
}

// ---- asking the application --------------------------------------------------------------------------------------

/** Where a result goes. `url` is absolute. The dialect's words turn it and the result into one HTTP request. */
export interface Destination {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly fallbackUrl: string | null;
  readonly timeoutMs: number | null;
  /** Words of the dialect that must travel with the request, e.g. `tag` or `body`; never secrets. */
  readonly extra: Readonly<Record<string, string>>;
}

// ---- nodes -------------------------------------------------------------------------------------------------------

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly at: Position;
}
/**
 * A node that can fail: `onFailed` runs then; null means the flow goes on with the next node. While it runs, the
 * variable `error` holds the reason in words, and `fault` its code where it has one.
 */
interface Fallible {
  readonly onFailed: Block | null;
}

export interface AnswerNode extends Node<'answer'> {
  readonly delayMs: number;
}
export interface RejectNode extends Node<'reject'> {
  readonly sipStatus: number;
}
export interface HangupNode extends Node<'hangup'> {
  readonly reason: string | null;
}
export interface PlayNode extends Node<'play'>, Fallible {
  readonly prompt: Prompt;
  /** Told when the sound begins and when it is over; the answers are ignored. */
  readonly notify?: Destination;
  readonly to: Party;
  /** It is stopped once it has been heard for so long. */
  readonly mostMs?: number;
  /** Keys that end the sound early; '' for none. */
  readonly stopKeys: string;
}
/** A wait without sound of its own (comfort silence is sent once answered). Does not answer the call by itself. */
export interface PauseNode extends Node<'pause'> {
  readonly durationMs: number;
  readonly stopKeys: string;
}
export interface GatherBranch {
  /** The whole entry that selects this branch, e.g. `1` or `42`. */
  readonly digits: string;
  readonly body: Block;
}
export interface GatherNode extends Node<'gather'> {
  readonly prompts: readonly Prompt[];
  /** The least digits that a terminator completes to a success. */
  readonly minDigits: number;
  /** The least digits that are a success when a timer ends the entry; fewer fail the attempt but are still told. */
  readonly minDigitsAtTimeout: number;
  readonly maxDigits: number;
  /** Each of these keys ends the entry; '' for none. A terminator is never part of the digits. */
  readonly terminators: string;
  /** Each of these keys is an entry by itself, whatever was keyed before it: it takes the place of that. */
  readonly soleKeys?: string;
  /** Whether a terminator pressed first ends the gather with an empty entry (true) or is ignored (false). */
  readonly acceptEmpty: boolean;
  /** From the end of the prompts to the first digit; null is no such timer. */
  readonly firstDigitMs: number | null;
  /** From each digit to the next; null is no such timer. */
  readonly interDigitMs: number | null;
  /** From the end of the prompts (or the first digit, if sooner) to the end of the entry; null is no such timer. */
  readonly totalMs: number | null;
  readonly attempts: number;
  /** What makes another attempt start while attempts are left. */
  readonly retryOn: 'nothing-keyed' | 'any-failure';
  readonly bargeIn: boolean;
  readonly typeAhead: 'keep' | 'flush';
  readonly sensitive: boolean;
  /** Told when an attempt is over, however it ended; the answer is ignored. */
  readonly notify?: Destination;
  /** Where the result goes; its answer's flow replaces this one. */
  readonly report: Destination | null;
  /** `end-if-unmatched`: only for an entry that selects no branch (OzML ForwardToUrl). */
  readonly reportWhen: 'each-attempt' | 'end' | 'end-if-keyed' | 'end-if-unmatched';
  readonly branches: readonly GatherBranch[];
  /** An entry that selects no branch ends the gather with `onOther`, or is forgotten and listening goes on (OzML). */
  readonly unmatched: 'finish' | 'ignore';
  /** An entry that matches no branch. */
  readonly onOther: Block | null;
  /** Nothing (or too little) keyed after the last attempt, or the report failed. */
  readonly onFailed: Block | null;
}
export interface SendDigitsNode extends Node<'send-digits'>, Fallible {
  /** `0-9 * # A-D`, and `,` `w` (0.5 s) and `W` (1 s) as pauses; or variables that hold such. */
  readonly digits: string;
  readonly to: Party;
  readonly toneMs: number;
  readonly gapMs: number;
}
export interface RecordNode extends Node<'record'>, Fallible {
  /**
   * `start`: in the background; `during`: while `body` runs; `until`: waits for one of the ends below. `pause`: what is heard
   * until `resume` is not in the newest one that runs, and not in its length.
   */
  readonly mode: 'start' | 'stop' | 'pause' | 'resume' | 'during' | 'until';
  readonly tag: string | null;
  readonly body: Block;
  readonly maxMs: number | null;
  readonly silenceMs: number | null;
  readonly terminators: string;
  readonly channels: 'mixed' | 'one-each';
  readonly beep: boolean;
  /** Told when the recording ends and the call is still up; its answer's flow replaces this one. */
  readonly report: Destination | null;
  /** Told when the recording is stored; the answer is ignored. */
  readonly notify: Destination | null;
  /** What was said in it is written down then. */
  readonly transcribe?: Transcribe;
}
export interface Transcribe {
  /** False: it is in the language that the server is set to. */
  readonly detectLanguage: boolean;
  /** Told when it is there, or will not be, which may be after the call; the answer is ignored. */
  readonly notify: Destination | null;
}
export interface DialTarget {
  /** `sip`: a SIP URI without scheme or with; `number`: digits for a trunk or a SIP user of ours. */
  readonly kind: 'sip' | 'number';
  readonly address: string;
  /** Asked when it has answered: what its flow says is for that leg alone, and then both are joined. */
  readonly answer?: Destination;
  /** In place of `answer`: it is known beforehand what is for that leg alone. */
  readonly alone?: Block;
  /** Of that flow, beside those of the call. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Told when the leg that was dialled there is over, whether it was answered or not; the answer is ignored. */
  readonly notify?: Destination;
  /** The name shown there beside the number. */
  readonly displayName?: string;
  /** More headers of its INVITE, such as Privacy. `{{name}}` in a value is filled in; one that is then empty is left out. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}
export interface DialNode extends Node<'dial'>, Fallible {
  readonly targets: readonly DialTarget[];
  readonly order: 'together' | 'one-by-one';
  /** `at-once`: the caller is answered and hears it ring; `with-target`: the caller's own phone rings until one answers. */
  readonly answers: 'at-once' | 'with-target';
  readonly ringMs: number;
  readonly timeLimitMs: number | null;
  /** null shows the caller's own number. */
  readonly callerId: string | null;
  readonly report: Destination | null;
}
/** Connects this call's caller with another live call's. */
export interface BridgeNode extends Node<'bridge'>, Fallible {
  readonly callId: string;
  /**
   * Takes the place of the other call's document, and runs there once this call has left. Without it that document goes on
   * beside the bridge.
   */
  readonly target?: Flow;
  /** On that other side: it was joined by the call of that id already, and waits for the end of it. */
  readonly joined?: true;
}
/**
 * Copies what is heard of the caller (inbound), what he hears (outbound) or both to a websocket, in the background, until
 * `end-stream`, the end of the call, or that of the socket. `both-ways`: what the other end says is played to the caller.
 */
export interface StreamNode extends Node<'stream'> {
  /** Of one that runs there is no second. null: that of the stream itself, as the tape has it. */
  readonly name: string | null;
  /** ws or wss; '' of one that transcribes for nobody but its webhooks. */
  readonly url: string;
  /** The name of what it is opened with; never a secret itself. */
  readonly credentials?: string;
  readonly tracks: 'inbound' | 'outbound' | 'both';
  readonly mode: 'one-way' | 'both-ways';
  readonly params: Readonly<Record<string, string>>;
  /** Told when it begins, is refused, and is over; the answers are ignored. */
  readonly notify: Destination | null;
  /** The socket gets what is said in words, in place of the audio; `notify` is told too when all of it is written down. */
  readonly transcribe?: true;
}
export interface EndStreamNode extends Node<'end-stream'> {
  /** Of those that transcribe '' ends all. */
  readonly name: string;
  /** One that transcribes. */
  readonly transcribe?: true;
  /** Waits until the other end closes a stream of both ways, in place of ending it. */
  readonly wait: boolean;
}
/**
 * Waits until it is known whether a person or a machine has answered: the variable `machine` is `human`, `answering-machine`,
 * `silence` or `timeout` then, and `machineSeconds` how long that took.
 */
export interface DetectNode extends Node<'detect'> {
  readonly timeoutMs: number;
  /** Nobody says anything for so long: silence. */
  readonly silenceMs: number;
  /** Who speaks for so long is a machine. */
  readonly speechMs: number;
  /** Who is silent for so long has said what he says. */
  readonly speechEndMs: number;
  /** With `delayResult`: of a machine. */
  readonly machineEndMs: number;
  /** A machine is told of once it is silent. */
  readonly delayResult: boolean;
}
/** Waits, silently, until the call is over or a command brings another document. Does not answer the call by itself. */
export type ParkNode = Node<'park'>;
export interface HoldNode extends Node<'hold'> {
  readonly action: 'hold' | 'resume';
  readonly timeoutMs: number | null;
}
/** What a conference may tell an application. `left` is told for each member when it ends, too. */
export type ConferenceEventType = 'created' | 'joined' | 'changed' | 'left' | 'completed';
/** Who is told what happens in a conference, one thing after the other. */
export interface ConferenceEvents {
  readonly destination: Destination;
  readonly types: readonly ConferenceEventType[];
  /** `documents`: those that answer `created`, `joined` and `left` run in the conference; `ignored`: nobody's do. */
  readonly answers: 'documents' | 'ignored';
}
export interface ConferenceTones {
  readonly join: boolean;
  readonly leave: boolean;
}
/**
 * Puts the caller into the conference of that name, which begins with its first member, until it is over, the caller is sent
 * out of it, or a command brings another document.
 */
export interface ConferenceNode extends Node<'conference'>, Fallible {
  readonly name: string;
  /** Is not heard. */
  readonly mute: boolean;
  /** Neither hears nor is heard. */
  readonly hold: boolean;
  /** The calls that alone hear this one, by id; null is heard by everybody. */
  readonly coach: readonly string[] | null;
  /** Whether all hear a tone when the call joins, and when it leaves. */
  readonly tones?: ConferenceTones;
  /** Of a conference that this node begins. */
  readonly events: ConferenceEvents | null;
}
/**
 * Takes messages of an alarm panel in Ademco Contact ID (SIA DC-05) and acknowledges each. The body runs for each, with the
 * variables `alarm.account`, `alarm.qualifier` (new, restore, status), `alarm.event`, `alarm.name`, `alarm.partition` and
 * `alarm.zone`. It fails when none came.
 */
export interface AlarmNode extends Node<'alarm'>, Fallible {
  readonly body: Block;
}
/** Sends such a message to a receiver that answers, and fails unless the receiver says that it took it. */
export interface SendAlarmNode extends Node<'send-alarm'>, Fallible {
  /** Four, three, two and three digits: 0-9 and B-F. */
  readonly account: string;
  readonly qualifier: 'new' | 'restore' | 'status';
  readonly event: string;
  readonly partition: string;
  readonly zone: string;
}
export interface BranchNode extends Node<'branch'> {
  readonly cases: readonly { readonly when: Condition; readonly body: Block }[];
  readonly otherwise: Block;
}
export type Condition = { readonly subject: string; readonly equals: readonly string[] };
/**
 * Variables are strings, or lists for `loop`. In texts `{{name}}` is a variable or a fact of the call, and nothing when there
 * is neither; `{{$name}}` is a variable only, and stays as `$name` when there is none.
 */
export interface SetNode extends Node<'set'> {
  readonly name: string;
  readonly value: string | readonly string[];
}
export interface LoopNode extends Node<'loop'> {
  /** A number of rounds, or the name of a list variable whose items are set as `item`. */
  readonly over: number | string;
  /** Looked at before each round; once it does not hold, the loop is over. */
  readonly while?: Condition;
  readonly body: Block;
}
/** Asks for the next document, which replaces this one: Opentact Callback and Redirect, TwiML Redirect, OzML GoTo. */
export interface AskNode extends Node<'ask'>, Fallible {
  readonly verb: string;
  readonly destination: Destination;
}
/** Tells the application something and does not wait. */
export interface NotifyNode extends Node<'notify'> {
  readonly destination: Destination;
}
/** From here on each key of the caller is told while no gather listens; null ends that. Nobody waits for the answers. */
export interface TellKeysNode extends Node<'tell-keys'> {
  readonly destination: Destination | null;
}
export interface HttpNode extends Node<'http'>, Fallible {
  readonly destination: Destination;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly replyIs: 'flow' | 'acknowledgement';
}

export type FlowNode =
  | AlarmNode
  | AnswerNode
  | RejectNode
  | HangupNode
  | PlayNode
  | PauseNode
  | GatherNode
  | SendAlarmNode
  | SendDigitsNode
  | RecordNode
  | DialNode
  | BridgeNode
  | ConferenceNode
  | HoldNode
  | ParkNode
  | DetectNode
  | StreamNode
  | EndStreamNode
  | BranchNode
  | SetNode
  | LoopNode
  | AskNode
  | NotifyNode
  | TellKeysNode
  | HttpNode;

export type NodeKind = FlowNode['kind'];
export type NodeOf<Kind extends NodeKind> = Extract<FlowNode, { kind: Kind }>;
