// Owns: which generator runs which node (the compiler refuses a kind without one), and running blocks of them.
import type { Block, FlowNode, NodeKind, NodeOf } from '../flow/node.ts';
import { alarm } from './alarm.ts';
import { answer } from './answer.ts';
import { ask } from './ask.ts';
import { branch } from './branch.ts';
import { bridge } from './bridge.ts';
import { conference } from './conference.ts';
import { detect } from './detect.ts';
import { dial } from './dial.ts';
import { gather } from './gather.ts';
import { hangup } from './hangup.ts';
import { hold } from './hold.ts';
import { http, notify } from './http.ts';
import { ofWholeCall } from './own-leg.ts';
import { park } from './park.ts';
import { pause } from './pause.ts';
import { play } from './play.ts';
import { record } from './record.ts';
import { reject } from './reject.ts';
import { sendAlarm } from './send-alarm.ts';
import { sendDigits } from './send-digits.ts';
import { loop, set } from './set-loop.ts';
import { type CallState, remember } from './state.ts';
import { endStream, stream } from './stream.ts';
import { tellKeys } from './tell-keys.ts';
import { type Exit, failed, type Outcome, type Steps } from './verb.ts';
import { verbOf } from './verb-name.ts';

type Runner<Kind extends NodeKind> = (node: NodeOf<Kind>, state: CallState) => Steps<Outcome>;

const runners: { readonly [Kind in NodeKind]: Runner<Kind> } = {
  alarm,
  answer,
  ask,
  branch,
  bridge,
  conference,
  detect,
  dial,
  gather,
  hangup,
  hold,
  http,
  loop,
  notify,
  park,
  pause,
  play,
  record,
  reject,
  'end-stream': endStream,
  'send-alarm': sendAlarm,
  'send-digits': sendDigits,
  set,
  stream,
  'tell-keys': tellKeys,
};

export function* runBlock(state: CallState, body: Block): Steps<Exit> {
  for (const node of body) {
    const exit = yield* runNode(state, node);
    if (exit !== 'go-on') return exit;
  }
  return 'go-on';
}

function* runNode(state: CallState, node: FlowNode): Steps<Exit> {
  const { path, line } = node.at;
  const verb = verbOf(node);
  state.lost = false;
  yield { type: 'note', event: { type: 'verb.started', path, verb, line } };
  // The table pairs each kind with its own runner; only the compiler cannot see that across an index.
  const runner = runners[node.kind] as (node: FlowNode, state: CallState) => Steps<Outcome>;
  let outcome: Outcome | null = null;
  try {
    const refused = state.leg !== null && ofWholeCall.has(node.kind);
    outcome = refused ? failed('not possible before the leg is joined') : yield* runner(node, state);
  } finally {
    const { success, reason } = outcome ?? { success: false, reason: state.closing };
    remember(state, { path, verb, success, reason });
    yield { type: 'note', event: { type: 'verb.finished', path, verb, success, reason } };
  }
  if (outcome.exit !== 'go-on') return outcome.exit;
  if (!outcome.success) {
    const onFailed = 'onFailed' in node ? node.onFailed : null;
    if (onFailed === null) return 'go-on';
    state.lost = false;
    state.variables.set('error', outcome.reason);
    if (outcome.fault !== undefined) state.variables.set('fault', outcome.fault);
    return yield* runBlock(state, onFailed);
  }
  return outcome.next === null ? 'go-on' : yield* runBlock(state, outcome.next);
}
