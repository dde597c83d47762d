// Owns: the shape of a flow as a zod schema, for flows that come from outside (REST, a tape on disk). Tied to node.ts in
// both directions: when either drifts, `Drift` below does not compile.
// Does not: judge a flow (check.ts).
import { z } from 'zod';
import { CodedError } from '../base/errors.ts';
import { deepFreeze } from './freeze.ts';
import type {
  Block,
  Destination,
  DialectName,
  DialTarget,
  Flow,
  FlowNode,
  NodeKind,
  NodeOf,
  Party,
  Position,
  Prompt,
  Sound,
} from './node.ts';

const whole = z.int().min(0);
const durationMs = whole.max(7 * 86_400_000);
const text = z.string().max(64 * 1024);
const keys = z.string().regex(/^[0-9*#A-D]{0,16}$/, 'keys are 0-9, *, # and A-D');
const list = <T extends z.ZodType>(item: T, most = 2000) => z.array(item).max(most).readonly();

const position = z.strictObject({ line: z.int().min(1), column: z.int().min(1), path: text });
const party = z.enum(['caller', 'callee', 'both']);
const dialect = z.enum(['opentact', 'bandwidth-v1', 'bandwidth', 'ozml', 'twiml']);

const sound = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('speech'),
    text,
    language: z.string().max(35),
    voice: text.nullable(),
    gender: z.enum(['female', 'male']).nullable(),
  }),
  z.strictObject({ kind: z.literal('media'), url: text, credentials: z.string().max(200).exactOptional() }),
  z.strictObject({ kind: z.literal('recorded'), tag: text }),
  z.strictObject({ kind: z.literal('silence'), durationMs }),
  z.strictObject({
    kind: z.literal('tone'),
    frequenciesHz: list(z.number().min(1).max(20_000), 8),
    onMs: durationMs,
    offMs: durationMs,
    durationMs,
    volumeDb: z.number().min(-96).max(0),
  }),
  z.strictObject({
    kind: z.literal('progress'),
    name: z.enum(['ringback', 'busy', 'congestion', 'dial', 'beep']),
    durationMs: durationMs.nullable(),
  }),
]);
const prompt = z.strictObject({ sound, times: whole.nullable() });
const destination = z.strictObject({
  url: text,
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  fallbackUrl: text.nullable(),
  timeoutMs: durationMs.nullable(),
  extra: z.record(z.string(), text).readonly(),
});
const target = z.strictObject({
  kind: z.enum(['sip', 'number']),
  address: text,
  answer: destination.exactOptional(),
  alone: z.lazy((): z.ZodType<Block> => block).exactOptional(),
  variables: z.record(z.string(), text).readonly().exactOptional(),
  notify: destination.exactOptional(),
  displayName: text.exactOptional(),
  headers: list(z.strictObject({ name: text, value: text }), 16).exactOptional(),
});

const block: z.ZodType<Block> = z.lazy(() => list(node));
const onFailed = block.nullable();
const report = destination.nullable();
const at = position;

const condition = z.strictObject({ subject: text, equals: list(text) });

const nodeSchemas = {
  answer: z.strictObject({ kind: z.literal('answer'), at, delayMs: durationMs }),
  reject: z.strictObject({ kind: z.literal('reject'), at, sipStatus: z.int().min(400).max(699) }),
  hangup: z.strictObject({ kind: z.literal('hangup'), at, reason: text.nullable() }),
  play: z.strictObject({
    kind: z.literal('play'),
    at,
    prompt,
    notify: destination.exactOptional(),
    to: party,
    mostMs: durationMs.exactOptional(),
    stopKeys: keys,
    onFailed,
  }),
  pause: z.strictObject({ kind: z.literal('pause'), at, durationMs, stopKeys: keys }),
  gather: z.strictObject({
    kind: z.literal('gather'),
    at,
    prompts: list(prompt),
    minDigits: whole,
    minDigitsAtTimeout: whole,
    maxDigits: z.int().min(1).max(1024),
    terminators: keys,
    soleKeys: keys.exactOptional(),
    acceptEmpty: z.boolean(),
    firstDigitMs: durationMs.nullable(),
    interDigitMs: durationMs.nullable(),
    totalMs: durationMs.nullable(),
    attempts: z.int().min(1).max(1000),
    retryOn: z.enum(['nothing-keyed', 'any-failure']),
    bargeIn: z.boolean(),
    typeAhead: z.enum(['keep', 'flush']),
    sensitive: z.boolean(),
    notify: destination.exactOptional(),
    report,
    reportWhen: z.enum(['each-attempt', 'end', 'end-if-keyed', 'end-if-unmatched']),
    branches: list(z.strictObject({ digits: z.string().regex(/^[0-9*#A-D]{1,1024}$/), body: block })),
    unmatched: z.enum(['finish', 'ignore']),
    onOther: block.nullable(),
    onFailed,
  }),
  'send-digits': z.strictObject({
    kind: z.literal('send-digits'),
    at,
    digits: z.string().regex(/^(?:[0-9*#A-D,wW]|\{\{\$?\w+\}\}){0,1024}$/),
    to: party,
    toneMs: z.int().min(20).max(10_000),
    gapMs: z.int().min(0).max(10_000),
    onFailed,
  }),
  record: z.strictObject({
    kind: z.literal('record'),
    at,
    mode: z.enum(['start', 'stop', 'pause', 'resume', 'during', 'until']),
    tag: text.nullable(),
    body: block,
    maxMs: durationMs.nullable(),
    silenceMs: durationMs.nullable(),
    terminators: keys,
    channels: z.enum(['mixed', 'one-each']),
    beep: z.boolean(),
    report,
    notify: report,
    transcribe: z.strictObject({ detectLanguage: z.boolean(), notify: report }).exactOptional(),
    onFailed,
  }),
  dial: z.strictObject({
    kind: z.literal('dial'),
    at,
    targets: list(target, 64),
    order: z.enum(['together', 'one-by-one']),
    answers: z.enum(['at-once', 'with-target']),
    ringMs: durationMs,
    timeLimitMs: durationMs.nullable(),
    callerId: text.nullable(),
    report,
    onFailed,
  }),
  bridge: z.strictObject({
    kind: z.literal('bridge'),
    at,
    callId: text,
    target: z.lazy((): z.ZodType<Flow> => flowSchema).exactOptional(),
    joined: z.literal(true).exactOptional(),
    onFailed,
  }),
  detect: z.strictObject({
    kind: z.literal('detect'),
    at,
    timeoutMs: durationMs,
    silenceMs: durationMs,
    speechMs: durationMs,
    speechEndMs: durationMs,
    machineEndMs: durationMs,
    delayResult: z.boolean(),
  }),
  park: z.strictObject({ kind: z.literal('park'), at }),
  stream: z.strictObject({
    kind: z.literal('stream'),
    at,
    name: text.nullable(),
    url: text,
    credentials: z.string().max(200).exactOptional(),
    tracks: z.enum(['inbound', 'outbound', 'both']),
    mode: z.enum(['one-way', 'both-ways']),
    params: z.record(z.string(), text).readonly(),
    notify: report,
    transcribe: z.literal(true).exactOptional(),
  }),
  'end-stream': z.strictObject({
    kind: z.literal('end-stream'),
    at,
    name: text,
    wait: z.boolean(),
    transcribe: z.literal(true).exactOptional(),
  }),
  conference: z.strictObject({
    kind: z.literal('conference'),
    at,
    name: z.string().min(1).max(256),
    mute: z.boolean(),
    hold: z.boolean(),
    coach: list(text, 100).nullable(),
    tones: z.strictObject({ join: z.boolean(), leave: z.boolean() }).exactOptional(),
    events: z
      .strictObject({
        destination,
        types: list(z.enum(['created', 'joined', 'changed', 'left', 'completed']), 5),
        answers: z.enum(['documents', 'ignored']),
      })
      .nullable(),
    onFailed,
  }),
  hold: z.strictObject({
    kind: z.literal('hold'),
    at,
    action: z.enum(['hold', 'resume']),
    timeoutMs: durationMs.nullable(),
  }),
  'send-alarm': z.strictObject({
    kind: z.literal('send-alarm'),
    at,
    account: text,
    qualifier: z.enum(['new', 'restore', 'status']),
    event: text,
    partition: text,
    zone: text,
    onFailed,
  }),
  alarm: z.strictObject({ kind: z.literal('alarm'), at, body: block, onFailed }),
  branch: z.strictObject({
    kind: z.literal('branch'),
    at,
    cases: list(z.strictObject({ when: condition, body: block })),
    otherwise: block,
  }),
  set: z.strictObject({ kind: z.literal('set'), at, name: text, value: z.union([text, list(text)]) }),
  loop: z.strictObject({
    kind: z.literal('loop'),
    at,
    over: z.union([whole, text]),
    while: condition.exactOptional(),
    body: block,
  }),
  ask: z.strictObject({ kind: z.literal('ask'), at, verb: text, destination, onFailed }),
  notify: z.strictObject({ kind: z.literal('notify'), at, destination }),
  'tell-keys': z.strictObject({ kind: z.literal('tell-keys'), at, destination: report }),
  http: z.strictObject({
    kind: z.literal('http'),
    at,
    destination,
    headers: z.record(z.string(), text).readonly(),
    body: text.nullable(),
    replyIs: z.enum(['flow', 'acknowledgement']),
    onFailed,
  }),
} satisfies { [Kind in NodeKind]: z.ZodType<NodeOf<Kind>> };

const anyNode = z.discriminatedUnion('kind', [
  nodeSchemas.answer,
  nodeSchemas.alarm,
  nodeSchemas['send-alarm'],
  nodeSchemas.reject,
  nodeSchemas.hangup,
  nodeSchemas.play,
  nodeSchemas.pause,
  nodeSchemas.gather,
  nodeSchemas['send-digits'],
  nodeSchemas.record,
  nodeSchemas.dial,
  nodeSchemas.bridge,
  nodeSchemas.conference,
  nodeSchemas.hold,
  nodeSchemas.park,
  nodeSchemas.detect,
  nodeSchemas.stream,
  nodeSchemas['end-stream'],
  nodeSchemas.branch,
  nodeSchemas.set,
  nodeSchemas.loop,
  nodeSchemas.ask,
  nodeSchemas.notify,
  nodeSchemas['tell-keys'],
  nodeSchemas.http,
]);
const node: z.ZodType<FlowNode> = anyNode;

export const flowSchema = z.strictObject({ dialect, source: text, body: block });
export { block as blockSchema, destination as destinationSchema, node as nodeSchema };

/** Assignable both ways, so that neither side has a field or a value that the other lacks. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Hold<T extends true> = T;
/** Never used at run time; its members refuse to compile when a schema and its type differ. */
export type Drift =
  | Hold<{ [Kind in NodeKind]: Same<z.output<(typeof nodeSchemas)[Kind]>, NodeOf<Kind>> }[NodeKind]>
  | Hold<Same<z.output<typeof anyNode>, FlowNode>>
  | Hold<Same<z.output<typeof flowSchema>, Flow>>
  | Hold<Same<z.output<typeof sound>, Sound>>
  | Hold<Same<z.output<typeof prompt>, Prompt>>
  | Hold<Same<z.output<typeof destination>, Destination>>
  | Hold<Same<z.output<typeof target>, DialTarget>>
  | Hold<Same<z.output<typeof position>, Position>>
  | Hold<Same<z.output<typeof party>, Party>>
  | Hold<Same<z.output<typeof dialect>, DialectName>>;

/** The same flow, frozen. Throws flow-invalid with the path of the first wrong field. */
export function parseFlow(value: unknown): Flow {
  if (isDeeper(value, 512)) throw new CodedError('flow-invalid', 'The flow is nested too deep.');
  const result = flowSchema.safeParse(value);
  if (result.success) return deepFreeze(result.data);
  const [issue] = result.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  throw new CodedError('flow-invalid', `${field === '' ? 'The flow' : field}: ${issue?.message ?? 'wrong shape'}`, {
    place: { field },
  });
}

/** Without recursion, because the answer is needed before anything recurses into what a stranger sent. */
function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= most; depth++) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}
