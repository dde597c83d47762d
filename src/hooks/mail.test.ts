import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { createMail } from './mail.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

async function openServer(refuses = '') {
  const taken: Taken[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'me' && password === 'hunter2' ? done(null, { user: 'me' }) : done(new Error('no')),
    onRcptTo: ({ address }, _session, done) => (address === refuses ? done(new Error('no such user')) : done()),
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (part) => {
        text += part;
      });
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        taken.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text,
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => void server.close());
  const { port } = server.server.address() as AddressInfo;
  return { taken, url: `smtp://me:hunter2@127.0.0.1:${port}`, port };
}

function open(url: string, timeoutMs = 5000) {
  const mail = createMail({ smtpUrl: url, from: 'pbx@example.org', timeoutMs });
  closers.push(() => mail.close());
  return mail;
}

const message = { to: ['a@example.org'], sender: null, subject: 'Hello', text: 'A call came in.' };

describe('a mail', () => {
  it('is taken by the server, with its text, subject and sender', async () => {
    const { taken, url } = await openServer();
    await open(url).send({ ...message, to: ['a@example.org', 'b@example.org'], sender: 'bob@example.org' });
    expect(taken).toHaveLength(1);
    expect(taken[0]).toMatchObject({ from: 'pbx@example.org', to: ['a@example.org', 'b@example.org'] });
    expect(taken[0]?.text).toMatch(/^From: pbx@example\.org\r\n[\s\S]*^Reply-To: bob@example\.org\r\n/m);
    expect(taken[0]?.text).toMatch(/\r\nSubject: Hello\r\n[\s\S]*\r\n\r\nA call came in\.\r\n/);
  });

  it('cannot be given headers by what stands in its fields', async () => {
    const { taken, url } = await openServer();
    await open(url).send({
      ...message,
      subject: 'a\r\nBcc: evil@example.org',
      text: 'x\r\n.\r\nMAIL FROM:<evil@example.org>',
    });
    expect(taken).toHaveLength(1);
    expect(taken[0]?.to).toEqual(['a@example.org']);
    expect(taken[0]?.text).not.toMatch(/^Bcc:/m);
  });

  it('that is refused for one of its recipients is told as not taken', async () => {
    const { url } = await openServer('b@example.org');
    await expect(open(url).send({ ...message, to: ['a@example.org', 'b@example.org'] })).rejects.toThrow('1 of 2');
  });

  it('is given up when the server says no, is not there, or says nothing', async () => {
    const { url, port } = await openServer();
    await expect(open(url.replace('hunter2', 'wrong')).send(message)).rejects.toThrow();
    const { createServer } = await import('node:net');
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closers.push(() => void silent.close());
    const { port: deaf } = silent.address() as AddressInfo;
    await expect(open(`smtp://127.0.0.1:${deaf}`, 300).send(message)).rejects.toThrow();
    await expect(open(`smtp://127.0.0.1:${port === 1 ? 2 : 1}`).send(message)).rejects.toThrow();
  });
});
