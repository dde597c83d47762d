// The wall clock is set while calls are up: nothing but the times that are told changes.
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { flow, gather } from '../../src/flow/build.ts';
import { closeAll, startPhone, startServer } from './rig.ts';

afterEach(closeAll);

const hourMs = 3_600_000;

it.each([
  ['forward', hourMs],
  ['back', -hourMs],
])('an hour %s in the middle of an entry ends neither the entry nor the call', async (_name, jumpMs) => {
  let offMs = 0;
  const at = await startServer({
    apps: { '1': flow([gather({ maxDigits: 4, firstDigitMs: 4000, interDigitMs: 1000 })]) },
    seams: { clock: { ...systemClock, wall: () => Date.now() + offMs } },
  });
  const phone = await startPhone();
  const call = await phone.call(at.uri('1'));
  await at.until('1', 'leg.answered');
  await call.press('12');
  await at.until('1', 'digit', ({ digit }) => digit === '2');
  offMs = jumpMs;
  await call.press('3');
  const finished = await at.until('1', 'gather.finished');
  expect(finished.event).toMatchObject({ digits: '123', reason: 'inter-digit-timeout' });
  await call.ended;
  await at.until('1', 'call.ended');
  const lines = at.tape('1');
  expect(lines.every(({ since }, index) => since >= (lines[index - 1]?.since ?? 0))).toBe(true);
  expect(lines.at(-1)!.since).toBeLessThan(60_000);
  expect(Math.abs(lines.at(-1)!.at - lines[0]!.at - jumpMs)).toBeLessThan(60_000);
});
