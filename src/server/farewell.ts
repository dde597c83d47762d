// Owns: what callers hear who are still there when a stopping server has waited long enough.
import { flow, hangup, play } from '../flow/build.ts';
import { deepFreeze } from '../flow/freeze.ts';
import type { Flow } from '../flow/node.ts';

export const farewell: Flow = deepFreeze(
  flow(
    [
      play('We are sorry, this service is being restarted. Please call again in a minute.'),
      hangup({ reason: 'the server stops' }),
    ],
    { source: 'farewell' },
  ),
);
