import type { AddressInfo, Server } from 'node:net';
import smpp, { type Pdu, type Session } from 'smpp';
import { afterEach, describe, expect, it } from 'vitest';
import { createSmpp } from './smpp.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

const refused = 0x0e;

async function openGateway(refuses: (text: string) => boolean = () => false, answers = true) {
  const taken: Readonly<Record<string, unknown>>[] = [];
  const sessions: Session[] = [];
  const server: Server = smpp.createServer((session) => {
    sessions.push(session);
    session.on('error', () => {});
    session.on('bind_transmitter', (pdu: Pdu) => {
      if (answers) session.send(pdu.response({ command_status: pdu['password'] === 'hunter2' ? 0 : refused }));
    });
    session.on('submit_sm', (pdu: Pdu) => {
      const { source_addr, source_addr_ton, destination_addr, dest_addr_ton, short_message, message_payload } = pdu;
      const text = textIn(message_payload) || textIn(short_message);
      taken.push({ source_addr, source_addr_ton, destination_addr, dest_addr_ton, text });
      session.send(pdu.response(refuses(text) ? { command_status: 8 } : { message_id: `m${taken.length}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { taken, sessions, url: `smpp://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const textIn = (field: unknown): string => {
  const message = typeof field === 'object' && field !== null && 'message' in field ? field.message : field;
  return typeof message === 'string' ? message : '';
};

function open(url: string, password = 'hunter2', timeoutMs = 3000) {
  const sender = createSmpp({ url, systemId: 'me', password, timeoutMs });
  closers.push(() => sender.close());
  return sender;
}

describe('a text message', () => {
  it('is taken by the gateway, over one session', async () => {
    const { taken, sessions, url } = await openGateway();
    const sender = open(url);
    expect(await sender.send({ to: '+15551234567', from: 'Keytone', text: 'Hello' })).toBe('m1');
    expect(await sender.send({ to: '101', from: '+15550000000', text: 'Grüße €' })).toBe('m2');
    expect(taken).toEqual([
      { source_addr: 'Keytone', source_addr_ton: 5, destination_addr: '15551234567', dest_addr_ton: 1, text: 'Hello' },
      { source_addr: '15550000000', source_addr_ton: 1, destination_addr: '101', dest_addr_ton: 0, text: 'Grüße €' },
    ]);
    expect(sessions).toHaveLength(1);
  });

  it('may be long', async () => {
    const { taken, url } = await openGateway();
    const text = 'long text '.repeat(100);
    await open(url).send({ to: '1', from: '2', text });
    expect(taken[0]?.['text']).toBe(text);
  });

  it('goes over a new session when the old one was lost', async () => {
    const { taken, sessions, url } = await openGateway();
    const sender = open(url);
    await sender.send({ to: '1', from: '2', text: 'a' });
    const closed = new Promise((resolve) => sessions[0]!.once('close', resolve));
    sessions[0]!.destroy();
    await closed;
    await expect.poll(() => sender.send({ to: '1', from: '2', text: 'b' }).catch(() => null)).toBe('m2');
    expect([taken.length, sessions.length]).toEqual([2, 2]);
  });

  it('that is refused, or sent to nobody who answers, is told', async () => {
    const gateway = await openGateway((text) => text === 'no');
    const sender = open(gateway.url);
    await expect(sender.send({ to: '1', from: '2', text: 'no' })).rejects.toThrow('status 8');
    expect(await sender.send({ to: '1', from: '2', text: 'yes' })).toBe('m2');
    await expect(open(gateway.url, 'wrong').send({ to: '1', from: '2', text: 'a' })).rejects.toThrow('login');
    const silent = await openGateway(undefined, false);
    await expect(open(silent.url, 'hunter2', 200).send({ to: '1', from: '2', text: 'a' })).rejects.toThrow('in time');
  });
});
