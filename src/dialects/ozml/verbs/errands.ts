// Owns: commands of a script that are not about its own sound: they are sent to the HTTP API of this very server, which runs
// them for the account of the call, so that a script and a URL mean the same by them. rest/errand.ts takes them.
import * as build from '../../../flow/build.ts';
import type { XmlElement } from '../../xml/document.ts';
import { elementsOf } from '../../xml/fields.ts';
import { type CommandInput, type CompileCommand, type CompiledCommand, nothing } from '../scope.ts';
import { type CommandName, supportOf } from '../support.ts';
import { withVariables } from '../variables.ts';

export const errandScheme = 'ozml:';

/** Commands with a script in a parameter: its variables are its own call's. */
const scripts: ReadonlySet<string> = new Set(['ResponseOzML', 'RequestOzML']);

/** `needed` must be there; the rest is checked by whoever runs it. `ofCall` names the call itself by that parameter. */
export const errand =
  (command: CommandName, needed: readonly string[], ofCall: string | null = null): CompileCommand =>
  (input) =>
    errandWith(input, command, needed, ofCall === null ? [] : [`${ofCall}={{id}}`]);

/** Request holds its script between its tags. */
export const requestErrand: CompileCommand = (input) => {
  const { element } = input.given;
  const inside = elementsOf(element).map(formatElement).join('');
  const script = input.given.text('RequestOzML') === null && inside !== '' ? `<Request>${inside}</Request>` : null;
  const more = script === null ? [] : [`RequestOzML=${encode(script, true)}`];
  return errandWith(input, 'Request', ['DialedAddress'], more);
};

function errandWith(
  { given, at, scope }: CommandInput,
  command: CommandName,
  needed: readonly string[],
  more: readonly string[],
): CompiledCommand {
  if (needed.map((name) => given.needed(name)).includes(null)) return nothing;
  const query = Object.entries(supportOf(command).parameters).flatMap(([name, { level, only }]) => {
    const value = level === 'no' || only === 'api' ? null : given.text(name);
    return value === null ? [] : [`${name}=${encode(value, scripts.has(name))}`];
  });
  // What addresses in it are relative to.
  const source = `source=${encodeURIComponent(scope.source)}`;
  const url = `${errandScheme}${command}?${[...query, ...more, source].join('&')}`;
  return { nodes: [build.http(build.destination(url, { method: 'POST' }), { at })] };
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };
const escapeText = (text: string): string => text.replaceAll(/[&<"]/g, (char) => entities[char]!);

function formatElement({ name, attributes, children }: XmlElement): string {
  const given = [...attributes.values()].map((one) => ` ${one.name}="${escapeText(one.value)}"`).join('');
  const inside = children.map((child) => (child.kind === 'text' ? escapeText(child.value) : formatElement(child)));
  return `<${name}${given}>${inside.join('')}</${name}>`;
}

/** Variables stay variables; the interpreter percent-encodes what they hold. */
function encode(value: string, asWritten: boolean): string {
  if (asWritten) return encodeURIComponent(value.toWellFormed());
  return withVariables(value.toWellFormed())
    .split(/(\{\{\$\w+\}\})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURIComponent(part)))
    .join('');
}
