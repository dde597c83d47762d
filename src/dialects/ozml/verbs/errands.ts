// Owns: commands of a script that are not about its own sound: they are sent to the HTTP API of this very server, which runs
// them for the account of the call, so that a script and a URL mean the same by them. rest/errand.ts takes them.
import * as build from '../../../flow/build.ts';
import type { CompileCommand } from '../scope.ts';
import { nothing } from '../scope.ts';
import { type CommandName, supportOf } from '../support.ts';
import { withVariables } from '../variables.ts';

export const errandScheme = 'ozml:';

/** Commands with a script in a parameter: its variables are its own call's. */
const scripts: ReadonlySet<string> = new Set(['ResponseOzML', 'RequestOzML']);

/** `needed` must be there; the rest is checked by whoever runs it. `ofCall` names the call itself by that parameter. */
export const errand =
  (command: CommandName, needed: readonly string[], ofCall: string | null = null): CompileCommand =>
  ({ given, at, scope }) => {
    if (needed.map((name) => given.needed(name)).includes(null)) return nothing;
    const query = Object.entries(supportOf(command).parameters).flatMap(([name, { level, only }]) => {
      const value = level === 'no' || only === 'api' ? null : given.text(name);
      return value === null ? [] : [`${name}=${encode(value, scripts.has(name))}`];
    });
    if (ofCall !== null) query.push(`${ofCall}={{id}}`);
    // What addresses in it are relative to.
    query.push(`source=${encodeURIComponent(scope.source)}`);
    return {
      nodes: [
        build.http(build.destination(`${errandScheme}${command}?${query.join('&')}`, { method: 'POST' }), { at }),
      ],
    };
  };

/** Variables stay variables; the interpreter percent-encodes what they hold. */
function encode(value: string, asWritten: boolean): string {
  if (asWritten) return encodeURIComponent(value.toWellFormed());
  return withVariables(value.toWellFormed())
    .split(/(\{\{\$\w+\}\})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURIComponent(part)))
    .join('');
}
