// Owns: single settings from outside of the file: `KEYTONE_SIP_PORT=5070` in the environment and `--set sip.port=5070`
// on the command line; and turning texts into the types that the schema wants, for these and for the file alike.
import { CodedError } from '../base/errors.ts';
import { suggest } from '../dialects/xml/suggest.ts';
import type { Path } from './config-file.ts';
import type { JsonSchema } from './config-schema.ts';

export interface Setting {
  readonly path: Path;
  readonly text: string;
  /** How the user wrote it: `KEYTONE_SIP_PORT`, `--sip-port`, `--set sip.port`. */
  readonly source: string;
}

/** Dotted names of every key that one text can set, with its schema: `sip.port`, `outbound.allow`. */
export function settableKeys(schema: JsonSchema, prefix: readonly string[] = []): ReadonlyMap<string, JsonSchema> {
  const keys = new Map<string, JsonSchema>();
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const path = [...prefix, name];
    if (child.type === 'object') for (const [key, leaf] of settableKeys(child, path)) keys.set(key, leaf);
    else if (child.type !== 'array' || isTextList(child)) keys.set(path.join('.'), child);
  }
  return keys;
}

const isTextList = (schema: JsonSchema): boolean => schema.items !== false && schema.items?.type === 'string';

/** `sip.advertisedHost` → `KEYTONE_SIP_ADVERTISED_HOST`. */
export function environmentName(key: string): string {
  const words = key.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll('.', '_');
  return `KEYTONE_${words.toUpperCase()}`;
}

/** Names of the environment that are no configuration keys. */
const otherNames = new Set(['KEYTONE_CONFIG', 'KEYTONE_KEY']);

export function environmentSettings(
  environment: NodeJS.ProcessEnv,
  schema: JsonSchema,
  problems: CodedError[],
): readonly Setting[] {
  const known = new Map([...settableKeys(schema).keys()].map((key) => [environmentName(key), key]));
  return Object.entries(environment).flatMap(([name, text]): readonly Setting[] => {
    if (!name.startsWith('KEYTONE_') || name.startsWith('KEYTONE_TEST_') || otherNames.has(name) || text === undefined)
      return [];
    const key = known.get(name);
    if (key !== undefined) return [{ path: key.split('.'), text, source: name }];
    problems.push(unknownKey(name, known.keys(), { field: 'environment' }));
    return [];
  });
}

/** `assignments` as given to `--set`: `key=value`. */
export function flagSettings(
  assignments: readonly string[],
  schema: JsonSchema,
  problems: CodedError[],
): readonly Setting[] {
  const known = settableKeys(schema);
  return assignments.flatMap((assignment): readonly Setting[] => {
    const equals = assignment.indexOf('=');
    const key = equals < 0 ? assignment : assignment.slice(0, equals);
    if (equals < 0) {
      problems.push(
        new CodedError('config-invalid', `"${key}" has no value`, {
          place: { field: '--set' },
          hint: 'Write it as --set sip.port=5070.',
        }),
      );
      return [];
    }
    if (known.has(key)) return [{ path: key.split('.'), text: assignment.slice(equals + 1), source: `--set ${key}` }];
    problems.push(unknownKey(key, known.keys(), { field: '--set' }));
    return [];
  });
}

function unknownKey(name: string, known: Iterable<string>, place: { field: string }): CodedError {
  const near = suggest(name, known);
  return new CodedError('config-invalid', `"${name}" is not a setting`, {
    place,
    ...(near === null ? {} : { hint: `Did you mean ${near}?` }),
  });
}

/** Puts settings over the file's tree; neither argument is changed. */
export function overlay(tree: unknown, settings: readonly Setting[]): unknown {
  return settings.reduce<unknown>((result, setting) => withValue(result, setting.path, setting.text), tree);
}

function withValue(tree: unknown, path: Path, value: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  // What stands in the place of a map is a mistake of the file, which a setting must not hide.
  const isMap = typeof tree === 'object' && tree !== null && !Array.isArray(tree);
  if (!isMap && tree !== undefined && tree !== '') return tree;
  const map = isMap ? (tree as Record<string, unknown>) : {};
  return { ...map, [key]: withValue(map[key], rest, value) };
}

/** Texts become numbers, booleans and lists where the schema wants them; what does not fit stays for the schema to refuse. */
export function coerce(value: unknown, schema: JsonSchema | undefined): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    const tuple = schema.prefixItems ?? schema.anyOf?.find((choice) => choice.prefixItems !== undefined)?.prefixItems;
    return value.map((item, index) =>
      coerce(item, tuple?.[index] ?? (schema.items === false ? undefined : schema.items)),
    );
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, coerce(child, schema.properties?.[key])]),
    );
  }
  if (typeof value !== 'string') return value;
  const text = value.trim();
  // `apps:` with nothing after it is an empty list, and `sip:` an empty map.
  if (text === '' && schema.type === 'array') return [];
  if (text === '' && schema.type === 'object') return {};
  if (schema.type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (schema.type === 'number' && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (schema.type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (schema.type === 'array' && isTextList(schema)) return text.split(',').map((part) => part.trim());
  return value;
}
