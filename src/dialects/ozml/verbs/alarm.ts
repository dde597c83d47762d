// Owns: ReceiveAlarmNotification. Does not: hear or read a message (src/run/alarm.ts).
import * as build from '../../../flow/build.ts';
import type { FlowNode } from '../../../flow/node.ts';
import { type CompileCommand, childrenOf } from '../scope.ts';

/** The vendor's variables, by those of the interpreter. */
const variables = {
  account: 'account',
  eventcode: 'event',
  eventname: 'name',
  partition: 'partition',
  zone: 'zone',
} as const;
const qualifiers = { new: 'NewEvent', restore: 'NewRestore', status: 'StatusReport' } as const;

export const receiveAlarm: CompileCommand = ({ scope, at, children }) => {
  const received = children.filter(({ name }) => name === 'Received');
  const commands = received.flatMap(({ element }) => childrenOf(element, scope.problems));
  const body: FlowNode[] = [
    ...Object.entries(variables).map(([name, own]) => build.set(name, `{{alarm.${own}}}`, at)),
    build.choose(
      Object.entries(qualifiers).map(([own, word]) => ({
        when: { subject: 'alarm.qualifier', equals: [own] },
        body: [build.set('eventqualifier', word, at)],
      })),
      [],
      at,
    ),
    ...scope.block(commands, scope),
  ];
  return { nodes: [build.alarm(body, { at })] };
};
