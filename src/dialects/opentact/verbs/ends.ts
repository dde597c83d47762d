// Owns: Answer, Reject and Hangup: how a call's signalling begins and ends.
import * as build from '../../../flow/build.ts';
import type { CompileVerb } from '../scope.ts';

export const answer: CompileVerb = ({ fields, at }) => [
  build.answer({ at, delayMs: fields.milliseconds('delay', 0, { min: 0, max: 180_000 }) }),
];

export const hangup: CompileVerb = ({ fields, at }) => [build.hangup({ at, reason: fields.text('tag') || null })];

const words: Readonly<Record<string, number>> = { rejected: 603, busy: 486 };

export const reject: CompileVerb = ({ scope, fields, at }) => {
  const reason = fields.attribute('reason');
  const written = reason?.value.trim().toLowerCase() ?? 'rejected';
  const sipStatus =
    (Object.hasOwn(words, written) ? words[written] : undefined) ??
    (/^[456]\d\d$/.test(written) ? Number(written) : null);
  if (sipStatus === null && reason !== null) {
    scope.problems.warn(
      'attribute-invalid',
      reason.at,
      'reason is not possible; rejected is used.',
      'Allowed: rejected, busy, or a SIP status from 400 to 699.',
    );
  }
  return [build.reject({ at, sipStatus: sipStatus ?? 603 })];
};
