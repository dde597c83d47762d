// Recordings: what ends them, who is told, and hearing them again.
import { type Chapter, differs, notSupported, over } from './story.ts';
import { last, say } from './words.ts';

const please = 'Please speak.';
const spoken = { until: 'prompt-ended', prompt: please } as const;
const told = [{ what: 'recording' }, over()] as const;
const thanked = { heard: [please, 'Thank you.'], hungUpBy: 'application' } as const;

export const recordings: Chapter = {
  title: 'Recordings',
  stories: [
    {
      name: 'a message ends at a key',
      caller: [spoken, { waitMs: 200 }, { speakMs: 1500 }, { press: '#' }],
      expect: { ...thanked, recordings: ['stopped'], told },
      in: {
        opentact: {
          '/start': `${say.opentact(please)}<Record tag="m"><Pause length="60000" dtmf_stop="#"/></Record>${last('opentact', 'Thank you.')}`,
        },
        bandwidth: {
          '/start': `${say.bandwidth(please)}<Record recordCompleteUrl="/message"/>`,
          '/message': last('bandwidth', 'Thank you.'),
        },
        'bandwidth-v1': {
          '/start': `${say['bandwidth-v1'](please)}<Record requestUrl="/message" terminatingDigits="#" silenceTimeout="0"/>`,
          '/message': last('bandwidth-v1', 'Thank you.'),
        },
        ozml: {
          '/start': `${say.ozml(please)}<Record FinishDigits="#" FinishedUrl="/message"/>`,
          '/message': last('ozml', 'Thank you.'),
        },
      },
    },
    {
      name: 'a message ends when the caller is silent',
      caller: [spoken, { waitMs: 200 }, { speakMs: 1500 }],
      expect: { ...thanked, recordings: ['silence'], told, withinMs: 9000 },
      in: {
        opentact: differs(
          { '/start': `${say.opentact(please)}<Record/>` },
          'A Record that ends the document is voicemail: it beeps, waits for 10 s of silence, and hangs up.',
          { heard: [please, 'beep'], withinMs: 18_000 },
        ),
        bandwidth: {
          '/start': `${say.bandwidth(please)}<Record recordCompleteUrl="/message" silenceTimeout="2"/>`,
          '/message': last('bandwidth', 'Thank you.'),
        },
        'bandwidth-v1': {
          '/start': `${say['bandwidth-v1'](please)}<Record requestUrl="/message" silenceTimeout="2"/>`,
          '/message': last('bandwidth-v1', 'Thank you.'),
        },
        ozml: {
          '/start': `${say.ozml(please)}<Record Inactivity="2" FinishedUrl="/message"/>`,
          '/message': last('ozml', 'Thank you.'),
        },
      },
    },
    {
      name: 'a message ends when it is long enough',
      caller: [spoken, { waitMs: 200 }, { speakMs: 2500 }],
      expect: { ...thanked, recordings: ['max'], told, withinMs: 9000 },
      in: {
        opentact: differs(
          { '/start': `${say.opentact(please)}<Record timeout="2000"/>` },
          'A Record that ends the document is voicemail: it beeps, and hangs up behind it.',
          { heard: [please, 'beep'] },
        ),
        bandwidth: {
          '/start': `${say.bandwidth(please)}<Record recordCompleteUrl="/message" maxDuration="2"/>`,
          '/message': last('bandwidth', 'Thank you.'),
        },
        'bandwidth-v1': {
          '/start': `${say['bandwidth-v1'](please)}<Record requestUrl="/message" maxDuration="2"/>`,
          '/message': last('bandwidth-v1', 'Thank you.'),
        },
        ozml: {
          '/start': `${say.ozml(please)}<Record Duration="2" FinishedUrl="/message"/>`,
          '/message': last('ozml', 'Thank you.'),
        },
      },
    },
    {
      name: 'a message ends when the caller hangs up, and is told all the same',
      caller: [spoken, { waitMs: 200 }, { speakMs: 1000 }, { hangUp: true }],
      expect: { heard: [please], recordings: ['stopped'], told: [over(), { what: 'recording' }], hungUpBy: 'caller' },
      in: {
        opentact: differs({ '/start': `${say.opentact(please)}<Record/>` }, 'A Record that ends the document beeps.', {
          heard: [please, 'beep'],
        }),
        bandwidth: {
          '/start': `${say.bandwidth(please)}<Record recordCompleteUrl="/message" recordingAvailableUrl="/file"/>`,
          '/file': '',
        },
        'bandwidth-v1': differs(
          { '/start': `${say['bandwidth-v1'](please)}<Record requestUrl="/message"/>` },
          'A recording is told while the call is up only; it can be had over REST.',
          { told: [over()] },
        ),
        ozml: { '/start': `${say.ozml(please)}<Record FinishedUrl="/message"/>`, '/message': '' },
      },
      onlySimulated: 'Two notices are on their way at the same time, and a network may deliver either of them first.',
    },
    {
      name: 'the call is recorded while other verbs run',
      caller: [],
      expect: { heard: ['One.', 'Two.'], recordings: ['stopped'], hungUpBy: 'application' },
      in: {
        opentact: {
          '/start': `<RecordStart tag="all"/>${say.opentact('One.')}<RecordStop tag="all"/>${last('opentact', 'Two.')}`,
        },
        bandwidth: {
          '/start': `<StartRecording/>${say.bandwidth('One.')}<StopRecording/>${last('bandwidth', 'Two.')}`,
        },
        'bandwidth-v1': notSupported('Documents record a message or a transfer; a call is recorded over REST.'),
        ozml: notSupported('In a script Record waits for its end; in the background it records by URL.'),
      },
    },
    {
      name: 'a talk is recorded',
      caller: [],
      callees: { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 2000 } },
      expect: { recordings: ['stopped'], hungUpBy: 'application' },
      in: {
        opentact: { '/start': `<Record tag="talk"><Dial><Sip>a@x</Sip></Dial></Record>${last('opentact', 'Two.')}` },
        bandwidth: {
          '/start': `<StartRecording/><Transfer><SipUri>a@x</SipUri></Transfer><StopRecording/>${last('bandwidth', 'Two.')}`,
        },
        'bandwidth-v1': {
          '/start': '<Transfer transferTo="a@x" requestUrl="/done"><Record/></Transfer>',
          '/done': last('bandwidth-v1', 'Two.'),
        },
        ozml: notSupported('In a script Record waits for its end; in the background it records by URL.'),
      },
    },
    {
      name: 'a message is played back to who left it',
      caller: [spoken, { waitMs: 200 }, { speakMs: 1500 }, { press: '#' }],
      expect: { heard: [please, 'recording m', 'Thank you.'], recordings: ['stopped'], hungUpBy: 'application' },
      in: {
        opentact: {
          '/start': `${say.opentact(please)}<Record tag="m"><Pause length="60000" dtmf_stop="#"/></Record><Play record="m"/>${last('opentact', 'Thank you.')}`,
        },
        bandwidth: notSupported('Recordings are files of the REST interface; documents play addresses only.'),
        'bandwidth-v1': notSupported('Recordings are files of the REST interface; documents play addresses only.'),
        ozml: notSupported(
          'Recordings are told by address, which the application may have played; none is played by name.',
        ),
      },
    },
  ],
};
