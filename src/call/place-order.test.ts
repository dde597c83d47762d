import { describe, expect, it } from 'vitest';
import { flow, hangup } from '../flow/build.ts';
import { checkOrder, orderOf, type PlaceOrder, placedEvent } from './place-order.ts';

const order: PlaceOrder = {
  ...{ app: 'a1', from: '15550100', to: { kind: 'number', address: '15550101' } },
  plan: { flow: flow([hangup()]), last: null, ringMs: 30_000 },
};

describe('an order for a call', () => {
  it('stands whole in the first line of its tape', () => {
    const whole: PlaceOrder = {
      ...{ ...order, id: 'c1', account: 'u-1', displayName: 'Office', priority: 1 },
      headers: [{ name: 'X-Order', value: '7' }],
    };
    const line = placedEvent(whole, 'c1', '2026-01-01T00:00:00.000Z');
    expect(line).toMatchObject({ type: 'call.placed', call: 'c1', to: '15550101', plan: order.plan });
    expect(line.order).toMatchObject({ enqueuedAt: '2026-01-01T00:00:00.000Z' });
    expect(orderOf(JSON.parse(JSON.stringify(line)))).toEqual(whole);
    expect(orderOf(placedEvent(order, 'c1', null))).toEqual({ ...order, id: 'c1', account: '', priority: 3 });
  });

  it('may not say what would make another call of it', () => {
    const header = (name: string, value = 'x') => ({ headers: [{ name, value }] });
    const refused: readonly [Partial<PlaceOrder>, string][] = [
      [{ to: { kind: 'number', address: '' } }, 'Nobody'],
      [{ from: '1\r\nX: y' }, 'control character'],
      [{ displayName: 'a\nb' }, 'control character'],
      [{ priority: 0 }, 'priority'],
      [{ priority: 2.5 }, 'priority'],
      [header('Via'), 'own'],
      [header('cAll-iD'), 'own'],
      [header('i'), 'own'],
      [header('X Y'), 'no name'],
      [header(''), 'no name'],
      [header('X-Order', 'a\r\nVia: b'), 'line break'],
      [header('X-Order', 'x'.repeat(4100)), 'longer'],
    ];
    for (const [more, words] of refused) {
      expect(() => checkOrder({ ...order, ...more })).toThrow(words);
      expect(() => checkOrder({ ...order, ...more })).toThrow(expect.objectContaining({ code: 'call-not-placed' }));
    }
    for (const name of ['User-to-User', 'Diversion', 'X-Account', 'P-Asserted-Identity'])
      checkOrder({ ...order, ...header(name, 'über\tall') });
  });
});
