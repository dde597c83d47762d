// What a dialled phone is shown and handed beside the number.
import { expect, it } from 'vitest';
import { dial, flow } from '../flow/build.ts';
import { createRig } from './run-rig.ts';

const target = {
  kind: 'number',
  address: '1',
  displayName: 'For {{to}}',
  headers: [
    { name: 'Diversion', value: '<tel:{{to}}>;reason=away' },
    { name: 'Diversion', value: '{{diversion}}' },
  ],
} as const;

function dialled(to: string, signalling: Readonly<Record<string, string>>) {
  const rig = createRig();
  rig.put({ type: 'call.incoming', call: 'c1', app: 'a1', from: '1', to, signalling });
  rig.put({ type: 'document.fetched', request: 'request-1', flow: flow([dial([target])]), httpStatus: 200 });
  rig.put({ type: 'leg.answered', leg: 'caller' });
  return rig.last('leg.dial').target;
}

it('names and headers are filled in with what the call came in with', () => {
  expect(dialled('15551239999', { Diversion: '<sip:9@old.example>;reason=no-answer' })).toEqual({
    kind: 'number',
    address: '1',
    displayName: 'For 15551239999',
    headers: [
      { name: 'Diversion', value: '<tel:15551239999>;reason=away' },
      { name: 'Diversion', value: '<sip:9@old.example>;reason=no-answer' },
    ],
  });
});

it('a header that would be empty is left out, and none can begin another one', () => {
  expect(dialled('a\r\nX: y', {})).toEqual({
    kind: 'number',
    address: '1',
    displayName: 'For aX: y',
    headers: [{ name: 'Diversion', value: '<tel:aX: y>;reason=away' }],
  });
});
