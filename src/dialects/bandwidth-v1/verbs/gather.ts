// Owns: Gather and its prompts. Does not: collect a key (src/run).
import * as build from '../../../flow/build.ts';
import { byDefault } from '../decisions.ts';
import { type CompileVerb, nothing } from '../scope.ts';
import { requestUrl, tagOf } from './request-url.ts';
import { promptsOf } from './sounds.ts';

export const gather: CompileVerb = ({ scope, fields, at, children, isLast }) => {
  const more = { place: `${at.line}:${at.column}`, ...tagOf(fields) };
  const told = requestUrl(fields, scope, { event: 'gather', isNeeded: true, more });
  const audio = children.filter(({ name }) => name === 'PlayAudio');
  if (audio.length > 1 || (audio.length === 1 && children.length > 1)) {
    scope.problems.error(
      'verb-misplaced',
      children[1]!.element.at,
      '<Gather> holds sentences or one sound, not both.',
      'Keep any number of <SpeakSentence>, or one <PlayAudio>.',
    );
    return nothing;
  }
  fields.boolean('bargeable', true);
  const interDigitMs = fields.seconds('interDigitTimeout', 5, { min: 1, max: 30 });
  const terminators = fields.keys('terminatingDigits', '#');
  const maxDigits = fields.integer('maxDigits', byDefault.bxmlDigits, { min: 1, max: byDefault.bxmlDigits });
  const prompts = promptsOf(children, scope);
  if (told === null) return nothing;
  const node = build.gather({
    at,
    prompts,
    minDigits: 0,
    minDigitsAtTimeout: 1,
    maxDigits,
    terminators: terminators === '' ? '#' : terminators,
    acceptEmpty: true,
    firstDigitMs: interDigitMs,
    interDigitMs,
    reportWhen: 'end',
    ...(isLast ? { report: told } : { notify: told }),
  });
  return { nodes: [node], leaves: isLast };
};
