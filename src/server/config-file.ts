// Owns: one YAML file as a tree of texts, and where in it each key stands.
// Every plain value is kept as it was written (`0700`, `+15550100`): which of them are numbers is decided by the
// schema, so that a dialled number loses neither its zero nor its plus.
import { isMap, isPair, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import { CodedError, type Place } from '../base/errors.ts';

export type Path = readonly (string | number)[];

export interface ConfigText {
  readonly tree: unknown;
  /** Place of the value at `path`, or of the nearest thing around it that exists. */
  valuePlace(path: Path): Place;
  /** Place of the key `key` in the map at `path`. */
  keyPlace(path: Path, key: string): Place;
}

export function parseConfigText(text: string, source: string): ConfigText | CodedError {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { source, line, column: col };
  };
  const fault = document.errors[0];
  if (fault !== undefined) {
    return new CodedError('config-invalid', `This is not valid YAML: ${fault.message.split('\n')[0]}`, {
      place: placeAt(fault.pos[0]),
      hint: 'Check indentation, colons and quotes around this place.',
    });
  }
  const nodePlace = (node: unknown): Place | null => {
    const range = (node as Node | null | undefined)?.range;
    return range ? placeAt(range[0]) : null;
  };
  const findPair = (path: Path, key: string): Pair | undefined => {
    const parent = path.length === 0 ? document.contents : document.getIn(path, true);
    return isMap(parent) ? parent.items.find((pair) => isPair(pair) && String(pair.key) === key) : undefined;
  };
  const valuePlace = (path: Path): Place => {
    for (let length = path.length; length > 0; length--) {
      const here = nodePlace(document.getIn(path.slice(0, length), true));
      if (here !== null) return here;
    }
    return { source, line: 1, column: 1 };
  };
  return {
    tree: document.toJS() ?? {},
    valuePlace,
    keyPlace: (path, key) => nodePlace(findPair(path, key)?.key) ?? valuePlace(path),
  };
}
