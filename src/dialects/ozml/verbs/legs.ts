// Owns: Route, ForwardCall and BlindTransfer: the caller is connected with somebody else by this server.
import * as build from '../../../flow/build.ts';
import type { Block, Position } from '../../../flow/node.ts';
import { byDefault } from '../decisions.ts';
import { destinationOf, destinationTo } from '../destination.ts';
import { type CompileCommand, nothing } from '../scope.ts';
import { callerIdIn, targetIn } from './address.ts';

const failed = ':failed';

/** Asks the script's own address again, which may route to somebody else. */
export const route: CompileCommand = ({ scope, given, at }) => {
  const destination = given.text('Destination') ?? '';
  const dialled = given.text('DialedNumber') ?? '';
  const ringMs = given.seconds('RingTime', byDefault.routeRingMs, { min: 1, max: 3600 });
  const callerId = callerIdIn(given, 'CallerId');
  if (destination === '' && dialled === '') return { nodes: [build.reject({ at })], leaves: true };
  const target = targetIn(given, dialled === '' ? 'Destination' : 'DialedNumber', 'script');
  if (target === null) return nothing;
  const again = /^https?:/i.test(scope.source)
    ? [
        build.ask(
          'RoutingInterception',
          destinationTo(scope.source.replaceAll('{', '%7B'), 'RoutingInterception', {
            state: '{{error}}',
            dialed: target.address,
            extension: destination.replaceAll('{', ''),
          }),
          { at },
        ),
      ]
    : [];
  const dial = build.dial([target], { at, ringMs, callerId, answers: 'with-target', onFailed: [...again] });
  return { nodes: [dial, build.hangup({ at })], leaves: true };
};

export const forwardCall: CompileCommand = ({ scope, given, at }) => {
  if (given.needed('Destination') === null) return nothing;
  const target = targetIn(given, 'Destination', scope.form);
  if (target === null) return nothing;
  return {
    nodes: [build.dial([target], { at, ringMs: byDefault.ringMs, answers: 'with-target' }), build.hangup({ at })],
    leaves: true,
  };
};

/** When it fails the next command runs; when it worked, the talk is over and so is the script. */
export const blindTransfer: CompileCommand = ({ scope, given, at }) => {
  if (given.needed('Target') === null) return nothing;
  const target = targetIn(given, 'Target', scope.form);
  const notify = destinationOf(given, 'FinishedUrl', 'CallFinished', scope.source);
  if (target === null) return nothing;
  const targets = [notify === null ? target : { ...target, notify }];
  const dial = build.dial(targets, { at, ringMs: byDefault.ringMs, onFailed: [build.set(failed, 'yes', at)] });
  return { nodes: [build.set(failed, '', at), dial, unless(failed, [build.hangup({ at })], at)] };
};

const unless = (subject: string, body: Block, at: Position) =>
  build.choose([{ when: { subject, equals: ['yes'] }, body: [] }], body, at);
