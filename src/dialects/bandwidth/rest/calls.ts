// Owns: listing calls, the state of one, and changing one: hanging it up, sending it to another document, replacing the
// document that runs, pausing and resuming its recording.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import * as build from '../../../flow/build.ts';
import { deepFreeze } from '../../../flow/freeze.ts';
import type { FlowNode } from '../../../flow/node.ts';
import type { Problem } from '../../../flow/problem.ts';
import type { CallRecord, RestReply, RestRequest, Voice } from '../../rest.ts';
import { byDefault } from '../decisions.ts';
import { encodeTag } from '../destination.ts';
import { credentialPair, limits, method, readJson, text, unsupported, url } from './body.ts';
import { needCall, needLiveCall, viewCall } from './call-view.ts';
import { linkTo, readPage, readTime } from './paging.ts';
import { empty, invalid, notFound, notNow, reply, replyTo } from './reply.ts';
import { runningRecordings } from './running-recordings.ts';
import { webhook } from './webhook.ts';

/** Why a call is over stands on its tape only, so no more are looked at for one page; it may be shorter than was asked for. */
const mostLookedAt = 1000;
const chunk = 100;

export async function listCalls(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { size, offset } = readPage(request, { most: 10_000, usual: 1000 });
  const { query } = request;
  const cause = query.get('disconnectCause');
  const [startedFrom, startedTo] = [readTime(request, 'minStartTime'), readTime(request, 'maxStartTime')];
  const [from, to] = [query.get('from'), query.get('to')];
  const filter = {
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(startedFrom === undefined ? {} : { startedFrom }),
    ...(startedTo === undefined ? {} : { startedTo }),
    dialect: 'bandwidth' as const,
    oldestFirst: true,
  };
  const found: object[] = [];
  let at = offset;
  for (;;) {
    // One more than is wanted tells whether there is another page.
    const limit = Math.min(chunk, size - found.length + 1);
    const calls = await voice.calls({ ...filter, offset: at, limit });
    for (const view of await Promise.all(calls.map((call) => viewCall(call, voice)))) {
      if (found.length === size || at - offset === mostLookedAt)
        return reply(200, found, linkTo(request, voice.account, '/calls', at));
      at += 1;
      if (cause === null || view['disconnectCause'] === cause) found.push(view);
    }
    if (calls.length < limit) return reply(200, found);
  }
}

export async function getCall({ params }: RestRequest, voice: Voice): Promise<RestReply> {
  return reply(200, await viewCall(await needCall(params['call']!, voice), voice));
}

const update = z
  .object({
    state: z.enum(['active', 'completed'], 'Invalid state: must be one of [active, completed]').default('active'),
    redirectUrl: url('redirectUrl').optional(),
    redirectMethod: method('redirectUrl').optional(),
    redirectFallbackUrl: url('redirectFallbackUrl').optional(),
    redirectFallbackMethod: method('redirectFallbackUrl').optional(),
    ...z.object(credentialPair).partial().shape,
    fallbackUsername: text('fallbackUsername', limits.credential).optional(),
    fallbackPassword: text('fallbackPassword', limits.credential).optional(),
    tag: text('tag', limits.tag).optional(),
  })
  .superRefine(({ state, redirectUrl, tag }, context) => {
    const wrong =
      state === 'active'
        ? redirectUrl === undefined && 'redirectUrl is required when state is active'
        : (redirectUrl !== undefined && 'redirectUrl is not allowed when state is completed') ||
          (tag !== undefined && 'tag is not allowed when state is completed');
    if (wrong !== false) context.addIssue({ code: 'custom', message: wrong });
  });

export async function updateCall(request: RestRequest, voice: Voice): Promise<RestReply> {
  const callId = request.params['call']!;
  const { state, redirectUrl, tag, ...to } = readJson(request, update);
  // What was not answered can be given up, but runs no document yet.
  const call = await (state === 'completed' ? needCall : needLiveCall)(callId, voice);
  if (call.endedAt !== null) throw notNow(callId);
  try {
    if (state === 'completed' || redirectUrl === undefined) {
      await voice.command(call.id, { kind: 'hangup', reason: 'ended over REST' });
      return empty(200);
    }
    const { username, password, fallbackUsername, fallbackPassword } = to;
    const ask = build.ask(
      'Redirect',
      webhook({
        event: 'redirect',
        url: redirectUrl,
        method: to.redirectMethod,
        fallbackUrl: to.redirectFallbackUrl,
        fallbackMethod: to.redirectFallbackMethod,
        ...{ username, password, fallbackUsername, fallbackPassword, timeoutMs: byDefault.webhookMs },
      }),
    );
    const body: FlowNode[] = tag === undefined ? [ask] : [build.set('tag', encodeTag(tag)), ask];
    const flow = deepFreeze({ dialect: 'bandwidth' as const, source: ask.destination.url, body });
    await voice.command(call.id, { kind: 'run', flow });
    return empty(200);
  } catch (error) {
    return replyTo(error, callId);
  }
}

/** BXML that takes the place of what runs. */
export async function updateCallBxml(request: RestRequest, voice: Voice): Promise<RestReply> {
  const callId = request.params['call']!;
  const call = await needLiveCall(callId, voice);
  // The server's own: it knows what is configured.
  const { flow, problems } = voice.dialect('bandwidth').compile(readBxml(request), await sourceOf(call, voice));
  if (flow === null || flow.body.length === 0) {
    const [first] = problems.filter(({ severity }) => flow === null && severity === 'error');
    throw invalid(`Invalid BXML: ${first === undefined ? 'the document is empty' : wordsOf(first)}`);
  }
  for (const problem of problems) voice.log('info', `BXML for call ${call.id}: ${wordsOf(problem)}`);
  try {
    await voice.command(call.id, { kind: 'run', flow });
    return empty(204);
  } catch (error) {
    return replyTo(error, callId);
  }
}

export const wordsOf = ({ line, column, message, hint }: Problem): string =>
  `line ${line}, column ${column}: ${message}${hint === null ? '' : ` ${hint}`}`;

export function readBxml(request: RestRequest): string {
  const type = (request.headers['content-type'] ?? 'application/xml').split(';', 1)[0]!.trim().toLowerCase();
  if (!/^(application|text)\/([\w.-]+\+)?xml$/.test(type)) throw unsupported(request);
  const text = request.body.toString('utf8');
  // The older client of the vendor puts it into a JSON string, under the name of XML.
  return text.startsWith('"') ? unquoted(text) : text;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/** Where the document came from that runs: what relative addresses are resolved against. */
async function sourceOf(call: CallRecord, voice: Voice): Promise<string> {
  const lines = await voice.tape(call.id);
  const sources = lines.flatMap(({ event }) => (event.type === 'flow.started' ? [event.source] : []));
  return sources.findLast((source) => /^https?:/i.test(source)) ?? 'rest:';
}

const recordingState = z.object({
  // The older client of the vendor writes it in capitals.
  state: z.preprocess(
    (value) => (typeof value === 'string' ? value.toLowerCase() : value),
    z.enum(['paused', 'recording'], 'Invalid state: must be one of [paused, recording]'),
  ),
});

export async function updateRecordingState(request: RestRequest, voice: Voice): Promise<RestReply> {
  const callId = request.params['call']!;
  const { state } = readJson(request, recordingState);
  const call = await needCall(callId, voice);
  if ((await runningRecordings(call, voice)).length === 0) throw notFound(`Active recording of call [${callId}]`);
  const body = [build.record(state === 'paused' ? 'pause' : 'resume')];
  try {
    await voice.command(call.id, { kind: 'beside', name: `recording-${randomUUID()}`, body: deepFreeze(body) });
    return empty(200);
  } catch (error) {
    return replyTo(error, callId);
  }
}
