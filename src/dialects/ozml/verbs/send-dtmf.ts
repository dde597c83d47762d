// Owns: SendDTMF.
import * as build from '../../../flow/build.ts';
import { shorten } from '../../xml/fields.ts';
import { byDefault } from '../decisions.ts';
import { type CompileCommand, nothing } from '../scope.ts';
import { withVariables } from '../variables.ts';
import { partyOf } from './sounds.ts';

export const sendDtmf: CompileCommand = ({ scope, given, at }) => {
  const written = given.needed('Keys');
  const to = partyOf(given, scope);
  if (written === null) return nothing;
  const { toneMs, gapMs } = byDefault;
  const keys = written.replaceAll(/\s/g, '');
  // What a variable holds is looked at when it is sent.
  const parts = scope.form === 'script' ? keys.split(/(\$[A-Za-z_]\w{0,63})/) : [keys];
  const digits = parts.map((part, index) => (index % 2 === 1 ? withVariables(part) : part.replaceAll(/[a-d]/g, upper)));
  if (
    keys.length <= byDefault.keysToSend &&
    digits.every((part, index) => index % 2 === 1 || /^[0-9*#A-D,wW]*$/.test(part))
  )
    return { nodes: [build.sendDigits(digits.join(''), { at, to, toneMs, gapMs })] };
  given.wrong(
    'Keys',
    `"${shorten(written, 30)}" cannot be sent; it is skipped.`,
    `Allowed: 1 to ${byDefault.keysToSend} of 0-9, *, #, A-D, and the pauses , w and W.`,
  );
  return nothing;
};

const upper = (key: string): string => key.toUpperCase();
