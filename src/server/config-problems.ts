// Owns: the words and the place of a configuration problem. Values of secret keys are never repeated.
import type { z } from 'zod';
import { CodedError, type Place } from '../base/errors.ts';
import { suggest } from '../dialects/xml/suggest.ts';
import type { ConfigText, Path } from './config-file.ts';
import type { JsonSchema } from './config-schema.ts';
import type { Setting } from './config-settings.ts';

/** Where the value at `path` was written: in a setting over the file, or in the file. The field is always named. */
export function placeOf(path: Path, text: ConfigText | null, settings: readonly Setting[]): Place {
  const field = fieldName(path);
  const setting = settings.findLast((one) => one.path.every((key, index) => path[index] === key));
  if (setting !== undefined) return { source: setting.source, field };
  return { ...(text?.valuePlace(path) ?? {}), field };
}

/** `apps[0].name`. */
function fieldName(path: Path): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${key}`)).join('');
}

export function describeIssue(
  issue: z.core.$ZodIssue,
  tree: unknown,
  schema: JsonSchema,
  text: ConfigText | null,
  settings: readonly Setting[],
): readonly CodedError[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, schema, text));
  const value = valueAt(tree, path);
  const known = issue.code === 'custom' ? (issue.params?.['known'] as readonly string[] | undefined) : undefined;
  const near = known === undefined || typeof value !== 'string' ? null : suggest(value, known);
  const hint =
    near !== null
      ? `Did you mean ${near}?`
      : issue.code === 'invalid_value'
        ? nearestValue(value, issue.values)
        : undefined;
  const message = wordIssue(issue, value, isSecret(path));
  return [
    new CodedError('config-invalid', message, {
      place: placeOf(path, text, settings),
      ...(hint === undefined ? {} : { hint }),
    }),
  ];
}

function unknownKey(path: Path, key: string, schema: JsonSchema, text: ConfigText | null): CodedError {
  const known = Object.keys(schemaAt(schema, path)?.properties ?? {});
  const near = suggest(key, known);
  const where = path.length === 0 ? 'at the top of the file' : `in ${fieldName(path)}`;
  return new CodedError('config-invalid', `there is no key "${key}" ${where}`, {
    place: { ...(text?.keyPlace(path, key) ?? {}), field: fieldName([...path, key]) },
    hint: near === null ? `Known here: ${known.join(', ')}.` : `Did you mean ${near}?`,
  });
}

function wordIssue(issue: z.core.$ZodIssue, value: unknown, secret: boolean): string {
  const given = secret || (typeof value !== 'string' && typeof value !== 'number') ? '' : `, not "${value}"`;
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return 'is missing';
      return `must be ${typeWords[issue.expected] ?? issue.expected}${given}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}${given}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}${given}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${given}`;
    case 'invalid_union':
      return `${issue.message}${given}`;
    default:
      return issue.message;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  array: 'a list (each item on a line of its own, after "- ")',
  object: 'a group of keys',
  boolean: 'true or false',
};

function nearestValue(value: unknown, values: readonly unknown[]): string | undefined {
  const near = typeof value === 'string' ? suggest(value, values.map(String)) : null;
  return near === null ? undefined : `Did you mean ${near}?`;
}

const isSecret = (path: Path): boolean => /password|apikey$|^secret$/i.test(String(path.at(-1)));

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined,
    tree,
  );
}

function schemaAt(schema: JsonSchema, path: Path): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>(
    (at, key) => (typeof key === 'number' ? (at?.items === false ? undefined : at?.items) : at?.properties?.[key]),
    schema,
  );
}
