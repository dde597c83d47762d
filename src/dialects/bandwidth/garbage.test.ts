import { describeSenseless } from '../senseless-rig.ts';
import { compile } from './compile.ts';
import { supportOf, type VerbName, verbs } from './support.ts';

describeSenseless({
  compile,
  names: Object.keys(verbs).filter((name) => supportOf(name as VerbName).level !== 'no'),
  attributes: [...new Set(Object.values(verbs).flatMap((verb) => Object.keys(verb.attributes)))],
  values: ['Anonymous', 'wss://a.example/'],
  slips: ['pAUSE', 'Gathr', 'break'],
  sound: {
    Gather: ['', '<SpeakSentence>Hi<break time="x"/></SpeakSentence>', '<PlayAudio>/a.wav</PlayAudio>'],
    SpeakSentence: ['Hi', '<lang xml:lang="fr">Oui</lang>', ''],
    SendDtmf: ['1w2', 'a,#'],
    Transfer: ['<PhoneNumber tag="x">1</PhoneNumber>', '<SipUri>a@b</SipUri>'],
    PlayAudio: ['/a.wav', 'https://u:p@a.example/b.mp3'],
    Bridge: ['c-1'],
    Conference: ['room'],
    Tag: ['', 'x{{y}}'],
    ...Object.fromEntries(
      ['Pause', 'Ring', 'Record', 'StartRecording', 'PauseRecording', 'StopRecording', 'Hangup'].map((name) => [
        name,
        [''],
      ]),
    ),
  },
  leastCompiled: 400,
  whole:
    '<?xml version="1.0"?>\n<Response><SpeakSentence locale="es">Hi &amp; <break time="1s"/></SpeakSentence><Gather maxDigits="2" gatherUrl="/c?a=1"><PlayAudio>/a.wav</PlayAudio></Gather></Response>',
  secret: 'u:p@',
});
