import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createResolver, type ResolvedAddress } from './resolver.ts';

const first = [{ address: '192.0.2.1', family: 4 }];
const second = [{ address: '192.0.2.2', family: 4 }];

/** A resolver whose lookups the test answers, oldest first. */
function open() {
  const clock = createVirtualClock();
  const asked: { readonly host: string; readonly answer: PromiseWithResolvers<readonly ResolvedAddress[]> }[] = [];
  const resolve = createResolver(clock, (host) => {
    const answer = Promise.withResolvers<readonly ResolvedAddress[]>();
    asked.push({ host, answer });
    return answer.promise;
  });
  return { clock, asked, resolve };
}

describe('a name', () => {
  it('that was found before is what it was while lookups fail, for ten minutes', async () => {
    const { clock, asked, resolve } = open();
    const found = resolve('app.example');
    asked[0]!.answer.resolve(first);
    expect(await found).toEqual(first);
    clock.advance(599_000);
    const kept = resolve('app.example');
    asked[1]!.answer.reject(new Error('EAI_AGAIN'));
    expect(await kept).toEqual(first);
    clock.advance(1000);
    const gone = resolve('app.example');
    asked[2]!.answer.reject(new Error('EAI_AGAIN'));
    await expect(gone).rejects.toThrow('EAI_AGAIN');
  });

  it('that was found before is what it was when nobody answers for a second, and anew when somebody does', async () => {
    const { clock, asked, resolve } = open();
    const found = resolve('app.example');
    asked[0]!.answer.resolve(first);
    await found;
    const waited = resolve('app.example');
    clock.advance(1000);
    expect(await waited).toEqual(first);
    const again = resolve('app.example');
    expect(asked).toHaveLength(2);
    asked[1]!.answer.resolve(second);
    expect(await again).toEqual(second);
  });

  it('that nobody knows yet is waited for', async () => {
    const { clock, asked, resolve } = open();
    const found = resolve('new.example');
    clock.advance(60_000);
    asked[0]!.answer.resolve(second);
    expect(await found).toEqual(second);
    expect(clock.pending).toBe(0);
  });
});
