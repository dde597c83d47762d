// Owns: commands on a call that is up: they become blocks beside its document, or a document in its place. `Code` 200 says that
// the command is kept; what becomes of it stands on the tape.
import { CodedError } from '../../../base/errors.ts';
import { newId } from '../../../base/ids.ts';
import type { Command } from '../../../call/event.ts';
import * as build from '../../../flow/build.ts';
import { innerBlocks } from '../../../flow/check.ts';
import type { Block, Flow, FlowNode } from '../../../flow/node.ts';
import { Problems } from '../../problems.ts';
import type { CallRecord, Voice } from '../../rest.ts';
import { compile, scopeOf } from '../compile.ts';
import { positionOf } from '../scope.ts';
import { compileCommand, isRunnable } from '../verbs/index.ts';
import { type Answer, answer, done, notHere, wrongParameter } from './answer.ts';
import type { CommandRequest, RunCommand } from './command.ts';
import { besideBlock, partiesOf } from './parties.ts';

const heldName = 'ozml-hold';

/** The call named by that parameter, or why there is none. */
async function callIn({ given, voice, name }: CommandRequest, parameter = 'CallId'): Promise<CallRecord | Answer> {
  const id = given.needed(parameter);
  if (id === null) return wrongParameter(parameter, name);
  const call = await voice.call(id);
  return call === null || call.state === 'ended' ? answer(601, id) : call;
}

async function send({ voice, name }: CommandRequest, call: string, command: Command): Promise<Answer> {
  try {
    await voice.command(call, command);
    return done();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    if (error.code === 'call-not-found' || error.code === 'call-over') return answer(601, call);
    return notHere(name, error.message);
  }
}

/** What the same command of a script does; or the first parameter that is wrong. */
function compiled({ name, given, source, options }: CommandRequest): readonly FlowNode[] | Answer {
  if (!isRunnable(name)) return notHere(name);
  const scope = scopeOf(source, new Problems(source), 'api', { filesDir: options.filesDir });
  const { nodes } = compileCommand(name, { scope, given, at: positionOf(given.element), children: [] });
  const [fault] = given.faults;
  return fault === undefined ? nodes : wrongParameter(fault, name);
}

const isAnswer = (value: CallRecord | Answer | readonly FlowNode[]): value is Answer => 'about' in value;

const flowOf = (body: Block, source: string): Flow => build.flow(body, { dialect: 'ozml', source });

/** SendDTMF, Speak, Play and Record: for one party or all, while the call goes on. */
export const besides: RunCommand = async (request) => {
  const call = await callIn(request);
  if (isAnswer(call)) return call;
  const nodes = compiled(request);
  if (isAnswer(nodes)) return nodes;
  // A command must not answer a call that still rings.
  if (call.state !== 'live') return notHere(request.name, 'the call is not answered');
  const name = `ozml-${newId()}`;
  const body = besideBlock(nodes, name, await partiesOf(request.voice, call), true);
  if (body === null) return wrongParameter('Party', request.name);
  return send(request, call.id, { kind: 'beside', name, body });
};

export const hangup: RunCommand = async (request) => {
  const call = await callIn(request);
  return isAnswer(call) ? call : send(request, call.id, { kind: 'hangup', reason: 'hung up by command' });
};

export const hold: RunCommand = async (request) => {
  const call = await callIn(request);
  if (isAnswer(call)) return call;
  if (call.state !== 'live') return notHere(request.name, 'the call is not answered');
  const at = { ...build.nowhere, path: `${heldName}/Hold` };
  // A second one is passed over: something of that name runs already.
  return send(request, call.id, { kind: 'beside', name: heldName, body: [build.hold('hold', { at })] });
};

export const unhold: RunCommand = async (request) => {
  const call = await callIn(request);
  return isAnswer(call) ? call : send(request, call.id, { kind: 'end-beside', name: heldName });
};

/** Only while it rings: afterwards it is a transfer. */
export const forwardCall: RunCommand = async (request) => {
  const call = await callIn(request);
  if (isAnswer(call)) return call;
  const nodes = compiled(request);
  if (isAnswer(nodes)) return nodes;
  if (call.state !== 'ringing' || call.direction !== 'inbound') return notHere(request.name, 'the call does not ring');
  return send(request, call.id, { kind: 'run', flow: flowOf(nodes, request.source) });
};

export const blindTransfer: RunCommand = async (request) => {
  const call = await callIn(request);
  if (isAnswer(call)) return call;
  const { given, voice, name, source } = request;
  if (given.needed('TransferorParty') === null) return wrongParameter('TransferorParty', name);
  const transferor = given.choice('TransferorParty', ['caller', 'callee'], null);
  const nodes = compiled(request);
  if (isAnswer(nodes)) return nodes;
  if (call.state !== 'live') return notHere(name, 'the call is not answered');
  const parties = await partiesOf(voice, call);
  // Whom the flow talks to must be the one who stays.
  const stays = transferor === 'caller' ? parties.callee : parties.caller;
  if (stays !== 'caller')
    return notHere(name, stays === null ? 'nobody would be left' : 'the callee cannot be kept without the caller');
  return send(request, call.id, { kind: 'run', flow: flowOf([...nodes, build.hangup()], source) });
};

/** Connects the caller of the one with the caller of the other; whom each of them talked to before is let go. */
export const attendedTransfer: RunCommand = async (request) => {
  const transferred = await callIn(request, 'TransferredCallId');
  if (isAnswer(transferred)) return transferred;
  const target = await callIn(request, 'TargetCallId');
  if (isAnswer(target)) return target;
  const { name, source } = request;
  if (transferred.id === target.id) return wrongParameter('TargetCallId', name);
  if (transferred.state !== 'live' || target.state !== 'live') return notHere(name, 'both calls must be answered');
  // It is hung up when the one that came to it leaves, and the other way round.
  const then = flowOf([build.hangup()], source);
  const body = [build.bridge(target.id, { target: then }), build.hangup()];
  return send(request, transferred.id, { kind: 'run', flow: flowOf(body, source) });
};

/** Ours: a script beside the call, as the answer to a notification of a call that somebody else has would be. */
export const runOzml: RunCommand = async (request) => {
  const call = await callIn(request);
  if (isAnswer(call)) return call;
  const { given, name, source, voice } = request;
  const text = given.needed('OzML');
  if (text === null) return wrongParameter('OzML', name);
  const { flow, problems } = compile(text, source);
  if (flow === null) return answer(300, problems.find(({ severity }) => severity === 'error')?.message ?? '');
  if (call.state !== 'live') return notHere(name, 'the call is not answered');
  return send(request, call.id, await scriptCommand(flow, call, voice));
};

/** One that connects the caller with somebody else takes the place of what the call does; any other runs beside it. */
export async function scriptCommand(flow: Flow, call: CallRecord, voice: Voice): Promise<Command> {
  if (dials(flow.body)) return { kind: 'run', flow };
  const name = `ozml-${newId()}`;
  const body = flow.body.filter(({ kind }) => kind !== 'answer');
  return { kind: 'beside', name, body: besideBlock(body, name, await partiesOf(voice, call), false)! };
}

const dials = (block: Block): boolean =>
  block.some((node) => node.kind === 'dial' || innerBlocks(node).some((inner) => dials(inner)));
