// Owns: Redirect, Hangup, Pause, SendDtmf, and the obsolete Reject.
import * as build from '../../../flow/build.ts';
import { shorten, textOf } from '../../xml/fields.ts';
import { byDefault } from '../decisions.ts';
import { type CompileVerb, nothing } from '../scope.ts';
import { requestUrl } from './request-url.ts';

export const redirect: CompileVerb = ({ scope, fields, at }) => {
  const to = requestUrl(fields, scope, { event: 'redirect', isNeeded: true });
  return to === null ? nothing : { nodes: [build.ask('Redirect', to, { at })], leaves: true };
};

export const hangup: CompileVerb = ({ at }) => ({ nodes: [build.hangup({ at })], leaves: true });

export const pause: CompileVerb = ({ fields, at }) => ({
  nodes: [build.pause(fields.seconds('length', 1, { min: 0, max: 3600 }), { at })],
});

export const sendDtmf: CompileVerb = ({ scope, fields, at }) => {
  const written = textOf(fields.element);
  const { keysToSend: most, toneMs, gapMs } = byDefault;
  if (/^[0-9*#,wW]+$/.test(written) && written.length <= most)
    return { nodes: [build.sendDigits(written, { at, toneMs, gapMs })] };
  const what =
    written.length > most
      ? `${written.length} keys are more than can be sent.`
      : written === ''
        ? '<SendDtmf> has no keys.'
        : `"${shorten(written, 30)}" is not made of keys.`;
  const hint = `Write 1 to ${most} of 0-9, *, #, and the pauses , w and W.`;
  scope.problems.error('digits-invalid', fields.element.at, what, hint);
  return nothing;
};
