import { describeSenseless } from '../senseless-rig.ts';
import { compile } from './compile.ts';
import { verbs } from './support.ts';

describeSenseless({
  compile,
  names: Object.keys(verbs),
  attributes: [...new Set(Object.values(verbs).flatMap((verb) => Object.keys(verb.attributes)))],
  values: ['private'],
  slips: ['pAUSE', 'Gathr', 'Nonsense'],
  sound: {
    Gather: ['', '<SpeakSentence>Hi</SpeakSentence>', '<PlayAudio>/a.wav</PlayAudio>'],
    SpeakSentence: ['Hi', '', '{{x}}'],
    PlayAudio: ['/a.wav', 'https://u:p@a.example/b.mp3'],
    SendDtmf: ['1w2', ''],
    Transfer: ['<PhoneNumber>1</PhoneNumber>', '<Record/><PhoneNumber>a@b</PhoneNumber>', ''],
    Conference: [''],
    ...Object.fromEntries(['Pause', 'Record', 'Redirect', 'Hangup', 'Reject', 'Call'].map((name) => [name, ['']])),
  },
  leastCompiled: 100,
  whole:
    '<?xml version="1.0"?>\n<Response><SpeakSentence locale="es">Hi &amp; bye</SpeakSentence><Gather maxDigits="2" requestUrl="/c?a=1"><PlayAudio>/a.wav</PlayAudio></Gather></Response>',
  secret: 'u:p@',
});
