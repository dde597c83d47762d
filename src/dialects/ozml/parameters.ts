// Owns: the parameters of one command, from the attributes and the text of an element or from a URL, read by the support
// table. What is wrong with one is a problem of the document, and `faults` names it for the answer of the HTTP API.
// In a script a wrong value gives way to its default: a caller on the line is better served by it than by a dead call.
import type { Mark, Problems } from '../problems.ts';
import type { XmlElement } from '../xml/document.ts';
import { shorten, textOf } from '../xml/fields.ts';
import { suggest } from '../xml/suggest.ts';
import { type CommandName, parameterNames, supportOf } from './support.ts';

interface Given {
  readonly value: string;
  readonly at: Mark;
}
interface Range {
  readonly min: number;
  readonly max: number;
}

export class Parameters {
  readonly element: XmlElement;
  readonly command: CommandName;
  /** Parameters with a wrong value, or needed and not there; the first one first. */
  readonly faults: string[] = [];
  readonly #given = new Map<string, Given>();
  readonly #problems: Problems;
  readonly #onRead: (name: string) => void;

  constructor(
    element: XmlElement,
    command: CommandName,
    problems: Problems,
    onRead: (name: string) => void,
    form: 'script' | 'api',
  ) {
    this.element = element;
    this.command = command;
    this.#problems = problems;
    this.#onRead = onRead;
    const { parameters } = supportOf(command);
    const names = parameterNames(command);
    for (const { name: written, value, at } of element.attributes.values()) {
      if (written === 'xmlns' || written.includes(':')) continue;
      const name = names.get(written.toLowerCase());
      if (name === undefined) {
        const near = suggest(written, Object.keys(parameters));
        const hint = near === null ? null : `Did you mean ${near}?`;
        problems.warn('attribute-unknown', at, `${command} has no parameter ${shorten(written)}; it is ignored.`, hint);
        continue;
      }
      const { level, note, only } = parameters[name]!;
      if (level === 'no') problems.warn('attribute-not-supported', at, `${name} of ${command} has no effect. ${note}`);
      else if ((only === undefined || only === form) && !this.#given.has(name)) this.#given.set(name, { value, at });
    }
    const asText = Object.entries(parameters).find(([, { text }]) => text === true)?.[0];
    const text = textOf(element);
    if (text === '') return;
    if (asText === undefined || this.#given.has(asText)) return;
    this.#given.set(asText, {
      value: text,
      at: element.children.find(({ kind }) => kind === 'text')?.at ?? element.at,
    });
  }

  /** As written; null when absent. */
  given(name: string): Given | null {
    this.#onRead(name);
    return this.#given.get(name) ?? null;
  }

  /** Trimmed; null when absent. */
  text(name: string): string | null {
    return this.given(name)?.value.trim() ?? null;
  }

  /** null when it is absent or empty, which is a fault. */
  needed(name: string): string | null {
    const text = this.text(name);
    if (text !== null && text !== '') return text;
    this.faults.push(name);
    this.#problems.warn(
      'attribute-missing',
      this.element.at,
      `${this.command} needs ${name}; it is skipped.`,
      `Write <${this.command} ${name}="…"/>.`,
    );
    return null;
  }

  wrong(name: string, message: string, allowed: string | null): void {
    this.faults.push(name);
    this.#problems.warn('attribute-invalid', this.#given.get(name)?.at ?? this.element.at, message, allowed);
  }

  integer<D extends number | null>(name: string, byDefault: D, range: Range): number | D {
    const text = this.text(name);
    if (text === null || text === '') return byDefault;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= range.min && value <= range.max) return value;
    this.#invalid(name, `a whole number from ${range.min} to ${range.max}`, byDefault);
    return byDefault;
  }

  /** Seconds, with decimals, as milliseconds; the range is in seconds. */
  seconds<D extends number | null>(name: string, byDefaultMs: D, range: Range): number | D {
    const text = this.text(name);
    if (text === null || text === '') return byDefaultMs;
    const value = /^\d{1,9}([.,]\d{0,9})?$/.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
    if (value >= range.min && value <= range.max) return Math.round(value * 1000);
    this.#invalid(name, `seconds from ${range.min} to ${range.max}`, byDefaultMs === null ? null : byDefaultMs / 1000);
    return byDefaultMs;
  }

  choice<C extends string, D extends C | null>(name: string, choices: readonly C[], byDefault: D): C | D {
    const text = this.text(name);
    if (text === null || text === '') return byDefault;
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    this.#invalid(name, choices.join(', '), byDefault);
    return byDefault;
  }

  boolean(name: string, byDefault: boolean): boolean {
    const choice = this.choice(name, ['true', 'false', '1', '0', 'yes', 'no'], null);
    return choice === null ? byDefault : choice === 'true' || choice === '1' || choice === 'yes';
  }

  /** A set of telephone keys, each at most once; spaces and commas are left out. */
  keys(name: string): string {
    const value = (this.text(name) ?? '').toUpperCase().replaceAll(/[\s,]/g, '');
    if (/^[0-9*#A-D]{0,64}$/.test(value)) return [...new Set(value)].join('');
    this.#invalid(name, 'keys from 0-9, *, # and A-D', 'no key');
    return '';
  }

  #invalid(name: string, allowed: string, instead: string | number | null): void {
    const value = shorten(this.#given.get(name)?.value ?? '');
    const used = instead === null ? 'it is ignored' : `${instead} is used`;
    this.wrong(name, `${name}="${value}" is not possible; ${used}.`, `Allowed: ${allowed}.`);
  }
}
