// Owns: the parameters of one request: from the query and, by POST, from a form. Names in any capitals. They become an element,
// so that a command reads them by the same table as in a script.
import type { RestRequest } from '../../rest.ts';
import type { XmlAttribute, XmlElement } from '../../xml/document.ts';

export interface ApiParameters {
  readonly command: string | null;
  readonly username: string | null;
  readonly password: string | null;
  /** The name of one that stands there twice with different values. */
  readonly ambiguous: string | null;
  readonly element: XmlElement;
}

const at = { line: 1, column: 1 } as const;
const own: ReadonlySet<string> = new Set(['command', 'username', 'password']);
const mostParameters = 200;

export function readApiParameters(request: RestRequest): ApiParameters {
  const pairs = [...request.query, ...(isForm(request) ? new URLSearchParams(request.body.toString('utf8')) : [])];
  return parametersOf(pairs);
}

export function parametersOf(pairs: readonly (readonly [name: string, value: string])[]): ApiParameters {
  const values = new Map<string, string>();
  const attributes = new Map<string, XmlAttribute>();
  let ambiguous: string | null = null;
  for (const [name, written] of pairs.slice(0, mostParameters)) {
    // A plus that was not written as %2B.
    const value = written.replace(/^ (?=\d{3,}$)/, '+');
    const known = name.toLowerCase();
    const before = values.get(known);
    if (before !== undefined && before !== value) ambiguous ??= name;
    if (before !== undefined) continue;
    values.set(known, value);
    if (!own.has(known)) attributes.set(known, { name, value, at });
  }
  const command = values.get('command') ?? null;
  return {
    command,
    username: values.get('username') ?? null,
    password: values.get('password') ?? null,
    ambiguous,
    element: { kind: 'element', name: command ?? '', at, path: command ?? '', attributes, children: [] },
  };
}

export function isForm({ method, headers }: RestRequest): boolean {
  return method === 'POST' && /^\s*application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
}
