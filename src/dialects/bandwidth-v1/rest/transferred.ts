// Owns: a call that another one was transferred to, as it is shown. It is a leg of that one, whose tape says what came of it.
import type { TapeLine } from '../../../call/event.ts';
import type { RestRequest, Voice } from '../../rest.ts';
import { callIdOf } from '../ids.ts';
import type { KnownCall } from './known-call.ts';
import { userUrl } from './route.ts';

/** Of a call that was transferred: what came of it is on the tape of the first one. */
export interface TransferNote {
  readonly from: string;
  readonly to: string;
  readonly callbackUrl: string | null;
  readonly tag: string | null;
}

export async function viewTransferred(
  { record, transfer, id }: KnownCall,
  request: RestRequest,
  voice: Voice,
): Promise<object> {
  const note = (await voice.notes.get<TransferNote>('v1-transfer', id))!;
  const tape = await voice.tape(record.id);
  const { began, answered, ended } = legOfTransfer(tape, transfer);
  const time = (line: TapeLine | null): string | undefined =>
    line === null ? undefined : new Date(line.at).toISOString();
  return {
    id,
    direction: 'out',
    from: note.from,
    to: note.to,
    state: ended !== null ? 'completed' : answered !== null ? 'active' : 'started',
    startTime: time(began),
    activeTime: time(answered),
    endTime: time(ended),
    callbackUrl: note.callbackUrl ?? undefined,
    tag: note.tag ?? undefined,
    transferredFrom: `${userUrl(request, voice)}/calls/${callIdOf(record.id)}`,
  };
}

interface TransferLines {
  readonly began: TapeLine | null;
  readonly answered: TapeLine | null;
  readonly ended: TapeLine | null;
}

export const transferName = (transfer: number): string => `transfer-${transfer}`;

/** What a tape says of its transfer of that number. */
function legOfTransfer(tape: readonly TapeLine[], transfer: number): TransferLines {
  const name = transferName(transfer);
  const from = tape.findIndex(
    ({ event }) => event.type === 'command.received' && event.command.kind === 'beside' && event.command.name === name,
  );
  const nothing = { began: null, answered: null, ended: null };
  if (from < 0) return nothing;
  const rest = tape.slice(from);
  const isLeg = ({ event }: TapeLine): boolean => 'leg' in event && event.leg !== 'caller';
  const first = rest.find(isLeg);
  const leg = first !== undefined && 'leg' in first.event ? first.event.leg : null;
  const find = (...types: readonly string[]): TapeLine | null =>
    rest.find(({ event }) => types.includes(event.type) && 'leg' in event && event.leg === leg) ?? null;
  const done =
    rest.find(
      ({ event }) =>
        (event.type === 'verb.finished' && event.path === name) ||
        (event.type === 'flow.failed' && event.source === name),
    ) ?? null;
  const over = rest.find(({ event }) => event.type === 'call.ended') ?? null;
  return {
    began: rest[0]!,
    answered: leg === null ? null : find('leg.answered'),
    ended: (leg === null ? null : find('leg.ended', 'leg.failed')) ?? done ?? over,
  };
}

/** Whether the one of that number is not over. */
export const isTransferring = (tape: readonly TapeLine[], transfer: number): boolean =>
  legOfTransfer(tape, transfer).ended === null;
