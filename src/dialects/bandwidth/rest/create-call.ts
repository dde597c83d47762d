// Owns: POST /calls: what a call is ordered with, its checks in the vendor's words and order, and the plan that it becomes:
// when it is answered the answer URL is asked; when it is over the disconnect URL is told.
import { z } from 'zod';
import { CodedError } from '../../../base/errors.ts';
import * as build from '../../../flow/build.ts';
import { deepFreeze } from '../../../flow/freeze.ts';
import type { Block, Destination, DialTarget, FlowNode } from '../../../flow/node.ts';
import type { CallPlan } from '../../../flow/plan.ts';
import type { CallOrder, RestReply, RestRequest, Voice } from '../../rest.ts';
import { applicationIdOf, callIdOf } from '../call-id.ts';
import { byDefault } from '../decisions.ts';
import { encodeTag } from '../destination.ts';
import { readTarget } from '../verbs/address.ts';
import { addressOf, boolean, credentialPair, limits, method, number, readJson, text, url } from './body.ts';
import { appOf, callUrl } from './call-view.ts';
import { privacyOf, uuiHeaders } from './caller-words.ts';
import { besideName, detected, detectNode, machineDetection } from './machine-detection.ts';
import { invalid, reply, replyTo } from './reply.ts';
import { webhook } from './webhook.ts';

const fallbackPair = {
  fallbackUsername: text('fallbackUsername', limits.credential),
  fallbackPassword: text('fallbackPassword', limits.credential),
};

/** The fields are those of the support table. */
export const schema = z.object({
  to: text('to', 1024),
  from: text('from', 256),
  applicationId: text('applicationId', 256),
  answerUrl: url('answerUrl'),
  answerMethod: method('answerUrl').optional(),
  answerFallbackUrl: url('answerFallbackUrl').optional(),
  answerFallbackMethod: method('answerFallbackUrl').optional(),
  disconnectUrl: url('disconnectUrl').optional(),
  disconnectMethod: method('disconnectUrl').optional(),
  ...z.object({ ...credentialPair, ...fallbackPair }).partial().shape,
  callTimeout: number('callTimeout', { min: 1, max: 300 }).optional(),
  callbackTimeout: number('callbackTimeout', { min: 1, max: 25 }).optional(),
  priority: number('priority', { min: 1, max: 5 })
    .refine((value) => Number.isInteger(value), 'Invalid priority: must be a whole number')
    .optional(),
  tag: text('tag', Number.MAX_SAFE_INTEGER)
    .max(limits.tag, `Could not create call: sendCallback tag must contain at most ${limits.tag} characters`)
    .optional(),
  privacy: boolean('privacy').optional(),
  displayName: text('displayName', limits.displayName).optional(),
  uui: text('uui', limits.uui).optional(),
  machineDetection: machineDetection.optional(),
});
type Order = z.output<typeof schema>;

const required = ['from', 'to', 'answerUrl', 'applicationId'] as const;
/** What is missing is said of all at once, before anything else. */
const whole = z.looseObject({}).superRefine((body, context) => {
  const said = (name: string): boolean => body[name] !== undefined && body[name] !== '';
  if (required.every(said)) return;
  const names = required.join(', ');
  context.addIssue({
    code: 'custom',
    message: `Missing at least one required field. Required fields are [${names}]`,
  });
});

export async function createCall(request: RestRequest, voice: Voice): Promise<RestReply> {
  const order = readJson(request, whole.pipe(schema));
  const target = readTarget(order.to.trim(), 'any');
  if (target === null) throw invalid('Invalid to: must be an E164 telephone number');
  if (readTarget(order.from.trim(), 'number') === null) throw invalid('Invalid from: must be an E164 telephone number');
  const app = appOf(order.applicationId, voice);
  if (app === null) throw invalid(`Could not create call: Application id \`${order.applicationId}\` not found`);
  try {
    const facts = await voice.place(callOrder(order, app.name, target));
    const listen = detection(order);
    if (listen !== null) await listenBeside(facts.id, listen, voice);
    const callId = callIdOf(facts.id);
    const here = callUrl(request.here, voice.account, callId);
    const said = told(order, facts.enqueuedAt ?? facts.startedAt);
    const ids = { accountId: voice.account, callId, applicationId: applicationIdOf(app.name), callUrl: here };
    return reply(201, { ...ids, ...said }, { Location: here });
  } catch (error) {
    return replyTo(error, '');
  }
}

/** A call that is over already is told of by its webhook. */
async function listenBeside(call: string, body: Block, voice: Voice): Promise<void> {
  try {
    await voice.command(call, { kind: 'beside', name: besideName, body });
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'call-over') throw error;
  }
}

function callOrder(order: Order, app: string, target: DialTarget): CallOrder {
  const { displayName, headers } = privacyOf(order);
  const all = [...headers, ...uuiHeaders(order.uui)];
  return {
    app,
    from: order.from.trim(),
    to: target,
    plan: planOf(order),
    ...(displayName === undefined ? {} : { displayName }),
    ...(all.length === 0 ? {} : { headers: all }),
    priority: order.priority ?? byDefault.priority,
  };
}

function planOf(order: Order): CallPlan {
  const { username, password, fallbackUsername, fallbackPassword, machineDetection: detection } = order;
  const timeoutMs = timeoutMsOf(order.callbackTimeout);
  const tag = order.tag === undefined ? undefined : encodeTag(order.tag);
  const answer = webhook({
    event: 'answer',
    url: order.answerUrl,
    method: order.answerMethod,
    fallbackUrl: order.answerFallbackUrl,
    fallbackMethod: order.answerFallbackMethod,
    ...{ username, password, fallbackUsername, fallbackPassword, timeoutMs },
    extra: detection?.mode === 'sync' ? detected : {},
  });
  const last: Destination | null =
    order.disconnectUrl === undefined
      ? null
      : webhook({
          event: 'disconnect',
          url: order.disconnectUrl,
          method: order.disconnectMethod,
          ...{ username, password, timeoutMs },
          // A call that nobody answers ends before its first tag is set.
          extra: tag === undefined ? {} : { firstTag: tag },
        });
  const body: FlowNode[] = tag === undefined ? [] : [build.set('tag', tag)];
  if (detection?.mode === 'sync') body.push(detectNode(detection));
  body.push(build.ask('Answer', answer));
  return deepFreeze({
    flow: { dialect: 'bandwidth' as const, source: addressOf(order.answerUrl).url, body },
    last,
    ringMs: Math.round((order.callTimeout ?? byDefault.ringMs / 1000) * 1000),
    // Of its documents' webhooks too.
    ...(order.callbackTimeout === undefined ? {} : { webhookMs: timeoutMs }),
  });
}

/** What listens for a machine while the documents go on; null when nothing is to. */
function detection({ machineDetection: wanted, callbackTimeout }: Order): Block | null {
  if (wanted?.mode !== 'async' || wanted.callbackUrl === undefined) return null;
  const { callbackUrl: url, callbackMethod: method, fallbackUrl, fallbackMethod } = wanted;
  const { username, password, fallbackUsername, fallbackPassword } = wanted;
  const complete = webhook({
    ...{ event: 'machineDetectionComplete', url, method, fallbackUrl, fallbackMethod },
    ...{ username, password, fallbackUsername, fallbackPassword, timeoutMs: timeoutMsOf(callbackTimeout) },
    extra: detected,
  });
  return [detectNode(wanted), build.notify(complete)];
}

const timeoutMsOf = (seconds: number | undefined): number => Math.round((seconds ?? byDefault.webhookMs / 1000) * 1000);

/** What was ordered, as the vendor says it back: with its defaults, and without passwords. */
function told(order: Order, enqueuedTime: string): object {
  const masked = (password: string | undefined) => (password === undefined ? undefined : '*****');
  return {
    to: order.to,
    from: order.from,
    enqueuedTime,
    callTimeout: order.callTimeout ?? byDefault.ringMs / 1000,
    callbackTimeout: order.callbackTimeout ?? byDefault.webhookMs / 1000,
    tag: order.tag,
    answerUrl: addressOf(order.answerUrl).url,
    answerMethod: order.answerMethod ?? 'POST',
    answerFallbackUrl: order.answerFallbackUrl === undefined ? undefined : addressOf(order.answerFallbackUrl).url,
    answerFallbackMethod: order.answerFallbackMethod ?? 'POST',
    disconnectUrl: order.disconnectUrl === undefined ? undefined : addressOf(order.disconnectUrl).url,
    disconnectMethod: order.disconnectMethod ?? 'POST',
    username: order.username,
    password: masked(order.password),
    fallbackUsername: order.fallbackUsername,
    fallbackPassword: masked(order.fallbackPassword),
    priority: order.priority ?? byDefault.priority,
  };
}
