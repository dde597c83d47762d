// Owns: Transfer with its targets. When somebody answered, the caller leaves with them; else the next verb runs.
import * as build from '../../../flow/build.ts';
import type { DialTarget, FlowNode } from '../../../flow/node.ts';
import { readTarget } from '../../bandwidth/verbs/address.ts';
import { diversionHeaders, withShown } from '../../bandwidth/verbs/shown.ts';
import { type Fields, shorten, textOf } from '../../xml/fields.ts';
import { anonymous } from '../anonymous.ts';
import { leavingCallback } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import { type CompileVerb, fieldsOf, type Named, nothing, type Scope } from '../scope.ts';
import { callerIdOf } from './caller-id.ts';
import { limitsOf, transcribed, warnFormat } from './record.ts';
import { requestUrl, tagOf } from './request-url.ts';
import { promptsOf } from './sounds.ts';

const outcome = 'transfer';

export const transfer: CompileVerb = ({ scope, fields, at, children }) => {
  const report = requestUrl(fields, scope, { event: 'transferComplete', more: tagOf(fields) });
  const callerId = callerIdOf(fields, 'transferCallerId', scope);
  const shown = [callerId === 'anonymous' ? anonymous : {}, { headers: diversionHeaders(fields) }];
  const ringMs = fields.seconds('callTimeout', 60, { min: 1, max: 300 });
  const whisper = promptsOf(
    children.filter(({ name }) => name === 'SpeakSentence' || name === 'PlayAudio'),
    scope,
  ).map((prompt) => build.play(prompt, { at }));
  const targets = targetsOf(fields, children, scope);
  if (targets === null) return nothing;
  const set = (value: string): FlowNode => build.set(outcome, value, at);
  const called = targets.map((target) => ({
    ...withShown(target, ...shown),
    ...(whisper.length === 0 ? {} : { alone: whisper }),
  }));
  const dial = build.dial(called, { at, ringMs, callerId, onFailed: [set('failed')] });
  const done: FlowNode[] =
    report === null
      ? [build.notify(leavingCallback('transferComplete', tagOf(fields)), at), build.hangup({ at })]
      : [build.ask('Transfer', report, { at }), build.hangup({ at })];
  return {
    nodes: [
      set('done'),
      recorded(
        children.find(({ name }) => name === 'Record'),
        dial,
        scope,
      ),
      build.choose([{ when: { subject: outcome, equals: ['done'] }, body: done }], [], at),
    ],
  };
};

function targetsOf(fields: Fields, children: readonly Named[], scope: Scope): readonly DialTarget[] | null {
  const first = fields.attribute('transferTo');
  const written = [
    ...(first === null ? [] : [{ text: first.value.trim(), at: first.at }]),
    ...children
      .filter(({ name }) => name === 'PhoneNumber')
      .map(({ element }) => ({ text: textOf(element), at: element.at })),
  ];
  const { transferTargets: most } = byDefault;
  if (written.length === 0 || written.length > most) {
    scope.problems.error(
      written.length === 0 ? 'flow-dial-nobody' : 'address-invalid',
      written[most]?.at ?? fields.element.at,
      written.length === 0
        ? '<Transfer> names nobody to call.'
        : `<Transfer> rings at most ${most} targets; these are ${written.length}.`,
      `Write transferTo, or 1 to ${most} <PhoneNumber> into it.`,
    );
    return null;
  }
  const targets: DialTarget[] = [];
  for (const { text, at } of written) {
    const target = readTarget(text, 'any');
    if (target !== null) targets.push(target);
    else {
      const hint = 'Write a number as +15551234567, or sip:user@host.';
      scope.problems.error('address-invalid', at, `"${shorten(text, 60)}" cannot be called.`, hint);
    }
  }
  return targets.length === written.length ? targets : null;
}

function recorded(child: Named | undefined, dial: FlowNode, scope: Scope): FlowNode {
  if (child === undefined) return dial;
  const fields = fieldsOf(child, scope);
  const notify = requestUrl(fields, scope, { event: 'recording' });
  const channels = fields.boolean('multiChannel', false) ? 'one-each' : 'mixed';
  warnFormat(fields, scope);
  const { maxMs } = limitsOf(fields);
  return build.record('during', {
    at: dial.at,
    body: [dial],
    maxMs: maxMs === 60_000 ? null : maxMs,
    channels,
    notify,
    ...transcribed(fields, scope),
  });
}
