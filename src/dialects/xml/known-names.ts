// Owns: names as they were written against the names that a dialect knows: other capitals are put right and told, unknown
// ones are told with what comes close. Does not: know what is supported; the caller is asked about each attribute.
import type { Problems } from '../problems.ts';
import type { XmlAttribute, XmlElement } from './document.ts';
import { shorten } from './fields.ts';
import { suggest } from './suggest.ts';

/** The known name that is meant, in whatever capitals; null when there is none. */
export function nameIn(written: string, names: readonly string[]): string | null {
  if (names.includes(written)) return written;
  return names.find((name) => name.toLowerCase() === written.toLowerCase()) ?? null;
}

/** The attributes that count, by the known spelling, the first of each; `isRead` tells what it has against one. */
export function knownAttributes(
  { attributes }: XmlElement,
  element: string,
  names: readonly string[],
  problems: Problems,
  isRead: (name: string, attribute: XmlAttribute) => boolean,
): ReadonlyMap<string, XmlAttribute> {
  const read = new Map<string, XmlAttribute>();
  for (const attribute of attributes.values()) {
    if (attribute.name === 'xmlns' || attribute.name.includes(':')) continue;
    const own = nameIn(attribute.name, names);
    if (own === null) {
      const near = suggest(attribute.name, names);
      problems.warn(
        'attribute-unknown',
        attribute.at,
        `<${element}> has no attribute ${shorten(attribute.name)}; it is ignored.`,
        near === null ? null : `Did you mean ${near}?`,
      );
      continue;
    }
    if (own !== attribute.name)
      problems.warn('name-case', attribute.at, `${attribute.name} is read as ${own}.`, `Write ${own}.`);
    if (isRead(own, attribute) && !read.has(own)) read.set(own, attribute);
  }
  return read;
}
