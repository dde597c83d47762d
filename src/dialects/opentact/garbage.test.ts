import { describeSenseless } from '../senseless-rig.ts';
import { compile } from './compile.ts';
import { verbs } from './support.ts';

describeSenseless({
  compile,
  names: Object.keys(verbs),
  attributes: [...new Set(Object.values(verbs).flatMap((verb) => Object.keys(verb.attributes)))],
  values: ['aleg', '440,,'],
  slips: ['sAY', 'Gathr', 'x'],
  leastCompiled: 500,
  whole:
    '<?xml version="1.0"?>\n<Response><Say lang="es">Hi &amp; bye</Say><Gather numDigits="2" callback="/c?a=1"><Switch><Case dtmf="12"><Hangup/></Case></Switch></Gather></Response>',
});
