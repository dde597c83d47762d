// Owns: commands that place calls: Call, CallSetup and Request. They are answered when the order is kept, before it rings, with
// the id of the call.
import { CodedError } from '../../../base/errors.ts';
import * as build from '../../../flow/build.ts';
import type { Block, Destination, DialTarget, Flow } from '../../../flow/node.ts';
import type { CallPlan } from '../../../flow/plan.ts';
import type { AppRecord, CallOrder } from '../../rest.ts';
import { compile } from '../compile.ts';
import { byDefault } from '../decisions.ts';
import { destinationOf, destinationTo } from '../destination.ts';
import { callerIdIn, targetIn } from '../verbs/address.ts';
import { type Answer, answer, done, notHere, wrongParameter } from './answer.ts';
import type { CommandRequest, RunCommand } from './command.ts';
import type { PlacedNote } from './parties.ts';
import { readStates } from './states.ts';

const ringSeconds = { min: 1, max: 3600 };

export const call: RunCommand = async (request) => {
  const { given, source, name } = request;
  const extension = extensionIn(request, 'ApiExtension');
  if ('code' in extension) return extension;
  if (given.needed('Dialed') === null) return wrongParameter('Dialed', name);
  const to = targetIn(given, 'Dialed', 'api');
  const from = callerIdIn(given, 'CallerId') ?? numberOf(extension);
  const body = scriptOf(request);
  if ('code' in body) return body;
  const last = endOf(request, destinationOf(given, 'FinishedUrl', 'CallFinished', source));
  const ringMs = given.seconds('RingTime', byDefault.ringMs, ringSeconds);
  const [fault] = given.faults;
  if (to === null || fault !== undefined) return wrongParameter(fault ?? 'Dialed', name);
  return place(
    request,
    orderOf({ extension, from, to, flow: body, last, ringMs }, given.text('CallerDisplayName'), false),
  );
};

export const callSetup: RunCommand = async (request) => {
  const { given, voice, source, name } = request;
  for (const parameter of ['Caller', 'Callee'])
    if (given.needed(parameter) === null) return wrongParameter(parameter, name);
  const [to, callee] = [targetIn(given, 'Caller', 'api'), targetIn(given, 'Callee', 'api')];
  const last = endOf(request, null);
  const [fault] = given.faults;
  if (to === null || callee === null || fault !== undefined) return wrongParameter(fault ?? 'Caller', name);
  const extension = voice.appFor('ozml');
  const at = { ...build.nowhere, path: 'CallSetup' };
  const dial = build.dial([callee], { at, ringMs: byDefault.ringMs, callerId: shownOf(to) });
  const flow = build.flow([dial, build.hangup({ at })], { dialect: 'ozml', source });
  const order = { extension, from: shownOf(callee), to, flow, last, ringMs: byDefault.ringMs };
  return place(request, orderOf(order, null, true));
};

export const requestCall: RunCommand = async (request) => {
  const { given, name } = request;
  const extension = extensionIn(request, 'ExtensionAddress');
  if ('code' in extension) return extension;
  if (given.needed('DialedAddress') === null) return wrongParameter('DialedAddress', name);
  const to = targetIn(given, 'DialedAddress', 'api');
  const from = callerIdIn(given, 'CallerPhoneNumber') ?? numberOf(extension);
  const text = given.text('RequestOzML') ?? '';
  const states = text === '' ? { inCall: null, setup: [], last: null } : readStates(text, request.source);
  if ('wrong' in states) return answer(300, states.wrong);
  const { inCall, setup, last } = states;
  const parked = build.park({ at: { ...build.nowhere, path: 'Request' } });
  const flow = inCall ?? build.flow([parked], { dialect: 'ozml', source: request.source });
  const ringMs = given.seconds('RingTime', byDefault.ringMs, ringSeconds);
  const [fault] = given.faults;
  if (to === null || fault !== undefined) return wrongParameter(fault ?? 'DialedAddress', name);
  const order = orderOf({ extension, from, to, flow, last, ringMs }, given.text('CallerDisplayName'), false);
  const placed = await place(request, order);
  if (placed.code !== 200) return placed;
  for (const url of setup) void runAtOnce(request, url);
  return placed;
};

/** Nobody waits for it; what becomes of it stands in the log. */
async function runAtOnce({ voice, options }: CommandRequest, url: string): Promise<void> {
  const { answerErrand } = await import('./errand.ts');
  const { code, message } = await answerErrand(url, voice, options).catch((error: Error) => ({
    code: 0,
    message: error.message,
  }));
  if (code !== 200) voice.log('warn', `A command of OnSetup was refused: ${code} ${message}`);
}

const qualifiers = { NewEvent: 'new', NewRestore: 'restore', StatusReport: 'status' } as const;

/** What became of it is told to ResultUrl: at its end by the script of the call, or when nobody answered (words.ts). */
export const sendAlarmNotification: RunCommand = async (request) => {
  const { given, name, source } = request;
  const extension = extensionIn(request, 'ApiExtension');
  if ('code' in extension) return extension;
  if (given.needed('PhoneNumber') === null) return wrongParameter('PhoneNumber', name);
  const to = targetIn(given, 'PhoneNumber', 'api');
  const digits = (parameter: string, most: number, least = 1): string => {
    const text = (given.needed(parameter) ?? '').toUpperCase();
    if (!/^[0-9B-F]+$/.test(text) || text.length > most || text.length < least)
      given.wrong(parameter, `${parameter} has ${least} to ${most} of 0-9 and B-F.`, null);
    return text.padStart(most, '0');
  };
  const message = {
    account: digits('AccountNumber', 4, 4),
    event: digits('EventCode', 3),
    partition: digits('PartitionNumber', 2),
    zone: digits('ZoneNumber', 3),
    qualifier: qualifiers[given.choice('EventQualifier', ['NewEvent', 'NewRestore', 'StatusReport'], 'NewEvent')],
  };
  const result = destinationOf(given, 'ResultUrl', 'AlarmNotificationResult', source);
  const [fault] = given.faults;
  if (to === null || fault !== undefined) return wrongParameter(fault ?? 'PhoneNumber', name);
  const at = { ...build.nowhere, path: 'SendAlarmNotification' };
  const tell = (words: Readonly<Record<string, string>>): Block =>
    result === null ? [] : [build.notify({ ...result, extra: { ...result.extra, ...words } }, at)];
  const onFailed = [...tell({ result: 'Failed', reason: '{{error}}' }), build.hangup({ at })];
  const body = [build.sendAlarm(message, { at, onFailed }), ...tell({ result: 'Success' }), build.hangup({ at })];
  const flow = build.flow(body, { dialect: 'ozml', source });
  const { ringMs } = byDefault;
  const last = result === null ? null : placedEnd(result, result, result);
  return place(request, orderOf({ extension, from: numberOf(extension), to, flow, last, ringMs }, null, false));
};

function extensionIn({ given, voice }: CommandRequest, parameter: string): AppRecord | Answer {
  const written = given.text(parameter) ?? '';
  if (written === '') return voice.appFor('ozml');
  const name = written.replace(/@localhost$/i, '');
  const found = voice.apps().find((app) => app.dialect === 'ozml' && (app.name === name || app.numbers.includes(name)));
  return found ?? answer(401, written);
}

const numberOf = ({ name, numbers }: AppRecord): string => numbers[0] ?? name;
const shownOf = ({ address }: DialTarget): string => /^(?:sips?:)?([^@]+)/i.exec(address)?.[1] ?? address;

/** Without a script and an address the call stays up for commands; an empty address hangs it up. */
function scriptOf({ given, source }: CommandRequest): Flow | Answer {
  const script = given.text('ResponseOzML') ?? '';
  if (script !== '') return compiledScript(script, source);
  const url = given.text('Url');
  const at = { ...build.nowhere, path: 'Call' };
  if (url === null) return build.flow([build.park({ at })], { dialect: 'ozml', source });
  const connected = destinationOf(given, 'Url', 'CallConnected', source);
  const body: Block = connected === null ? [] : [build.ask('CallConnected', connected, { at })];
  return build.flow([...body, build.hangup({ at })], { dialect: 'ozml', source });
}

function compiledScript(text: string, source: string): Flow | Answer {
  const { flow, problems } = compile(text, source);
  return flow ?? answer(300, problems.find(({ severity }) => severity === 'error')?.message ?? '');
}

/** Whom the end of the call is told to: it depends on whether it was answered (words.ts). */
function endOf({ given, source }: CommandRequest, finished: Destination | null): Destination | null {
  const failed = destinationOf(given, 'ErrorUrl', 'Error', source);
  const any = finished ?? failed;
  return any === null ? null : placedEnd(any, finished, failed);
}

function placedEnd(any: Destination, finished: Destination | null, failed: Destination | null): Destination {
  const { extra } = destinationTo(any.url, 'placed');
  return { ...any, extra: { ...extra, ...endpoint('finished', finished), ...endpoint('error', failed) } };
}

const endpoint = (name: string, to: Destination | null): Readonly<Record<string, string>> =>
  to === null
    ? {}
    : {
        [`${name}Url`]: to.url,
        ...(to.extra['credentials'] !== undefined && { [`${name}Credentials`]: to.extra['credentials'] }),
      };

interface Order extends CallPlan {
  readonly extension: AppRecord;
  readonly from: string;
  readonly to: DialTarget;
}

function orderOf(
  { extension, from, to, flow, last, ringMs }: Order,
  displayName: string | null,
  setup: boolean,
): CallOrder {
  const notes: PlacedNote = { setup };
  const shown = displayName === null || displayName === '' ? {} : { displayName };
  return { app: extension.name, from, to, plan: { flow, last, ringMs }, notes, ...shown };
}

async function place({ voice, name }: CommandRequest, order: CallOrder): Promise<Answer> {
  try {
    const { id } = await voice.place(order);
    return done({ CallId: id });
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    if (error.code === 'call-queue-full' || error.code === 'call-not-placed')
      return { ...answer(402, order.to.address, 'Error'), more: error.message };
    return notHere(name, error.message);
  }
}
