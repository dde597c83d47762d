// Owns: what a request of a vendor's REST interface gives to the call of a story: commands, or the plan of a call that it asks
// for. The routes of the dialect are asked, over an account of one call. Does not: sign anybody in, or carry anything out.
import type { CallEvent, Command, TapeLine } from '../../../src/call/event.ts';
import { dialectOf, faces } from '../../../src/dialects/index.ts';
import { noOptions } from '../../../src/dialects/ozml/rest/command.ts';
import { createOzmlFace } from '../../../src/dialects/ozml/rest/face.ts';
import type { CallOrder, CallRecord, RestReply, RestRequest, Voice } from '../../../src/dialects/rest.ts';
import { destination } from '../../../src/flow/build.ts';
import type { CallPlan } from '../../../src/flow/plan.ts';
import { applicationOrigin, type StoryStep } from '../../../src/testkit/index.ts';

const id = Buffer.alloc(16, 1).toString('base64url');
const [from, to] = ['15551230001', '15551239999'];

/** `path` is that behind the call's own address. */
export async function byRest(
  dialect: 'bandwidth' | 'bandwidth-v1',
  method: 'POST' | 'PUT',
  path: string,
  body: object | string,
): Promise<readonly StoryStep[]> {
  return stepsOf(await askRoute(dialect, method, `/:call${path}`, body));
}

/** `parameters` without the call and who asks. */
export async function byUrl(parameters: Readonly<Record<string, string>>): Promise<readonly StoryStep[]> {
  return stepsOf(await askUrl({ ...parameters, CallId: id }));
}

/** What a call does that was asked for. */
export async function orderByRest(dialect: 'bandwidth' | 'bandwidth-v1', body: object): Promise<CallPlan> {
  return planOf(await askRoute(dialect, 'POST', '', body));
}

export async function orderByUrl(parameters: Readonly<Record<string, string>>): Promise<CallPlan> {
  return planOf(await askUrl(parameters));
}

interface Given {
  readonly commands: readonly Command[];
  readonly orders: readonly CallOrder[];
}

function stepsOf({ commands }: Given): readonly StoryStep[] {
  if (commands.length === 0) throw new Error('the request commands nothing');
  // A request that a kill cuts in half is one that its client sends again, which nobody does here.
  return commands.flatMap((command, index) => [...(index === 0 ? [] : [{ waitMs: 50 }]), { command }]);
}

function planOf({ orders: [order] }: Given): CallPlan {
  if (order === undefined) throw new Error('the request places no call');
  return order.plan;
}

function askRoute(
  dialect: 'bandwidth' | 'bandwidth-v1',
  method: 'POST' | 'PUT',
  behind: string,
  body: object | string,
): Promise<Given> {
  const path = `${dialect === 'bandwidth' ? '/api/v2/accounts' : '/v1/users'}/:account/calls${behind}`;
  const routes = faces.rest.filter((face) => face.dialect === dialect).flatMap((face) => face.routes);
  const route = routes.find((one) => one.method === method && one.path === path);
  if (route === undefined) throw new Error(`no route takes ${method} ${path}`);
  const isText = typeof body === 'string';
  const request: RestRequest = {
    ...{ method, path, params: { account: 'office', call: id }, query: new URLSearchParams() },
    headers: { 'content-type': isText ? 'application/xml' : 'application/json' },
    body: Buffer.from(isText ? body : JSON.stringify(body)),
    ...{ remoteAddress: '127.0.0.1', here: 'http://voice.test' },
  };
  return given(dialect, (voice) => route.answer(request, voice));
}

function askUrl(parameters: Readonly<Record<string, string>>): Promise<Given> {
  const query = new URLSearchParams({ ...parameters, Username: 'office', Password: 'secret' });
  const request: RestRequest = {
    ...{ method: 'GET', path: '/api', params: {}, query, headers: {}, body: Buffer.alloc(0) },
    ...{ remoteAddress: '127.0.0.1', here: 'http://voice.test' },
  };
  return given('ozml', (voice) => createOzmlFace(noOptions).answer(request, async () => voice));
}

async function given(
  dialect: 'bandwidth' | 'bandwidth-v1' | 'ozml',
  ask: (voice: Voice) => RestReply | Promise<RestReply>,
): Promise<Given> {
  const commands: Command[] = [];
  const orders: CallOrder[] = [];
  const { status, body } = await ask(voiceOf(dialect, commands, orders));
  if (status > 299 || commands.length + orders.length === 0) throw new Error(`answered ${status}: ${String(body)}`);
  return { commands, orders };
}

/** What the routes ask of the account. */
function voiceOf(dialect: 'bandwidth' | 'bandwidth-v1' | 'ozml', commands: Command[], orders: CallOrder[]): Voice {
  const now = '2030-01-02T03:04:05.006Z';
  const call: CallRecord = {
    ...{ id, app: 'app-1', account: 'office', direction: 'inbound', from, to, state: 'live' },
    ...{ startedAt: now, answeredAt: now, endedAt: null, reason: null, q850Cause: null },
  };
  const method = dialect === 'bandwidth-v1' ? 'GET' : 'POST';
  const first = destination(`${applicationOrigin}/start`, { method });
  const app = { name: 'app-1', dialect, numbers: [to] };
  const plan = dialectOf(dialect).opening?.({ first, autoAnswer: true }) ?? null;
  const events: readonly CallEvent[] = [
    { type: 'call.incoming', call: id, app: 'app-1', from, to, signalling: {}, ...(plan === null ? {} : { plan }) },
    { type: 'leg.answered', leg: 'caller' },
    { type: 'leg.answered', leg: 'callee-1' },
  ];
  const tape = events.map((event, index): TapeLine => ({ seq: index + 1, at: index, since: index, event }));
  const part: Partial<Omit<Voice, 'notes'>> & { readonly notes: Pick<Voice['notes'], 'get'> } = {
    account: 'office',
    dialect: dialectOf,
    apps: () => [app],
    appFor: () => app,
    async place(order) {
      orders.push(order);
      return call;
    },
    call: async (written) => (written === id ? call : null),
    tape: async () => tape,
    command: async (_id, command) => void commands.push(command),
    log() {},
    notes: { get: async () => null },
  };
  return part as unknown as Voice;
}
