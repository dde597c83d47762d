import { describe, expect, it } from 'vitest';
import type { RestFault, RestRequest } from '../../rest.ts';
import { bandwidthRest } from './face.ts';
import { endpoints } from './support.ts';

const kinds: readonly (readonly [RestFault['kind'], status: number, type: string, words: string])[] = [
  ['unauthenticated', 401, 'authentication-error', 'The credentials provided were invalid'],
  ['not-yours', 403, 'authorization-error', 'Access is denied'],
  ['no-route', 404, 'validation', 'Not Found'],
  ['wrong-method', 405, 'validation', 'Method Not Allowed'],
  ['too-large', 413, 'validation', 'what happened'],
  ['fault', 500, 'internal-error', 'Internal Server Error'],
  ['unavailable', 503, 'system-overloaded', 'what happened'],
];

describe('what goes wrong before a route answers', () => {
  it.each(kinds)('%s', (kind, status, type, description) => {
    const reply = bandwidthRest.fault({ kind, words: 'what happened' }, {} as RestRequest);
    expect([reply.status, JSON.parse(String(reply.body))]).toEqual([status, { type, description, id: null }]);
    expect(reply.headers?.['Content-Type']).toBe('application/json;charset=UTF-8');
  });
});

it('has a route for each endpoint of the support table, and no other', () => {
  const written = bandwidthRest.routes.map(({ method, path }) => {
    const below = path.replace('/api/v2/accounts/:account', '').replaceAll(/:(\w+)/g, '{$1}');
    return `${method} ${below}`;
  });
  expect(written.toSorted()).toEqual(Object.keys(endpoints).toSorted());
});
