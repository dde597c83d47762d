// Owns: Hold and Unhold (new generation).
import * as build from '../../../flow/build.ts';
import { byDefault } from '../decisions.ts';
import type { CompileVerb } from '../scope.ts';

export const hold: CompileVerb = ({ fields, at }) => [
  build.hold('hold', { at, timeoutMs: fields.milliseconds('timeout', byDefault.holdMs, { min: 1, max: 86_400_000 }) }),
];

export const unhold: CompileVerb = ({ at }) => [build.hold('resume', { at })];
