// What somebody else has a call do while it is up, over the REST interface of the dialect.
import type { StoryStep } from '../../../src/testkit/index.ts';
import { byRest, byUrl } from './orders.ts';
import { type Chapter, commanded, entered, notSupported, over } from './story.ts';
import { last, question, say } from './words.ts';

const noInterface = notSupported('There is no REST interface.');
const onlyDocuments = 'Over REST a call is given another document; nothing is done beside the one that runs.';
const long = 'This is a sentence that takes its time, so that something else can come.';
const hearing: StoryStep = { until: 'prompt-started', prompt: long };
const talking: readonly StoryStep[] = [{ until: 'prompt-ended', prompt: 'ringback' }, { waitMs: 500 }];
const long1 = `${say.bandwidth(long)}<Hangup/>`;
const talks = { 'a@x': { answerAfterMs: 500, hangUpAfterMs: 4000 } } as const;
const transfer = { 'bandwidth-v1': '<Transfer transferTo="a@x"/>', ozml: '<BlindTransfer Target="a@x"/>' } as const;

const orders = {
  end: {
    bandwidth: await byRest('bandwidth', 'POST', '', { state: 'completed' }),
    'bandwidth-v1': await byRest('bandwidth-v1', 'POST', '', { state: 'completed' }),
    ozml: await byUrl({ command: 'Hangup' }),
  },
  document: {
    bandwidth: await byRest('bandwidth', 'PUT', '/bxml', `<Response>${last('bandwidth', 'Instead.')}</Response>`),
  },
  address: { bandwidth: await byRest('bandwidth', 'POST', '', { redirectUrl: 'http://app.test/next' }) },
  sentence: {
    'bandwidth-v1': await byRest('bandwidth-v1', 'POST', '/audio', { sentence: 'Beside.' }),
    ozml: await byUrl({ command: 'Speak', Party: 'caller', Text: 'Beside.' }),
  },
  keys: {
    'bandwidth-v1': await byRest('bandwidth-v1', 'POST', '/dtmf', { dtmfOut: '12w#' }),
    ozml: await byUrl({ command: 'SendDTMF', Party: 'caller', Keys: '12w#' }),
  },
  calleeKeys: { ozml: await byUrl({ command: 'SendDTMF', Party: 'callee', Keys: '12w#' }) },
  gather: {
    'bandwidth-v1': await byRest('bandwidth-v1', 'POST', '/gather', { maxDigits: 2, prompt: { sentence: question } }),
  },
  hold: { ozml: await byUrl({ command: 'Hold' }) },
  unhold: { ozml: await byUrl({ command: 'Unhold' }) },
} as const;

export const commands: Chapter = {
  title: 'Commands over REST',
  stories: [
    {
      name: 'the call is ended',
      caller: [hearing, { waitMs: 300 }, { order: 'end' }],
      expect: { heard: [long], cutShort: [long], told: [over()], hungUpBy: 'application', withinMs: 5000 },
      in: {
        opentact: noInterface,
        bandwidth: commanded({ '/start': long1 }, { end: orders.end.bandwidth }),
        'bandwidth-v1': commanded({ '/start': long1 }, { end: orders.end['bandwidth-v1'] }),
        ozml: commanded({ '/start': last('ozml', long) }, { end: orders.end.ozml }),
      },
    },
    {
      name: 'another document takes the place of the one that runs',
      caller: [hearing, { waitMs: 300 }, { order: 'document' }],
      expect: { heard: [long, 'Instead.'], cutShort: [long], told: [over()], hungUpBy: 'application' },
      in: {
        opentact: noInterface,
        bandwidth: commanded({ '/start': long1 }, { document: orders.document.bandwidth }),
        'bandwidth-v1': notSupported('Calls are driven by single commands; documents come from events by GET only.'),
        ozml: notSupported('A script that comes by URL (RunOzML, ours) runs beside the one of the call.'),
      },
    },
    {
      name: 'the application is asked for another document',
      caller: [hearing, { waitMs: 300 }, { order: 'address' }],
      expect: {
        heard: [long, 'Instead.'],
        cutShort: [long],
        told: [{ what: 'asked', path: '/next' }, over()],
        hungUpBy: 'application',
      },
      in: {
        opentact: noInterface,
        bandwidth: commanded(
          { '/start': long1, '/next': last('bandwidth', 'Instead.') },
          { address: orders.address.bandwidth },
        ),
        'bandwidth-v1': notSupported('Calls are driven by single commands; documents come from events by GET only.'),
        ozml: notSupported('No command gives a call that is up another script.'),
      },
    },
    {
      name: 'a sentence is spoken beside the document',
      caller: [{ until: 'answered' }, { waitMs: 300 }, { order: 'sentence' }],
      expect: {
        heard: ['Beside.', 'Thank you.'],
        told: [{ what: 'sound', edge: 'started' }, { what: 'sound', edge: 'done' }, over()],
        longerThanMs: 3000,
        hungUpBy: 'application',
      },
      in: {
        opentact: noInterface,
        bandwidth: notSupported(onlyDocuments),
        'bandwidth-v1': commanded(
          { '/start': `<Pause length="3"/>${last('bandwidth-v1', 'Thank you.')}` },
          { sentence: orders.sentence['bandwidth-v1'] },
        ),
        ozml: commanded(
          { '/start': `<Delay>3</Delay>${last('ozml', 'Thank you.')}` },
          { sentence: orders.sentence.ozml },
        ),
      },
    },
    {
      name: 'keys are sent to the caller while two people talk',
      caller: [...talking, { order: 'keys' }],
      callees: talks,
      expect: { sent: [{ to: 'caller', keys: '12w#' }], hungUpBy: 'application' },
      in: {
        opentact: noInterface,
        bandwidth: notSupported(onlyDocuments),
        'bandwidth-v1': commanded({ '/start': transfer['bandwidth-v1'] }, { keys: orders.keys['bandwidth-v1'] }),
        ozml: commanded({ '/start': transfer.ozml }, { keys: orders.keys.ozml }),
      },
    },
    {
      name: 'keys are sent to who was called while two people talk, and the caller does not hear them',
      caller: [...talking, { order: 'keys' }],
      callees: talks,
      expect: { sent: [{ to: 'callee', keys: '12w#' }], hungUpBy: 'application' },
      in: {
        opentact: noInterface,
        bandwidth: notSupported(onlyDocuments),
        'bandwidth-v1': notSupported('Keys go to the caller of a call; a leg that it was transferred to takes none.'),
        ozml: commanded({ '/start': transfer.ozml }, { keys: orders.calleeKeys.ozml }),
      },
    },
    {
      name: 'keys are asked for beside the document',
      caller: [
        { until: 'answered' },
        { waitMs: 300 },
        { order: 'gather' },
        { until: 'prompt-ended', prompt: question },
        { press: '42' },
      ],
      expect: {
        heard: [question, 'Thank you.'],
        entries: [{ digits: '42', ended: 'full' }],
        told: [entered('42'), over()],
        hungUpBy: 'application',
      },
      in: {
        opentact: noInterface,
        bandwidth: notSupported(onlyDocuments),
        'bandwidth-v1': commanded(
          { '/start': `<Pause length="6"/>${last('bandwidth-v1', 'Thank you.')}` },
          { gather: orders.gather['bandwidth-v1'] },
        ),
        ozml: notSupported('UserInput is not allowed by URL.'),
      },
    },
    {
      name: 'the caller is held while two people talk',
      caller: [...talking, { order: 'hold' }, { waitMs: 800 }, { order: 'unhold' }],
      callees: talks,
      expect: { holds: 1, hungUpBy: 'application' },
      in: {
        opentact: noInterface,
        bandwidth: notSupported('Only members of a conference can be held.'),
        'bandwidth-v1': notSupported('Only members of a conference can be held.'),
        ozml: commanded({ '/start': transfer.ozml }, { hold: orders.hold.ozml, unhold: orders.unhold.ozml }),
      },
    },
  ],
};
