// Owns: who is on a call, in the vendor's words, and flows that name them in the words of the server. A call that was placed for
// an API extension has nobody but its callee, who is the `caller` of every flow.
import type { Block, Party } from '../../../flow/node.ts';
import type { CallRecord, Voice } from '../../rest.ts';

export interface Parties {
  /** What a flow calls them; null when they are not there. */
  readonly caller: Party | null;
  readonly callee: Party | null;
}

/** Kept with a call that CallSetup placed: its first party is the caller. */
export interface PlacedNote {
  readonly setup: boolean;
}

export async function partiesOf(voice: Voice, call: CallRecord): Promise<Parties> {
  const there = new Set<string>();
  for (const { event } of await voice.tape(call.id)) {
    if (event.type === 'leg.answered') there.add(event.leg);
    if (event.type === 'leg.ended' || event.type === 'leg.failed') there.delete(event.leg);
  }
  there.delete('caller');
  const callee = there.size > 0 ? 'callee' : null;
  if (callee !== null || call.direction === 'inbound') return { caller: 'caller', callee };
  const note = await voice.notes.get<PlacedNote>('call', call.id);
  return note?.setup === true ? { caller: 'caller', callee: null } : { caller: null, callee: 'caller' };
}

/** null: nobody of them is there. */
export function partyOf(written: Party, { caller, callee }: Parties): Party | null {
  if (written === 'caller') return caller;
  if (written === 'callee') return callee;
  return caller !== null && callee !== null ? 'both' : (caller ?? callee);
}

/**
 * The same block with the parties of this call, under a name of its own. `strict`: null when a party is not there; else the
 * party stays, and the server decides.
 */
export function besideBlock(body: Block, name: string, parties: Parties, strict: boolean): Block | null {
  let missing = false;
  function rewrite(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(rewrite);
    if (typeof value !== 'object' || value === null) return value;
    const made = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewrite(inner)]));
    if ('kind' in made && 'at' in made) {
      made['at'] = { ...(made['at'] as object), path: `${name}/${(made['at'] as { readonly path: string }).path}` };
      if ('to' in made) {
        const to = partyOf(made['to'] as Party, parties);
        if (to === null) missing = true;
        made['to'] = to ?? made['to'];
      }
    }
    return made;
  }
  const block = rewrite(body) as Block;
  return missing && strict ? null : block;
}
