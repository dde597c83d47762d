// Owns: what is remembered of the account's numbers beside the apps that they lead to.
import type { Voice } from '../../rest.ts';

export interface NumberNote {
  readonly number: string;
  readonly name?: string;
  /** Where a call goes that its application cannot be told of. */
  readonly fallbackNumber?: string;
  readonly createdTime: string;
}

export const numberKind = 'v1-number';
const most = 1000;

export const numberNotes = (voice: Voice): Promise<readonly (readonly [id: string, note: NumberNote])[]> =>
  voice.notes.list<NumberNote>(numberKind, { offset: 0, limit: most });
