import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freeSipPort } from './sip-port.ts';

it('is a port that UDP and TCP can both have, and that no system hands out by itself', async () => {
  const port = await freeSipPort('127.0.0.1');
  expect(port).toBeLessThan(32_768);
  const server = createServer();
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => server.close(() => socket.close(() => resolve())));
});

it('is left to whoever listens when the host is not of this machine', async () => {
  expect(await freeSipPort('192.0.2.1')).toBe(0);
});
