import { describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { destination } from '../flow/build.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import { createApplicationRequests } from './application-requests.ts';
import type { Delivery } from './call-parts.ts';
import type { WorldEvent } from './event.ts';
import { mostWaiting } from './notice-lines.ts';

const facts: CallFacts = {
  ...{ id: 'c1', app: 'a1', direction: 'inbound', from: '1', to: '2', state: 'live' },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', answeredAt: null },
};
const reportTo = (url: string): Report => ({ kind: 'notify', destination: destination(url), history: [] });
const told: Delivery = { ok: true, httpStatus: 200 };
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** An application that answers when the test says so. */
function rig() {
  const sent: { readonly id: string; readonly answer: (delivery: Delivery) => void }[] = [];
  const events: WorldEvent[] = [];
  const faults: unknown[] = [];
  const requests = createApplicationRequests({
    id: 'c1',
    parts: {
      ask: async () => ({ ok: false, code: 'document-missing', message: 'nothing' }),
      notify: (_report, _call, id) => new Promise((answer) => sent.push({ id, answer })),
      durable: async () => {},
      log: silentLog,
    },
    facts: () => facts,
    put: (event) => events.push(event),
    onFault: (error) => faults.push(error),
  });
  return { requests, sent, events, faults, ids: () => sent.map(({ id }) => id) };
}

describe('what a call tells', () => {
  it('goes to one receiver one after the other, in order', async () => {
    const { requests, sent, events, ids } = rig();
    for (const notice of ['n1', 'n2', 'n3']) requests.notify(notice, reportTo(`http://app.test/${notice}`));
    await settled();
    expect(ids()).toEqual(['c1/n1']);
    sent[0]!.answer(told);
    await settled();
    expect(ids()).toEqual(['c1/n1', 'c1/n2']);
    sent[1]!.answer({ ok: false, code: 'fetch-unreachable', message: 'down' });
    await settled();
    sent[2]!.answer(told);
    await settled();
    expect(events.map((event) => [event.type, 'notice' in event && event.notice])).toEqual([
      ['notice.told', 'n1'],
      ['notice.failed', 'n2'],
      ['notice.told', 'n3'],
    ]);
    requests.notify('n4', reportTo('http://app.test/n4'));
    await settled();
    expect(ids()).toHaveLength(4);
  });

  it('does not wait for another receiver, and no document or request waits for it', async () => {
    const { requests, ids, events } = rig();
    requests.notify('n1', reportTo('http://slow.test/'));
    requests.notify('n2', reportTo('http://slow.test/'));
    requests.notify('n3', reportTo('http://quick.test/'));
    requests.send('r1', reportTo('http://slow.test/'));
    requests.ask('r2', reportTo('http://slow.test/'));
    await settled();
    expect(ids()).toEqual(['c1/n1', 'c1/n3', 'c1/r1']);
    expect(events).toMatchObject([{ type: 'document.failed', request: 'r2' }]);
  });

  it('is bounded, and what is left out is on the tape', async () => {
    const { requests, ids, events } = rig();
    for (let count = 0; count <= mostWaiting + 1; count += 1)
      requests.notify(`n${count}`, reportTo('http://app.test/'));
    await settled();
    expect(ids()).toHaveLength(1);
    expect(events).toMatchObject([{ type: 'notice.failed', notice: `n${mostWaiting + 1}`, code: 'notice-too-many' }]);
  });
});
