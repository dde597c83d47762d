// Owns: what the routes of v1 share: their answers, the pages of lists, and telling and keeping what went wrong.

import type { RestReply, RestRequest, RestRoute, Voice } from '../../rest.ts';
import { byDefault } from '../decisions.ts';
import { freshId } from '../ids.ts';
import { serializeByKey } from './by-key.ts';
import { bodyOf, problemOf, RequestProblem, replyOf } from './problem.ts';

type Answer = (request: RestRequest, voice: Voice) => Promise<RestReply>;

/** A problem is kept, so that `GET /errors` has it, and told. Others are the server's own faults. */
export function route(method: RestRoute['method'], path: string, answer: Answer, bodyLimit?: number): RestRoute {
  return {
    method,
    path,
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    async answer(request, voice) {
      try {
        return await answer(request, voice);
      } catch (error) {
        const problem = problemOf(error);
        if (problem === null) throw error;
        const body = bodyOf(problem, request);
        const id = freshId('ue');
        await voice.notes.put('v1-error', id, { id, time: new Date().toISOString(), ...body });
        await forgetOldErrors(voice);
        return replyOf(problem.code, body);
      }
    },
  };
}

async function forgetOldErrors(voice: Voice): Promise<void> {
  const old = await voice.notes.list<unknown>('v1-error', { offset: byDefault.keptErrors, limit: 10 });
  for (const [id] of old) await voice.notes.drop('v1-error', id);
}

export const done: RestReply = { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };

/** What is undefined is left out. */
export const shown = (value: unknown, headers: Readonly<Record<string, string>> = {}): RestReply => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** `path` from below the account. */
export const created = (voice: Voice, path: string): RestReply => ({
  status: 201,
  headers: { 'content-type': 'application/json', location: `/v1/users/${voice.account}/${path}` },
  body: '{}',
});

export const userUrl = ({ here }: RestRequest, { account }: Voice): string => `${here}/v1/users/${account}`;

export interface Page {
  readonly offset: number;
  readonly limit: number;
  readonly page: number;
}

export function pageOf({ query }: RestRequest): Page {
  const page = whole(query.get('page'), 'page', 0, { min: 0, max: 1_000_000 });
  const limit = whole(query.get('size'), 'size', 25, { min: 1, max: 1000 });
  return { page, limit, offset: page * limit };
}

function whole(text: string | null, name: string, byDefault: number, range: { min: number; max: number }): number {
  if (text === null || text === '') return byDefault;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  throw new RequestProblem(
    'validation-error',
    `The parameter '${name}' must be a number from ${range.min} to ${range.max}`,
  );
}

/** A page of what was read one further than it is long, so that it is known whether another one follows. */
export function listed(
  request: RestRequest,
  voice: Voice,
  { page, limit }: Page,
  found: readonly unknown[],
): RestReply {
  const path = request.path.split('/').slice(4).join('/');
  const at = (wanted: number): string => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(wanted));
    query.set('size', String(limit));
    return `<${userUrl(request, voice)}/${path}?${query}>`;
  };
  const links = [`${at(0)}; rel="first"`];
  if (page > 0) links.push(`${at(page - 1)}; rel="previous"`);
  if (found.length > limit) links.push(`${at(page + 1)}; rel="next"`);
  return shown(found.slice(0, limit), { link: links.join(',') });
}

/** The page of a list that is all there. */
export const paged = (request: RestRequest, voice: Voice, all: readonly unknown[]): RestReply => {
  const page = pageOf(request);
  return listed(request, voice, page, all.slice(page.offset, page.offset + page.limit + 1));
};

/** One after the other, of what changes the same thing. */
export const inTurn = serializeByKey();
