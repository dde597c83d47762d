// Owns: how somebody is called who is not to know by whom: the name, and the header that asks networks to keep it (RFC 3323).
import { privacyHeader } from '../bandwidth/caller-words.ts';
import type { Shown } from '../bandwidth/verbs/shown.ts';

export const anonymous: Shown = { displayName: 'Anonymous', headers: [privacyHeader] };
