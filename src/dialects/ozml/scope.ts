// Owns: what a command's compile function is handed, in a script and by URL alike, and finding commands by their names.
// Does not: know what any single command means (verbs/).
import type { Block, FlowNode, Position } from '../../flow/node.ts';
import type { Problems } from '../problems.ts';
import type { XmlElement } from '../xml/document.ts';
import { elementsOf, shorten } from '../xml/fields.ts';
import { suggest } from '../xml/suggest.ts';
import type { Parameters } from './parameters.ts';
import { type CommandName, commandNamed, commands, supportOf } from './support.ts';

/** The variable that says which menu is being left, and how; no OzML name can be the same. */
export const leaving = ':leaving';

/** A child element whose name the dialect knows. */
export interface Named {
  readonly name: CommandName;
  readonly element: XmlElement;
}

/** A UserInput that is being compiled, and what its commands found that they need of it. */
export interface Menu {
  readonly label: string;
  /** Somebody leaves it by Exit. */
  exits: boolean;
  /** A menu inside of it leads back to it. */
  again: boolean;
}

export interface Scope {
  readonly source: string;
  readonly problems: Problems;
  /** `api`: one command by URL, on a call that is somebody else's. */
  readonly form: 'script' | 'api';
  /** Of `Play` by URL: the folder of sounds; null where paths mean nothing. */
  readonly filesDir: string | null;
  /** Told of each parameter that a compile function looks at; tests compare it with the support table. */
  readonly onRead: (command: string, parameter: string) => void;
  /** The innermost last. */
  readonly menus: readonly Menu[];
  /** Counts for the whole document. */
  readonly counts: { menus: number; jumps: number };
  block(children: readonly Named[], scope: Scope): Block;
}

export interface CommandInput {
  readonly scope: Scope;
  readonly given: Parameters;
  readonly at: Position;
  readonly children: readonly Named[];
}

export interface CompiledCommand {
  readonly nodes: readonly FlowNode[];
  /** No command behind it in its block runs. */
  readonly leaves?: boolean;
}

export type CompileCommand = (input: CommandInput) => CompiledCommand;

export const nothing: CompiledCommand = { nodes: [] };

export const positionOf = ({ at, path }: XmlElement): Position => ({ line: at.line, column: at.column, path });

/** The children whose names are known. The others, and those that are not built, become warnings. */
export function childrenOf(element: XmlElement, problems: Problems): readonly Named[] {
  return elementsOf(element).flatMap((child) => {
    const name = nameOf(child, problems);
    return name === null ? [] : [{ name, element: child }];
  });
}

function nameOf({ name: written, at }: XmlElement, problems: Problems): CommandName | null {
  const name = commandNamed(written);
  if (name === null) {
    const near = suggest(written, Object.keys(commands));
    problems.warn(
      'verb-unknown',
      at,
      `<${shorten(written)}> is not a command; it is skipped.`,
      near === null ? null : `Did you mean <${near}>?`,
    );
    return null;
  }
  const { script, inside, note } = supportOf(name);
  if (script !== 'no' || inside !== 'script') return name;
  problems.warn('verb-not-supported', at, `<${name}> is not supported in a script; it is skipped. ${note}`);
  return null;
}
