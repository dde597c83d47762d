import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSecret } from '../../src/hooks/outbox/signature.ts';
import type { Config, EventsConfig } from '../../src/server/config.ts';
import { defaultEvents } from '../../src/server/told-events.ts';
import { closeAll, onClose, startPhone, startServer } from './rig.ts';

afterEach(closeAll);

interface Told {
  readonly type: string;
  readonly sequence: number;
  readonly call: { readonly id: string; readonly to: string };
  readonly data: { readonly digit?: string; readonly digits?: string };
}

async function startReceiver() {
  const told: Told[] = [];
  let heard: () => void = () => {};
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    told.push(JSON.parse(body) as Told);
    response.writeHead(204).end();
    heard();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onClose(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const until = (type: string) =>
    new Promise<void>((resolve) => {
      heard = () => {
        if (told.some((one) => one.type === type)) resolve();
      };
      heard();
    });
  return { told, until, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events` };
}

function withEvents(url: string, types: readonly string[]): (config: Config) => Partial<Config> {
  const keys = [parseSecret(`whsec_${Buffer.alloc(32, 1).toString('base64')}`)!];
  const events: EventsConfig = { url, fallbackUrl: null, keys, types: new Set(types), concurrency: 8 };
  return ({ apps }) => ({ apps: apps.map((app) => ({ ...app, events })) });
}

const gather = (attributes: string): string =>
  `<Response><Gather attempts="1" timeout="5000" numDigits="4" ${attributes}><Switch/></Gather><Hangup/></Response>`;

describe('the events of a call', () => {
  it('are told in the order of its tape, from the first line to the last', async () => {
    const receiver = await startReceiver();
    const at = await startServer({ apps: { 1000: gather('') }, config: withEvents(receiver.url, defaultEvents) });
    const phone = await startPhone();
    const call = await phone.call(at.uri('1000'));
    await call.answered;
    await call.press('1234');
    await receiver.until('call.ended');
    const tape = at.tape('1000').filter(({ event }) => defaultEvents.includes(event.type));
    expect(receiver.told.map(({ type, sequence }) => [type, sequence])).toEqual(
      tape.map(({ event, seq }) => [event.type, seq]),
    );
    expect(receiver.told.find(({ type }) => type === 'gather.finished')!.data.digits).toBe('1234');
    const health = (await (await at.fetch('/health')).json()) as { events: object };
    expect(health.events).toMatchObject({ dead: 0 });
  });

  it('hold no key of a sensitive gather', async () => {
    const receiver = await startReceiver();
    const at = await startServer({
      apps: { 1000: gather('sensitive="true"') },
      config: withEvents(receiver.url, ['digit', 'gather.finished', 'call.ended']),
    });
    const phone = await startPhone();
    const call = await phone.call(at.uri('1000'));
    await call.answered;
    await at.until('1000', 'verb.started', ({ verb }) => verb === 'Gather');
    await call.press('1234');
    await receiver.until('call.ended');
    expect(receiver.told.map(({ type, data }) => [type, data.digit ?? data.digits ?? null])).toEqual([
      ...Array.from({ length: 4 }, () => ['digit', '•']),
      ['gather.finished', '••••'],
      ['call.ended', null],
    ]);
  });
});
