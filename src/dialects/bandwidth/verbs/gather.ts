// Owns: Gather and its prompts, StartGather and StopGather. Does not: collect a key (src/run).
import * as build from '../../../flow/build.ts';
import { byDefault } from '../decisions.ts';
import { destinationOf, tagNodes } from '../destination.ts';
import { type CompileVerb, nothing } from '../scope.ts';
import { promptSounds } from './sounds.ts';

export const gather: CompileVerb = ({ scope, fields, at, children }) => {
  const report = destinationOf(fields, scope, { prefix: 'gather', event: 'gather', fallback: true });
  const { gatherPrompts: most } = byDefault;
  if (children.length > most)
    scope.problems.warn(
      'attribute-invalid',
      children[most]!.element.at,
      `A Gather plays at most ${most} prompts; the ${children.length - most} from here on are left out.`,
      `Play the first ones before the Gather.`,
    );
  const played = children.slice(0, most);
  // A value that cannot be read means that somebody wanted it: a secret that is kept too well does less harm.
  const sensitive = fields.boolean('sensitive', fields.attribute('sensitive') !== null);
  let attempts = fields.integer('repeatCount', 1, { min: 1, max: 1000 });
  if (attempts * played.length > most) {
    attempts = Math.max(1, Math.floor(most / played.length));
    scope.problems.warn(
      'attribute-invalid',
      fields.attribute('repeatCount')?.at ?? at,
      `Prompts are played at most ${most} times in all; repeatCount="${attempts}" is used.`,
      `Allowed: up to ${attempts} with ${played.length} prompts.`,
    );
  }
  const node = build.gather({
    at,
    prompts: played.flatMap((child) => promptSounds(child, scope)).map((sound) => build.prompt(sound)),
    minDigits: 0,
    minDigitsAtTimeout: 1,
    maxDigits: fields.integer('maxDigits', byDefault.maxDigits, { min: 1, max: 50 }),
    terminators: fields.keys('terminatingDigits', ''),
    acceptEmpty: true,
    firstDigitMs: fields.seconds('firstDigitTimeout', 5, { min: 0, max: 60 }),
    interDigitMs: fields.seconds('interDigitTimeout', 5, { min: 1, max: 60 }),
    attempts: Math.min(attempts, 1000),
    retryOn: 'nothing-keyed',
    sensitive,
    report,
    reportWhen: 'end',
  });
  return { nodes: [...tagNodes(fields, scope), node], leaves: report !== null };
};

export const startGather: CompileVerb = ({ scope, fields, at }) => {
  const told = destinationOf(fields, scope, { prefix: 'dtmf', event: 'dtmf', fallback: false });
  if (told !== null) return { nodes: [...tagNodes(fields, scope), build.tellKeys(told, at)] };
  if ((fields.text('dtmfUrl') ?? '') === '')
    scope.problems.error(
      'attribute-missing',
      fields.element.at,
      '<StartGather> needs the attribute dtmfUrl.',
      'Write <StartGather dtmfUrl="https://…"/>.',
    );
  return nothing;
};

export const stopGather: CompileVerb = ({ at }) => ({ nodes: [build.tellKeys(null, at)] });
