// Owns: reading what a client sent: JSON by a schema, in the vendor's words where it is wrong, and the small schemas that
// several bodies share. Numbers and booleans may come as strings; null is as if nothing was said.
import { z } from 'zod';
import type { RestRequest } from '../../rest.ts';
import { withoutCredentials } from '../destination.ts';
import { invalid, Refusal } from './reply.ts';

export const limits = { url: 2048, credential: 1024, tag: 4096, displayName: 256, uui: 350 } as const;

export function readJson<Schema extends z.ZodType>(request: RestRequest, schema: Schema): z.output<Schema> {
  const written = (request.headers['content-type'] ?? 'application/json').split(';', 1)[0]!.trim().toLowerCase();
  if (!/^(application\/json|application\/[\w.-]+\+json)$/.test(written)) throw unsupported(request);
  return readValue(parse(request.body.toString('utf8')), schema);
}

export const unsupported = ({ headers }: RestRequest): Refusal =>
  new Refusal(415, `Content type '${(headers['content-type'] ?? '').slice(0, 100)}' not supported`);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('The request body is not valid JSON');
  }
}

export function readValue<Schema extends z.ZodType>(value: unknown, schema: Schema): z.output<Schema> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('The request body must be a JSON object');
  const read = schema.safeParse(said(value));
  if (read.success) return read.data;
  const [first] = read.error.issues;
  throw invalid(first?.message ?? 'The request body is invalid');
}

/** Without what is null, in it and in the objects that it holds. */
const said = (value: object, depth = 1): object =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null)
      .map(([name, one]) => [
        name,
        depth > 0 && typeof one === 'object' && !Array.isArray(one) ? said(one, depth - 1) : one,
      ]),
  );

// ---- schemas -----------------------------------------------------------------------------------------------------

export const text = (name: string, most: number) =>
  z.string(`Invalid ${name}: must be a string`).max(most, `Invalid ${name}: must contain at most ${most} characters`);

export const url = (name: string) =>
  text(name, limits.url).refine(isWebAddress, `Invalid ${name}: only http and https are allowed`);

function isWebAddress(written: string): boolean {
  const parsed = URL.parse(written);
  return parsed !== null && /^https?:$/.test(parsed.protocol);
}

export const method = (name: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.toUpperCase() : value),
    z.enum(['POST', 'GET'], `Invalid ${name} method. Supported methods: [POST, GET]`),
  );

export const number = (name: string, { min, max }: { readonly min: number; readonly max: number }) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\s*[+-]?\d+(\.\d*)?\s*$/.test(value) ? Number(value) : value),
    z.number(`Invalid ${name}: must be a number`).refine((value) => value >= min && value <= max, {
      error: ({ input }) => `\`${name}\` must be within the range [\`${min}\`, \`${max}\`], but was \`${input}\``,
    }),
  );

export const boolean = (name: string) =>
  z.preprocess(
    (value) => (value === 'true' ? true : value === 'false' ? false : value),
    z.boolean(`Invalid ${name}: must be true or false`),
  );

export const credentialPair = {
  username: text('username', limits.credential),
  password: text('password', limits.credential),
};

/** An address as it may be written on the tape: without credentials, and without braces, which are variables there. */
export const addressOf = (written: string) => withoutCredentials(written.replaceAll('{', '%7B'));
