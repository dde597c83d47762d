// Owns: POST /calls/{id}/dtmf: keys that are sent to the other side.
import * as build from '../../../flow/build.ts';
import { byDefault } from '../decisions.ts';
import { readInput } from './input.ts';
import { needActiveCall, refuseTransferred } from './known-call.ts';
import { done, route } from './route.ts';
import { beside } from './update-call.ts';

export const dtmfRoutes = [
  route('POST', '/v1/users/:account/calls/:call/dtmf', async (request, voice) => {
    const known = await needActiveCall(request, voice);
    refuseTransferred(known);
    const input = readInput('dtmf', request);
    const { keysToSend, toneMs, gapMs } = byDefault;
    const written = input.needed('dtmfOut', keysToSend);
    if (!/^[A-Da-d0-9#*,wW]+$/.test(written))
      throw input.invalid('dtmfOut', 'must be made of 0-9, *, #, A-D, and the pauses , w and W');
    const keys = written.replaceAll(/[a-d]/g, (key) => key.toUpperCase());
    await beside(voice, known.record.id, [build.sendDigits(keys, { toneMs, gapMs })]);
    return done;
  }),
];
