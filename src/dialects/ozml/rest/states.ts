// Owns: the states of Request: what stands for the answered call is its script; what stands for the others is commands that need
// nobody on the line, such as SendEmail, which are run at that moment. Does not: run them (errand.ts).
import * as build from '../../../flow/build.ts';
import type { Destination, Flow } from '../../../flow/node.ts';
import type { CallFacts, Report } from '../../../flow/report.ts';
import { Problems } from '../../problems.ts';
import { readXml, type XmlElement } from '../../xml/document.ts';
import { elementsOf } from '../../xml/fields.ts';
import { compile, compileScript, scopeOf } from '../compile.ts';
import { childrenOf } from '../scope.ts';
import { type CommandName, commandNamed } from '../support.ts';
import { errandScheme } from '../verbs/errands.ts';

export interface States {
  /** null: nothing stands for the answered call. */
  readonly inCall: Flow | null;
  /** Errands to be run when the call is placed. */
  readonly setup: readonly string[];
  /** Told when the call is over: which of its errands are run then depends on how it ended. */
  readonly last: Destination | null;
}

const atEnd = [
  'OnCompleted',
  'OnBusy',
  'OnNoAnswer',
  'OnRejected',
  'OnError',
] as const satisfies readonly CommandName[];
type EndState = (typeof atEnd)[number];
const stateNames: ReadonlySet<string> = new Set(['OnInCall', 'OnSetup', 'OnRinging', ...atEnd]);
const statesUrl = `${errandScheme}States`;
const isState = ({ name }: XmlElement): boolean => stateNames.has(commandNamed(name) ?? '');

/** A Request, alone or in a root, or the states of one; or a script like any other. What is wrong with it, in words. */
export function readStates(text: string, source: string): States | { readonly wrong: string } {
  const problems = new Problems(source);
  const root = readXml(text, problems);
  if (root === null) return { wrong: wordsOf(problems.sorted()) };
  const states = statesIn(root);
  if (states === null) {
    const compiled = compile(text, source);
    return compiled.flow === null
      ? { wrong: wordsOf(compiled.problems) }
      : { inCall: compiled.flow, setup: [], last: null };
  }
  const named = (name: CommandName): XmlElement | undefined =>
    states.find((state) => commandNamed(state.name) === name);
  const errands = (name: CommandName): readonly string[] => {
    const state = named(name);
    return state === undefined ? [] : errandsIn(state, source, problems);
  };
  const inCall = named('OnInCall');
  const scope = scopeOf(source, problems, 'script');
  const ends = atEnd.map((name) => [name, errands(name).join('\n')] as const).filter(([, list]) => list !== '');
  return {
    inCall:
      inCall === undefined
        ? null
        : build.flow(compileScript(inCall, childrenOf(inCall, problems), scope), { dialect: 'ozml', source }),
    setup: errands('OnSetup'),
    last: ends.length === 0 ? null : build.destination(statesUrl, { method: 'POST', extra: Object.fromEntries(ends) }),
  };
}

const wordsOf = (problems: ReturnType<Problems['sorted']>): string =>
  problems.find(({ severity }) => severity === 'error')?.message ?? '';

function statesIn(root: XmlElement): readonly XmlElement[] | null {
  if (isState(root)) return [root];
  const inner = elementsOf(root);
  const request =
    commandNamed(root.name) === 'Request' ? root : inner.find(({ name }) => commandNamed(name) === 'Request');
  const states = (request === undefined ? inner : elementsOf(request)).filter(isState);
  return request === undefined && states.length === 0 ? null : states;
}

/** Nobody is on the line and no script has set a variable: what needs either is passed over, or stays as it is written. */
function errandsIn(state: XmlElement, source: string, problems: Problems): readonly string[] {
  const scope = scopeOf(source, problems, 'script');
  return scope.block(childrenOf(state, problems), scope).flatMap((node) => {
    if (node.kind !== 'http' || !node.destination.url.startsWith(errandScheme)) return [];
    const url = node.destination.url.replaceAll(/\{\{\$(\w+)\}\}/g, (_whole, name: string) => `%24${name}`);
    return url.includes('{{') ? [] : [url];
  });
}

/** null: this is not the end of a Request. */
export function errandsAtEnd(report: Report, { answeredAt }: CallFacts): readonly string[] | null {
  if (report.kind !== 'call-end' || report.destination.url !== statesUrl) return null;
  const { extra } = report.destination;
  const state = stateOf(report.q850Cause, report.reason, answeredAt !== null);
  const list = extra[state] ?? (state === 'OnCompleted' ? '' : (extra['OnError'] ?? ''));
  return list.split('\n').filter((url) => url !== '');
}

/** By the causes of Q.850; that nobody answered in time is our own end of it. */
function stateOf(q850Cause: number, reason: string, answered: boolean): EndState {
  if (answered) return 'OnCompleted';
  if (reason === 'no answer' || q850Cause === 18 || q850Cause === 19) return 'OnNoAnswer';
  if (q850Cause === 17) return 'OnBusy';
  return q850Cause === 21 ? 'OnRejected' : 'OnError';
}
