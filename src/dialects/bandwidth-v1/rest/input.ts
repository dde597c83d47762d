// Owns: reading the body of a request. Clients send numbers and booleans as texts too; both are read.
import type { RestRequest } from '../../rest.ts';
import { RequestProblem } from './problem.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
}

export class Input {
  readonly #resource: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(resource: string, values: Readonly<Record<string, unknown>>) {
    this.#resource = resource;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  /** null when it is not there. */
  text(name: string, most = 2000): string | null {
    const value = this.#value(name);
    if (value === undefined) return null;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw this.invalid(name, 'must be a text');
    if (String(value).length > most) throw this.invalid(name, `exceeds the limit of ${most} characters`);
    return String(value);
  }

  needed(name: string, most?: number): string {
    const text = this.text(name, most)?.trim() ?? '';
    if (text === '')
      throw new RequestProblem(
        'missing-property',
        `The '${this.#resource}' resource property '${name}' is required but was not specified`,
      );
    return text;
  }

  number<D extends number | null>(name: string, byDefault: D, { min, max }: Range): number | D {
    const text = this.text(name)?.trim();
    if (text === undefined || text === '') return byDefault;
    const value = /^[+-]?\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(value)) throw this.invalid(name, 'must be a number');
    if (value < min) throw this.invalid(name, `must be greater than or equal to ${min}`);
    if (value > max) throw this.invalid(name, `exceeds the limit of ${max}`);
    return value;
  }

  boolean<D extends boolean | null>(name: string, byDefault: D): boolean | D {
    const text = this.text(name)?.trim().toLowerCase();
    if (text === undefined || text === '') return byDefault;
    if (text === 'true' || text === 'false') return text === 'true';
    throw this.invalid(name, 'must be one of the following values: true, false');
  }

  choice<C extends string, D extends C | null>(name: string, choices: readonly C[], byDefault: D): C | D {
    const text = this.text(name)?.trim();
    if (text === undefined || text === '') return byDefault;
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    throw this.invalid(name, `must be one of the following values: ${choices.join(', ')}`);
  }

  /** '' is one too: it takes an address away. */
  url(name: string): string | null {
    const text = this.text(name)?.trim();
    if (text === undefined) return null;
    const protocol = URL.parse(text)?.protocol;
    if (text === '' || protocol === 'http:' || protocol === 'https:') return text;
    throw new RequestProblem(
      'callback-url-invalid',
      `The '${this.#resource}' resource property '${name}' is not a valid URL`,
    );
  }

  inside(name: string): Input | null {
    const value = this.#value(name);
    if (value === undefined) return null;
    if (typeof value !== 'object' || Array.isArray(value)) throw this.invalid(name, 'must be an object');
    return new Input(`${this.#resource}.${name}`, value as Readonly<Record<string, unknown>>);
  }

  texts(name: string): readonly string[] | null {
    const value = this.#value(name);
    if (value === undefined) return null;
    if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
      throw this.invalid(name, 'must be a list of texts');
    return value;
  }

  entries(): readonly (readonly [name: string, value: unknown])[] {
    return Object.entries(this.#values);
  }

  invalid(name: string, what: string): RequestProblem {
    return new RequestProblem('validation-error', `The '${this.#resource}' resource property '${name}' ${what}`);
  }

  /** null counts as not said. */
  #value(name: string): NonNullable<unknown> | undefined {
    return (Object.hasOwn(this.#values, name) ? this.#values[name] : undefined) ?? undefined;
  }
}

/** An empty body holds nothing. */
export function readInput(resource: string, { body }: RestRequest): Input {
  const text = body.toString('utf8').trim();
  if (text === '') return new Input(resource, {});
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RequestProblem('validation-error', 'The body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RequestProblem('validation-error', 'The body must be a JSON object');
  return new Input(resource, value as Readonly<Record<string, unknown>>);
}
