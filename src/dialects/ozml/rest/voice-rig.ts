// Owns: a small account in memory for the tests of this folder: its calls, what it was ordered and commanded, and a client of the
// HTTP API that asks as api/ would.
import type { CodedError } from '../../../base/errors.ts';
import type { CallEvent, Command, TapeLine } from '../../../call/event.ts';
import type { CallOrder, CallRecord, Notes, RestReply, Voice } from '../../rest.ts';
import { noOptions, type OzmlOptions } from './command.ts';
import { createOzmlFace } from './face.ts';

export interface Rig {
  readonly voice: Voice;
  readonly calls: CallRecord[];
  readonly tapes: Map<string, readonly TapeLine[]>;
  readonly orders: CallOrder[];
  readonly commands: (readonly [call: string, command: Command])[];
  readonly logged: string[];
  /** Thrown by the next order or command. */
  fail: CodedError | null;
  /** The answer to such a query or form, credentials added unless they are in it. */
  ask(parameters: Readonly<Record<string, string>> | string, how?: How): Promise<string>;
}

export interface How {
  readonly path?: string;
  readonly form?: boolean;
  readonly anonymous?: boolean;
  readonly options?: Partial<OzmlOptions>;
}

/** What this interface asks of an account. */
type Part = Pick<
  Voice,
  'account' | 'apps' | 'appFor' | 'place' | 'call' | 'calls' | 'tape' | 'command' | 'phones' | 'log'
> & {
  readonly notes: Pick<Notes, 'get'>;
};

const startedAt = '2030-01-02T03:04:05.006Z';

export const callRecord = (id: string, fields: Partial<CallRecord> = {}): CallRecord => ({
  ...{ id, app: 'menu', direction: 'inbound', from: '101', to: '9986', state: 'live', startedAt },
  ...{ answeredAt: '2030-01-02T03:04:07.000Z', endedAt: null, reason: null, q850Cause: null },
  ...fields,
});

export const tapeOf = (...events: readonly CallEvent[]): readonly TapeLine[] =>
  events.map((event, index) => ({ seq: index + 1, at: index, since: index, event }));

export const withCallee = tapeOf({ type: 'leg.answered', leg: 'caller' }, { type: 'leg.answered', leg: 'callee-1' });

export function createRig(): Rig {
  const notes = new Map<string, unknown>();
  const failing = (): void => {
    const { fail } = rig;
    rig.fail = null;
    if (fail !== null) throw fail;
  };
  const part: Part = {
    account: 'office',
    apps: () => [
      { name: 'menu', dialect: 'ozml', numbers: ['9986'] },
      { name: 'other', dialect: 'opentact', numbers: ['5000'] },
    ],
    appFor: () => part.apps()[0]!,
    async place(order) {
      failing();
      rig.orders.push(order);
      const id = `placed-${rig.orders.length}`;
      notes.set(`call ${id}`, order.notes);
      rig.calls.push(callRecord(id, { direction: 'outbound', state: 'ringing', answeredAt: null }));
      return rig.calls.at(-1)!;
    },
    call: async (id) => rig.calls.find((call) => call.id === id) ?? null,
    calls: async ({ from, to, startedFrom, startedTo, offset, limit }) =>
      rig.calls
        .filter(
          (call) =>
            (from === undefined || call.from === from) &&
            (to === undefined || call.to === to) &&
            (startedFrom === undefined || call.startedAt >= startedFrom) &&
            (startedTo === undefined || call.startedAt <= startedTo),
        )
        .toReversed()
        .slice(offset, offset + limit),
    tape: async (id) => rig.tapes.get(id) ?? [],
    async command(id, command) {
      failing();
      rig.commands.push([id, command]);
    },
    notes: { get: async <Note>(kind: string, id: string) => (notes.get(`${kind} ${id}`) ?? null) as Note | null },
    phones: () => [
      { login: '101', contacts: 1 },
      { login: '102', contacts: 0 },
    ],
    log: (_level, message) => void rig.logged.push(message),
  };
  const voice = part as unknown as Voice;
  const rig: Rig = {
    voice,
    calls: [],
    tapes: new Map(),
    orders: [],
    commands: [],
    logged: [],
    fail: null,
    async ask(parameters, { path = '/api', form = false, anonymous = false, options = {} } = {}) {
      const given = new URLSearchParams(parameters as Record<string, string>);
      if (!anonymous) {
        given.append('Username', 'admin');
        given.append('Password', 'abc123');
      }
      const request = {
        ...{ method: form ? 'POST' : 'GET', path, params: {}, remoteAddress: '127.0.0.1', here: 'http://voice.test' },
        query: form ? new URLSearchParams() : given,
        headers: form ? { 'content-type': 'application/x-www-form-urlencoded' } : {},
        body: Buffer.from(form ? given.toString() : ''),
      };
      const face = createOzmlFace({ ...noOptions, ...options });
      if (!face.takes(request)) return 'not taken';
      const reply = await face.answer(request, async (name, secret) =>
        name === 'admin' && secret === 'abc123' ? voice : null,
      );
      return textOf(reply);
    },
  };
  return rig;
}

function textOf({ status, headers = {}, body }: RestReply): string {
  if (status !== 200 || headers['content-type'] !== 'application/xml; charset=utf-8' || typeof body !== 'string')
    throw new Error(`answered ${status} ${JSON.stringify(headers)}`);
  return body;
}

/** `code message`, and what else stands in the answer. */
export function read(answer: string): string {
  const [, code = '', message = ''] = /<Code>(\d+)<\/Code>\s*<Message>([^<]*)<\/Message>/.exec(answer) ?? [];
  const text = message.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return `${code} ${text}`;
}

export const elements = (answer: string, name: string): readonly string[] =>
  [...answer.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
