// Sounds, pauses, keys that are sent, variables and loops.
import { type Chapter, differs, entered, notSupported, over } from './story.ts';
import { last, say, thanks } from './words.ts';

const tune = 'http://app.test/tune.wav';
const applicationFillsIn = notSupported('Documents have no variables: the application writes what is to be said.');

export const sounds: Chapter = {
  title: 'Sounds, pauses and keys',
  stories: [
    {
      name: 'a sound file, and the call is over',
      caller: [],
      mediaMs: { [tune]: 800 },
      expect: { heard: [tune], cutShort: [], told: [over()], answered: true, hungUpBy: 'application' },
      in: {
        opentact: { '/start': '<Play>/tune.wav</Play><Hangup/>' },
        bandwidth: { '/start': '<PlayAudio>/tune.wav</PlayAudio><Hangup/>' },
        'bandwidth-v1': { '/start': '<PlayAudio>/tune.wav</PlayAudio><Hangup/>' },
        ozml: { '/start': '<Play>/tune.wav</Play><Hangup/>' },
      },
    },
    {
      name: 'two sentences, one behind the other',
      caller: [],
      expect: { heard: ['One.', 'Two.'], cutShort: [], hungUpBy: 'application' },
      in: {
        opentact: { '/start': say.opentact('One.') + last('opentact', 'Two.') },
        bandwidth: { '/start': say.bandwidth('One.') + last('bandwidth', 'Two.') },
        'bandwidth-v1': { '/start': say['bandwidth-v1']('One.') + last('bandwidth-v1', 'Two.') },
        ozml: { '/start': say.ozml('One.') + last('ozml', 'Two.') },
      },
    },
    {
      name: 'the end of a document hangs up',
      caller: [],
      expect: { heard: ['Thank you.'], told: [over()], hungUpBy: 'application', withinMs: 5000 },
      in: {
        opentact: { '/start': say.opentact('Thank you.') },
        bandwidth: { '/start': say.bandwidth('Thank you.') },
        'bandwidth-v1': differs(
          { '/start': say['bandwidth-v1']('Thank you.') },
          'Behind a last sentence, sound or key the call is kept for half a minute.',
          { longerThanMs: 30_000, withinMs: 35_000 },
        ),
        ozml: { '/start': say.ozml('Thank you.') },
      },
    },
    {
      name: 'a sound that is not there is passed over',
      caller: [],
      brokenMedia: [tune],
      expect: { heard: ['Thank you.'], hungUpBy: 'application' },
      in: {
        opentact: { '/start': `<Play>/tune.wav</Play>${thanks.opentact}` },
        bandwidth: { '/start': `<PlayAudio>/tune.wav</PlayAudio>${thanks.bandwidth}` },
        'bandwidth-v1': { '/start': `<PlayAudio>/tune.wav</PlayAudio>${thanks['bandwidth-v1']}` },
        ozml: { '/start': `<Play>/tune.wav</Play>${thanks.ozml}` },
      },
    },
    {
      name: 'one element plays a sound twice',
      caller: [],
      mediaMs: { [tune]: 1000 },
      expect: { heard: [tune], cutShort: [], longerThanMs: 1900, withinMs: 6000, hungUpBy: 'application' },
      in: {
        opentact: { '/start': '<Play loop="2">/tune.wav</Play><Hangup/>' },
        bandwidth: notSupported('PlayAudio plays once: write it twice.'),
        'bandwidth-v1': { '/start': '<PlayAudio repeatCount="2">/tune.wav</PlayAudio><Hangup/>' },
        ozml: differs(
          { '/start': '<Play Repeat="true" Timeout="2">/tune.wav</Play><Hangup/>' },
          'Repeat has a time and no number.',
          { cutShort: [tune] },
        ),
      },
    },
    {
      name: 'a pause between two sentences',
      caller: [],
      expect: { heard: ['One.', 'Two.'], longerThanMs: 1500, withinMs: 6000, hungUpBy: 'application' },
      in: {
        opentact: { '/start': `${say.opentact('One.')}<Pause length="1000"/>${last('opentact', 'Two.')}` },
        bandwidth: { '/start': `${say.bandwidth('One.')}<Pause duration="1"/>${last('bandwidth', 'Two.')}` },
        'bandwidth-v1': {
          '/start': `${say['bandwidth-v1']('One.')}<Pause length="1"/>${last('bandwidth-v1', 'Two.')}`,
        },
        ozml: { '/start': `${say.ozml('One.')}<Delay>1</Delay>${last('ozml', 'Two.')}` },
      },
    },
    {
      name: 'a pause that a key ends',
      caller: [{ until: 'prompt-ended', prompt: 'One.' }, { waitMs: 300 }, { press: '*' }],
      expect: { heard: ['One.', 'Two.'], withinMs: 6000, hungUpBy: 'application' },
      in: {
        opentact: {
          '/start': `${say.opentact('One.')}<Pause length="20000" dtmf_stop="*"/>${last('opentact', 'Two.')}`,
        },
        bandwidth: notSupported('No key ends a Pause: use a Gather.'),
        'bandwidth-v1': notSupported('No key ends a Pause: use a Gather.'),
        ozml: notSupported('No key ends a Delay: use a UserInput.'),
      },
    },
    {
      name: 'keys are sent to the caller, with a pause between them',
      caller: [],
      expect: {
        heard: ['One.', 'Thank you.'],
        sent: [{ to: 'caller', keys: '12w#' }],
        hungUpBy: 'application',
      },
      in: {
        opentact: notSupported('No verb sends keys.'),
        bandwidth: { '/start': `${say.bandwidth('One.')}<SendDtmf>12w#</SendDtmf>${thanks.bandwidth}` },
        'bandwidth-v1': {
          '/start': `${say['bandwidth-v1']('One.')}<SendDtmf>12w#</SendDtmf>${thanks['bandwidth-v1']}`,
        },
        ozml: { '/start': `${say.ozml('One.')}<SendDTMF>12w#</SendDTMF>${thanks.ozml}` },
      },
    },
    {
      name: 'a key outside of any entry is told by itself',
      caller: [{ until: 'answered' }, { waitMs: 300 }, { press: '5' }, { waitMs: 2000 }, { press: '6' }],
      expect: {
        told: [{ what: 'key', digit: '5' }, entered('56'), over()],
        entries: [{ digits: '56', ended: 'full' }],
      },
      in: {
        opentact: notSupported('Keys are told by Gather only.'),
        bandwidth: {
          '/start':
            '<StartGather dtmfUrl="/key"/><Pause duration="1.5"/><Gather gatherUrl="/keys" maxDigits="2" firstDigitTimeout="10"/>',
          '/key': '',
          '/keys': thanks.bandwidth,
        },
        'bandwidth-v1': notSupported('Documents cannot ask for it; calls that commands drive are told of every key.'),
        ozml: notSupported('A key is told by UserInput only.'),
      },
    },
    {
      name: 'a variable is set, and said',
      caller: [],
      expect: { heard: ['Hello, Ada.'], hungUpBy: 'application' },
      in: {
        opentact: applicationFillsIn,
        bandwidth: applicationFillsIn,
        'bandwidth-v1': applicationFillsIn,
        ozml: { '/start': `<Var ID="name">Ada</Var>${last('ozml', 'Hello, $name.')}` },
      },
    },
    {
      name: 'for each item of a list',
      caller: [],
      expect: { heard: ['Now tea.', 'Now milk.', 'Thank you.'], hungUpBy: 'application' },
      in: {
        opentact: notSupported('There are no lists; loop repeats one and the same command.'),
        bandwidth: notSupported('There are no loops.'),
        'bandwidth-v1': notSupported('There are no loops.'),
        ozml: {
          '/start': `<Array ID="drinks"><item>tea</item><item>milk</item></Array><ForEach Source="$drinks">${say.ozml('Now $item.')}</ForEach>${thanks.ozml}`,
        },
      },
    },
  ],
};
