// Owns: the keys of an account over HTTP: which there are, one more, one less. An account manages its own; accounts are made
// on the machine of the server (`keytone account`), so that a key that is stolen makes none.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CodedError } from '../base/errors.ts';
import type { Account, Keys } from './access.ts';
import type { Route } from './routes.ts';

const keyBody = z.strictObject({
  label: z.string({ error: 'must be a text' }).max(100, { error: 'is longer than 100 characters' }).optional(),
});

export function keyRoutes(keys: Keys): readonly Route[] {
  return [
    {
      url: '/v1/keys',
      about: 'The keys of the account that asks, without their secrets.',
      answer(_, __, viewer) {
        const { account, key } = needAccount(viewer);
        return { account, used: key, keys: keys.of(account) };
      },
    },
    {
      url: '/v1/keys',
      method: 'POST',
      about: 'Makes another key: {"label"?}. Its secret is in this answer and nowhere else.',
      async answer(request: FastifyRequest, reply: FastifyReply, viewer) {
        const { account } = needAccount(viewer);
        const { data, error } = keyBody.safeParse(request.body ?? {});
        if (data === undefined) {
          const issue = error.issues[0]!;
          const what = issue.code === 'unrecognized_keys' ? `has an unknown key "${issue.keys[0]}"` : issue.message;
          throw new CodedError(
            'http-bad-request',
            `The body ${[issue.path.join('.'), what].filter(Boolean).join(' ')}`,
          );
        }
        const made = await keys.create(account, data.label ?? null);
        return reply.code(201).send({ account, ...made, label: data.label ?? null });
      },
    },
    {
      url: '/v1/keys/:id',
      method: 'DELETE',
      about: 'Ends a key, and every token made of it.',
      async answer(request: FastifyRequest, reply: FastifyReply, viewer) {
        const { account } = needAccount(viewer);
        const { id } = request.params as { id: string };
        if (!(await keys.remove(account, id)))
          throw new CodedError('http-not-found', 'The account has no such key', { hint: 'GET /v1/keys lists them.' });
        return reply.code(204).send();
      },
    },
  ];
}

function needAccount(viewer: Account | null): Account {
  if (viewer !== null) return viewer;
  throw new CodedError('auth-required', 'Keys are shown to their account only');
}
