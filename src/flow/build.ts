// Owns: a small constructor for each kind of node, so that every neutral default stands once. A dialect passes what
// its documentation says and leaves the rest; tests pass what they are about.
// Does not: check (check.ts) or freeze (freeze.ts).
import type {
  AskNode,
  Block,
  Destination,
  DialNode,
  DialTarget,
  Flow,
  GatherBranch,
  GatherNode,
  NodeKind,
  NodeOf,
  PlayNode,
  Position,
  Prompt,
  RecordNode,
  Sound,
  Speech,
} from './node.ts';

/** For nodes that nobody wrote: commands over REST, tests. */
export const nowhere: Position = { line: 1, column: 1, path: '' };

type Fields<Kind extends NodeKind> = Omit<NodeOf<Kind>, 'kind' | 'at'>;
type Some<Kind extends NodeKind> = Partial<Fields<Kind>> & { readonly at?: Position };

export const speech = (text: string, fields: Partial<Omit<Speech, 'kind' | 'text'>> = {}): Speech => ({
  kind: 'speech',
  text,
  language: 'en-US',
  voice: null,
  gender: null,
  ...fields,
});

export const prompt = (sound: Sound | string, times: number | null = 1): Prompt => ({
  sound: typeof sound === 'string' ? speech(sound) : sound,
  times,
});

export const destination = (url: string, fields: Partial<Omit<Destination, 'url'>> = {}): Destination => ({
  url,
  method: 'GET',
  fallbackUrl: null,
  timeoutMs: null,
  extra: {},
  ...fields,
});

export const answer = (fields: Some<'answer'> = {}): NodeOf<'answer'> => ({
  kind: 'answer',
  at: nowhere,
  delayMs: 0,
  ...fields,
});

export const alarm = (body: Block, fields: Omit<Some<'alarm'>, 'body'> = {}): NodeOf<'alarm'> => ({
  kind: 'alarm',
  at: nowhere,
  body,
  onFailed: null,
  ...fields,
});

export const sendAlarm = (
  message: Omit<Fields<'send-alarm'>, 'onFailed'>,
  fields: Omit<Some<'send-alarm'>, keyof typeof message> = {},
): NodeOf<'send-alarm'> => ({ kind: 'send-alarm', at: nowhere, ...message, onFailed: null, ...fields });

export const reject = (fields: Some<'reject'> = {}): NodeOf<'reject'> => ({
  kind: 'reject',
  at: nowhere,
  sipStatus: 603,
  ...fields,
});

export const hangup = (fields: Some<'hangup'> = {}): NodeOf<'hangup'> => ({
  kind: 'hangup',
  at: nowhere,
  reason: null,
  ...fields,
});

/** `play('text')` speaks it; a Sound is played once; a Prompt as often as it says. */
export const play = (what: string | Sound | Prompt, fields: Omit<Some<'play'>, 'prompt'> = {}): PlayNode => ({
  kind: 'play',
  at: nowhere,
  prompt: typeof what === 'object' && 'sound' in what ? what : prompt(what),
  to: 'caller',
  stopKeys: '',
  onFailed: null,
  ...fields,
});

export const pause = (durationMs: number, fields: Omit<Some<'pause'>, 'durationMs'> = {}): NodeOf<'pause'> => ({
  kind: 'pause',
  at: nowhere,
  durationMs,
  stopKeys: '',
  ...fields,
});

export const branch = (digits: string, ...body: Block): GatherBranch => ({ digits, body });

/** One digit, no terminator, 5 s to begin and 5 s between digits, one attempt. */
export const gather = (fields: Some<'gather'> = {}): GatherNode => ({
  kind: 'gather',
  at: nowhere,
  prompts: [],
  minDigits: 1,
  minDigitsAtTimeout: 1,
  maxDigits: 1,
  terminators: '',
  acceptEmpty: false,
  firstDigitMs: 5000,
  interDigitMs: 5000,
  totalMs: null,
  attempts: 1,
  retryOn: 'any-failure',
  bargeIn: true,
  typeAhead: 'keep',
  sensitive: false,
  report: null,
  reportWhen: 'end',
  branches: [],
  unmatched: 'finish',
  onOther: null,
  onFailed: null,
  ...fields,
});

export const sendDigits = (
  digits: string,
  fields: Omit<Some<'send-digits'>, 'digits'> = {},
): NodeOf<'send-digits'> => ({
  kind: 'send-digits',
  at: nowhere,
  digits,
  to: 'caller',
  toneMs: 200,
  gapMs: 100,
  onFailed: null,
  ...fields,
});

export const record = (mode: RecordNode['mode'], fields: Omit<Some<'record'>, 'mode'> = {}): RecordNode => ({
  kind: 'record',
  at: nowhere,
  mode,
  tag: null,
  body: [],
  maxMs: null,
  silenceMs: null,
  terminators: '',
  channels: 'mixed',
  beep: false,
  report: null,
  notify: null,
  onFailed: null,
  ...fields,
});

export const dial = (targets: readonly DialTarget[], fields: Omit<Some<'dial'>, 'targets'> = {}): DialNode => ({
  kind: 'dial',
  at: nowhere,
  targets,
  order: 'together',
  answers: 'at-once',
  ringMs: 60_000,
  timeLimitMs: null,
  callerId: null,
  report: null,
  onFailed: null,
  ...fields,
});

export const bridge = (callId: string, fields: Omit<Some<'bridge'>, 'callId'> = {}): NodeOf<'bridge'> => ({
  kind: 'bridge',
  at: nowhere,
  callId,
  onFailed: null,
  ...fields,
});

export const stream = (
  name: string | null,
  url: string,
  fields: Omit<Some<'stream'>, 'name' | 'url'> = {},
): NodeOf<'stream'> => ({
  kind: 'stream',
  at: nowhere,
  name,
  url,
  tracks: 'inbound',
  mode: 'one-way',
  params: {},
  notify: null,
  ...fields,
});

export const endStream = (name: string, fields: Omit<Some<'end-stream'>, 'name'> = {}): NodeOf<'end-stream'> => ({
  kind: 'end-stream',
  at: nowhere,
  name,
  wait: false,
  ...fields,
});

export const detect = (fields: Some<'detect'> = {}): NodeOf<'detect'> => ({
  kind: 'detect',
  at: nowhere,
  timeoutMs: 15_000,
  silenceMs: 10_000,
  speechMs: 10_000,
  speechEndMs: 5_000,
  machineEndMs: 5_000,
  delayResult: false,
  ...fields,
});

export const park = (fields: Some<'park'> = {}): NodeOf<'park'> => ({ kind: 'park', at: nowhere, ...fields });

export const hold = (action: 'hold' | 'resume', fields: Omit<Some<'hold'>, 'action'> = {}): NodeOf<'hold'> => ({
  kind: 'hold',
  at: nowhere,
  action,
  timeoutMs: null,
  ...fields,
});

/** Heard by all, nobody told. */
export const conference = (name: string, fields: Omit<Some<'conference'>, 'name'> = {}): NodeOf<'conference'> => ({
  kind: 'conference',
  at: nowhere,
  name,
  mute: false,
  hold: false,
  coach: null,
  events: null,
  onFailed: null,
  ...fields,
});

export const choose = (
  cases: NodeOf<'branch'>['cases'],
  otherwise: Block = [],
  at: Position = nowhere,
): NodeOf<'branch'> => ({
  kind: 'branch',
  at,
  cases,
  otherwise,
});

export const set = (name: string, value: string | readonly string[], at: Position = nowhere): NodeOf<'set'> => ({
  kind: 'set',
  at,
  name,
  value,
});

export const loop = (over: number | string, body: Block, at: Position = nowhere): NodeOf<'loop'> => ({
  kind: 'loop',
  at,
  over,
  body,
});

export const ask = (
  verb: string,
  to: Destination,
  fields: Omit<Some<'ask'>, 'verb' | 'destination'> = {},
): AskNode => ({
  kind: 'ask',
  at: nowhere,
  verb,
  destination: to,
  onFailed: null,
  ...fields,
});

export const notify = (to: Destination, at: Position = nowhere): NodeOf<'notify'> => ({
  kind: 'notify',
  at,
  destination: to,
});

/** null tells no more. */
export const tellKeys = (to: Destination | null, at: Position = nowhere): NodeOf<'tell-keys'> => ({
  kind: 'tell-keys',
  at,
  destination: to,
});

export const http = (to: Destination, fields: Omit<Some<'http'>, 'destination'> = {}): NodeOf<'http'> => ({
  kind: 'http',
  at: nowhere,
  destination: to,
  headers: {},
  body: null,
  replyIs: 'acknowledgement',
  onFailed: null,
  ...fields,
});

export const flow = (body: Block, fields: Partial<Omit<Flow, 'body'>> = {}): Flow => ({
  dialect: 'opentact',
  source: 'rest:',
  body,
  ...fields,
});
