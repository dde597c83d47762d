// Owns: WaitForMsg: what runs before it, when the message has come and when none did. Does not: wait (rest/messages.ts).
import * as build from '../../../flow/build.ts';
import type { Block } from '../../../flow/node.ts';
import { type CompileCommand, childrenOf } from '../scope.ts';
import type { CommandName } from '../support.ts';
import { errand } from './errands.ts';

const wait = errand('WaitForMsg', ['FromConnection']);

export const waitForMsg: CompileCommand = (input) => {
  const { scope, at, children } = input;
  const inside = (name: CommandName): Block =>
    scope.block(
      children.filter((child) => child.name === name).flatMap(({ element }) => childrenOf(element, scope.problems)),
      scope,
    );
  const [before, after, otherwise] = [inside('Execute'), inside('OnMessage'), inside('OnTimeout')];
  const onFailed = [...otherwise, build.hangup({ at })];
  const nodes = wait(input).nodes.map((node) => (node.kind === 'http' ? { ...node, onFailed } : node));
  return { nodes: nodes.length === 0 ? [] : [...before, ...nodes, ...after] };
};
