// Owns: reading attribute values with their checks. A wrong value is a warning and the default is used: a caller on the
// line is better served by the default than by a dead call, and `check` shows the warning to the author.
// Does not: know which attributes an element has; the dialect's support table does.
import type { Problems } from '../problems.ts';
import type { XmlAttribute, XmlElement, XmlText } from './document.ts';

export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

export class Fields {
  readonly element: XmlElement;
  readonly #problems: Problems;
  /** By the dialect's own spelling; what was written in other capitals was put right before. */
  readonly #attributes: ReadonlyMap<string, XmlAttribute>;
  readonly #onRead: (name: string) => void;

  constructor(
    element: XmlElement,
    attributes: ReadonlyMap<string, XmlAttribute>,
    problems: Problems,
    onRead: (name: string) => void = () => {},
  ) {
    this.element = element;
    this.#attributes = attributes;
    this.#problems = problems;
    this.#onRead = onRead;
  }

  attribute(name: string): XmlAttribute | null {
    this.#onRead(name);
    return this.#attributes.get(name) ?? null;
  }

  /** Trimmed; null when absent. */
  text(name: string): string | null {
    return this.attribute(name)?.value.trim() ?? null;
  }

  integer<D extends number | null>(name: string, byDefault: D, range: IntegerRange): number | D {
    const attribute = this.attribute(name);
    if (attribute === null) return byDefault;
    const value = /^[+-]?\d{1,15}$/.test(attribute.value.trim()) ? Number(attribute.value) : Number.NaN;
    if (value >= range.min && value <= range.max) return value;
    const instead = byDefault === null ? 'it is ignored' : `${byDefault} is used`;
    this.#invalid(attribute, `a whole number from ${range.min} to ${range.max}`, instead);
    return byDefault;
  }

  /** Milliseconds, with a warning for a value that only makes sense as seconds. */
  milliseconds<D extends number | null>(name: string, byDefault: D, range: IntegerRange): number | D {
    const attribute = this.attribute(name);
    const value = this.integer(name, byDefault, range);
    if (attribute !== null && value !== null && value > 0 && value <= 120 && value === Number(attribute.value)) {
      this.#problems.warn(
        'attribute-unit',
        attribute.at,
        `${name}="${attribute.value.trim()}" is ${value} milliseconds; it looks like seconds.`,
        `Write ${name}="${value * 1000}" for ${value} s.`,
      );
    }
    return value;
  }

  /** Seconds, with decimals, as milliseconds; range and default are in seconds. */
  seconds(name: string, byDefault: number, range: IntegerRange): number {
    const attribute = this.attribute(name);
    if (attribute === null) return byDefault * 1000;
    const written = attribute.value.trim();
    const value = /^[+-]?\d{1,9}(\.\d{0,9})?$/.test(written) ? Number(written) : Number.NaN;
    if (value >= range.min && value <= range.max) return Math.round(value * 1000);
    const looksLikeMs =
      value > range.max && value % 100 === 0 && value / 1000 >= range.min && value / 1000 <= range.max;
    const unit = looksLikeMs ? `; ${written} milliseconds are ${name}="${value / 1000}"` : '';
    this.#invalid(attribute, `seconds from ${range.min} to ${range.max}${unit}`, `${byDefault} is used`);
    return byDefault * 1000;
  }

  /** One of the choices, in any capitals; comes back as the table spells it. */
  choice<C extends string, D extends C | null>(name: string, choices: readonly C[], byDefault: D): C | D {
    const attribute = this.attribute(name);
    if (attribute === null) return byDefault;
    const found = choices.find((choice) => choice.toLowerCase() === attribute.value.trim().toLowerCase());
    if (found !== undefined) return found;
    this.#invalid(attribute, choices.join(', '), byDefault === null ? 'it is ignored' : `${byDefault} is used`);
    return byDefault;
  }

  boolean(name: string, byDefault: boolean): boolean {
    return this.choice(name, ['true', 'false', '1', '0'], null) === null
      ? byDefault
      : /^(true|1)$/i.test(this.attribute(name)!.value.trim());
  }

  /** A set of telephone keys, each at most once, in the order written; spaces, commas and `ignored` ones are left out. */
  keys<D extends string | null>(name: string, byDefault: D, ignored = ''): string | D {
    const attribute = this.attribute(name);
    if (attribute === null) return byDefault;
    const value = [...attribute.value.toUpperCase()]
      .filter((key) => !/[\s,]/.test(key) && !ignored.includes(key))
      .join('');
    if (/^[0-9*#A-D]*$/.test(value)) return [...new Set(value)].join('');
    this.#invalid(
      attribute,
      'keys from 0-9, *, # and A-D',
      byDefault === null ? 'it is ignored' : `${byDefault || 'no key'} is used`,
    );
    return byDefault;
  }

  #invalid(attribute: XmlAttribute, allowed: string, instead: string): void {
    this.#problems.warn(
      'attribute-invalid',
      attribute.at,
      `${attribute.name}="${shorten(attribute.value)}" is not possible; ${instead}.`,
      `Allowed: ${allowed}.`,
    );
  }
}

export function shorten(value: string, most = 60): string {
  return value.length <= most ? value : `${value.slice(0, most - 1)}…`;
}

export function textOf(element: XmlElement): string {
  return element.children
    .filter((child): child is XmlText => child.kind === 'text')
    .map((child) => child.value)
    .join('')
    .trim();
}

export function elementsOf(element: XmlElement): readonly XmlElement[] {
  return element.children.filter((child): child is XmlElement => child.kind === 'element');
}
