// Owns: what ends a script: Hangup, Reject, Exit and GoTo.
import * as build from '../../../flow/build.ts';
import { destinationOf } from '../destination.ts';
import { type CompileCommand, leaving, nothing } from '../scope.ts';

export const hangup: CompileCommand = ({ at }) => ({ nodes: [build.hangup({ at })], leaves: true });

export const reject: CompileCommand = ({ at }) => ({ nodes: [build.reject({ at, sipStatus: 603 })], leaves: true });

export const exit: CompileCommand = ({ scope, at }) => {
  const menu = scope.menus.at(-1);
  if (menu === undefined) return { nodes: [build.hangup({ at })], leaves: true };
  menu.exits = true;
  scope.counts.jumps += 1;
  return { nodes: [build.set(leaving, `exit:${menu.label}`, at)], leaves: true };
};

export const goTo: CompileCommand = ({ scope, given, at }) => {
  if (given.needed('Url') === null) return nothing;
  const destination = destinationOf(given, 'Url', 'GoTo', scope.source);
  if (destination === null) return nothing;
  return { nodes: [build.ask('GoTo', destination, { at }), build.hangup({ at })], leaves: true };
};
