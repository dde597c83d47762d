// Owns: why a gather ended, in the words of docs/gather.md, which has the same table.
import type { GatherReason } from '../../flow/report.ts';

/** `enough`: the entry is a success; `short`: it failed. null: cannot be. */
export const reasonWords: Readonly<
  Record<GatherReason, { readonly enough: string | null; readonly short: string | null }>
> = {
  'max-digits': { enough: 'The caller keyed as many digits as it takes.', short: null },
  terminator: {
    enough: 'The caller pressed a key that ends the entry.',
    short: 'The caller pressed a key that ends the entry before there were enough digits.',
  },
  'first-digit-timeout': {
    enough: 'No key came in the time for the first digit, and none is needed.',
    short: 'No key came in the time for the first digit.',
  },
  'inter-digit-timeout': {
    enough: 'The time between two digits passed without another, and there were enough.',
    short: 'The time between two digits passed without another, and there were too few.',
  },
  'total-timeout': {
    enough: 'The time for the whole entry was over, and there were enough digits.',
    short: 'The time for the whole entry was over before there were enough digits.',
  },
  'hung-up': { enough: null, short: 'The caller hung up, or was cut off.' },
  cancelled: {
    enough: null,
    short: 'Something else took its place: another document, a command, or the end of what it stood in.',
  },
  'completed-by-command': {
    enough: 'A command ended the entry, and there were enough digits.',
    short: 'A command ended the entry before there were enough digits.',
  },
};

export function endWords({ reason, success }: { readonly reason: GatherReason; readonly success: boolean }): string {
  const { enough, short } = reasonWords[reason];
  return (success ? enough : short) ?? reason;
}
