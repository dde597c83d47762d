import { describeSenseless } from '../senseless-rig.ts';
import { compile } from './compile.ts';
import { commands } from './support.ts';

describeSenseless({
  compile,
  names: Object.keys(commands),
  attributes: [...new Set(Object.values(commands).flatMap(({ parameters }) => Object.keys(parameters)))],
  values: ['caller', '$x', '{{$x}}', '440,,'],
  slips: ['sPEAK', 'UserInpt', 'x'],
  leastCompiled: 500,
  whole:
    '<?xml version="1.0"?>\n<Response><Speak Language="es">Hi &amp; $bye</Speak><UserInput Digits="2" ForwardToUrl="/c?a=1"><Inputs><Input Key="12"><Hangup/></Input></Inputs></UserInput></Response>',
});
