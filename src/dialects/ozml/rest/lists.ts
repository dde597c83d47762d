// Owns: the queries: calls that are up, calls that were, extensions, address books.

import type { CallRecord, Voice } from '../../rest.ts';
import { type Content, done, wrongParameter } from './answer.ts';
import type { RunCommand } from './command.ts';
import { pageIn } from './paging.ts';

const mostCalls = 10_000;
const pageOfStore = 1000;

export const listActiveCalls: RunCommand = async ({ voice }) => {
  const calls = (await callsOf(voice, { live: true })).filter(({ state }) => state === 'ringing' || state === 'live');
  const infos = await Promise.all(
    calls.map(async (call): Promise<Content> => {
      const { direction, from, to, startedAt, answeredAt } = call;
      const now = Date.now();
      const began = Date.parse(startedAt);
      const answered = answeredAt === null ? null : Date.parse(answeredAt);
      return {
        CallState: answered === null ? 'Ringing' : (await isHeld(voice, call)) ? 'Hold' : 'InCall',
        CallId: call.id,
        Source: from,
        CallerId: from,
        Destination: to,
        Direction: wordOf(direction),
        StartTime: startedAt,
        RingDuration: secondsOf((answered ?? now) - began),
        TalkDuration: secondsOf(answered === null ? 0 : now - answered),
      };
    }),
  );
  return done({ ActiveCalls: { CallInfo: infos } });
};

async function isHeld(voice: Voice, { id }: CallRecord): Promise<boolean> {
  let held = false;
  for (const { event } of await voice.tape(id)) {
    if (event.type !== 'verb.started' && event.type !== 'verb.finished') continue;
    if (event.path === 'ozml-hold/Hold') held = event.type === 'verb.started';
  }
  return held;
}

export const listCallHistory: RunCommand = async ({ voice, given, name }) => {
  const source = given.text('CallerId') ?? given.text('Source') ?? '';
  const destination = given.text('Destination') ?? given.text('Dialed') ?? '';
  const direction = given.choice('Direction', ['Internal', 'External', 'Inbound', 'Outbound'], null);
  const [from, to] = (['From', 'To'] as const).map((one) => {
    const text = given.text(one) ?? '';
    const time = text === '' ? null : timeOf(text);
    if (text !== '' && time === null) given.wrong(one, `${one} is no time.`, 'Write it as 2013-01-17 13:32:12.');
    return time;
  });
  const page = pageIn(given);
  const [fault] = given.faults;
  if (fault !== undefined) return wrongParameter(fault, name);
  const wanted = {
    id: given.text('CallId') ?? '',
    state: (given.text('State') ?? '').toLowerCase(),
    type: (given.text('Type') ?? 'audio').toLowerCase(),
  };
  const all = await callsOf(voice, {
    ...(source !== '' && { from: source }),
    ...(destination !== '' && { to: destination }),
    ...(from != null && { startedFrom: from }),
    ...(to != null && { startedTo: to }),
  });
  const found = all.filter(
    (call) =>
      call.state === 'ended' &&
      (wanted.id === '' || call.id === wanted.id) &&
      (direction === null || direction === 'External' || wordOf(call.direction) === direction) &&
      (wanted.state === '' || endStateOf(call).toLowerCase() === wanted.state) &&
      (wanted.type === '' || wanted.type === 'audio'),
  );
  const shown = found.slice(page.offset, page.offset + page.limit).map(
    (call): Content => ({
      StartTime: call.startedAt,
      Direction: wordOf(call.direction),
      Source: call.from,
      Destination: call.to,
      State: endStateOf(call),
      Dialed: call.to,
      CallerId: call.from,
      Type: 'Audio',
      CallId: call.id,
      ...durationsOf(call),
    }),
  );
  return done({ TotalRecords: found.length, NumberOfCalls: found.length, CallHistory: { Call: shown } });
};

async function callsOf(voice: Voice, filter: Omit<Parameters<Voice['calls']>[0], 'offset' | 'limit'>) {
  const found: CallRecord[] = [];
  while (found.length < mostCalls) {
    const page = await voice.calls({ ...filter, offset: found.length, limit: pageOfStore });
    found.push(...page);
    if (page.length < pageOfStore) break;
  }
  return found;
}

const wordOf = (direction: CallRecord['direction']): 'Inbound' | 'Outbound' =>
  direction === 'inbound' ? 'Inbound' : 'Outbound';
const secondsOf = (ms: number): number => Math.max(0, Math.round(ms / 1000));

function durationsOf({ startedAt, answeredAt, endedAt }: CallRecord): Content {
  const end = endedAt === null ? Date.parse(startedAt) : Date.parse(endedAt);
  return {
    RingDuration: secondsOf((answeredAt === null ? end : Date.parse(answeredAt)) - Date.parse(startedAt)),
    TalkDuration: secondsOf(answeredAt === null ? 0 : end - Date.parse(answeredAt)),
  };
}

/** In the vendor's words, as far as they are known; the reasons are those of the tape. */
function endStateOf({ direction, reason, q850Cause, answeredAt }: CallRecord): string {
  const byPeer = reason === 'hung up' || reason === 'cancelled';
  if (byPeer) return direction === 'inbound' ? 'CallerHangUp' : 'CalleeHungUp';
  if (answeredAt !== null) return direction === 'inbound' ? 'CalleeHungUp' : 'CallerHangUp';
  if (q850Cause === 17) return 'Busy';
  if (q850Cause === 18 || q850Cause === 19 || reason === 'no answer') return 'NoAnswer';
  if (q850Cause === 1) return 'NotFound';
  return q850Cause === 21 ? 'Rejected' : 'Error';
}

function timeOf(text: string): string | null {
  const written = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
  const time = /^\d{4}-\d\d-\d\d/.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

const phone = 'Phone';
const apiExtension = 'API extension';

export const listExtensions: RunCommand = async ({ voice, given }) => {
  const type = (given.text('Type') ?? '').toLowerCase();
  const all: readonly Content[] = [
    ...voice.phones().map(({ login, contacts }) => summary(login, phone, contacts > 0)),
    ...voice
      .apps()
      .filter(({ dialect }) => dialect === 'ozml')
      .flatMap(({ numbers }) => numbers.map((number) => summary(number, apiExtension, true))),
  ];
  return done({
    Extensions: { ExtensionSummary: all.filter((one) => type === '' || String(one['Type']).toLowerCase() === type) },
  });
};

const summary = (number: string, type: string, connected: boolean): Content => ({
  Id: `${number}@localhost`,
  PhoneNumber: number,
  Type: type,
  State: connected ? 'Connected' : 'Disconnected',
});

export const listExtensionTypes: RunCommand = async () =>
  done({ ExtensionTypes: { ExtensionType: [phone, apiExtension].map((type): Content => ({ Type: type })) } });

export const listAddressbookNames: RunCommand = async ({ options }) =>
  done({ Addressbooks: { Addressbook: options.addressBooks.map(({ name }): Content => ({ Name: name })) } });

export const listAddressbookContacts: RunCommand = async ({ options, given, name: command }) => {
  const name = given.needed('AddressbookName');
  const book = options.addressBooks.find((one) => one.name.toLowerCase() === name?.toLowerCase());
  const page = pageIn(given);
  const [fault] = given.faults;
  if (book === undefined || fault !== undefined) return wrongParameter(fault ?? 'AddressbookName', command);
  const has = (text: string | undefined, parameter: string): boolean =>
    (text ?? '').toLowerCase().includes((given.text(parameter) ?? '').toLowerCase());
  const found = book.contacts.filter(
    (one) => has(one.name, 'FullName') && has(one.email, 'Email') && has(one.phoneNumber, 'PhoneNumber'),
  );
  const contacts = found
    .slice(page.offset, page.offset + page.limit)
    .map((one): Content => ({ Name: one.name, PhoneNumber: one.phoneNumber ?? '', Email: one.email ?? '' }));
  return done({ TotalRecords: found.length, Contacts: { Contact: contacts } });
};
