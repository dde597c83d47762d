// Owns: a phone that registers, by hand: the one of the test kit does not.
import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createDigestClient } from '../../src/sip/digest-client.ts';
import { onClose, type TestServer } from './rig.ts';

/** The status of the answer to its second REGISTER, which answers the challenge. */
export async function register(at: TestServer, login: string, password: string, contact: string): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onClose(async () => void socket.close());
  const domain = `sip:127.0.0.1:${at.sip.port}`;
  // Two that are alike would be one that came twice.
  const name = randomUUID();
  const digest = createDigestClient({ username: login, password });
  const ask = (cseq: number, more: readonly string[]) => {
    const answer = new Promise<string>((resolve) => socket.once('message', (bytes) => resolve(bytes.toString())));
    const lines = [
      `REGISTER ${domain} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK${name}${cseq};rport`,
      'Max-Forwards: 70',
      `From: <sip:${login}@127.0.0.1>;tag=${name}`,
      `To: <sip:${login}@127.0.0.1>`,
      `Call-ID: ${name}`,
      `CSeq: ${cseq} REGISTER`,
      `Contact: <${contact}>;expires=60`,
      ...more,
      'Content-Length: 0',
    ];
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, at.sip.port, '127.0.0.1');
    return answer;
  };
  const challenged = await ask(1, []);
  const challenges = [...challenged.matchAll(/^WWW-Authenticate: (.*)\r$/gim)].map(([, value = '']) => ({
    proxy: false,
    value,
  }));
  if (!digest.take(challenges)) throw new Error(challenged);
  const second = await ask(
    2,
    digest.headers('REGISTER', domain).map(({ name, value }) => `${name}: ${value}`),
  );
  return Number(second.split(' ')[1]);
}
