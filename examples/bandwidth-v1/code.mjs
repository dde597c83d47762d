// Asks callers for a code of five digits with Bandwidth's own client of v1, and calls somebody for it when it is told to. What
// differs from an application of Bandwidth is `baseUrl`.
//   npm start -- --config examples/bandwidth-v1/keytone.yaml
//   node examples/bandwidth-v1/code.mjs                            then call 3000
//   node examples/bandwidth-v1/code.mjs sip:phone@192.0.2.7        or a number, once there is a trunk
import { createServer } from 'node:http';
import Bandwidth from 'node-bandwidth';

const {
  KEYTONE = 'http://localhost:8080',
  USER = 'u-example',
  TOKEN = 't-example',
  SECRET = 's-example',
} = process.env;
const { FROM = '+15550100', PORT = '3000' } = process.env;
const { Call } = new Bandwidth({ userId: USER, apiToken: TOKEN, apiSecret: SECRET, baseUrl: KEYTONE });
const [to] = process.argv.slice(2);

const ask = {
  maxDigits: '5',
  terminatingDigits: '*',
  interDigitTimeout: '7',
  prompt: { sentence: 'Please enter your 5 digit code' },
};

const on = {
  answer: ({ callId }) => Call.createGather(callId, ask),
  async gather({ callId, digits, reason }) {
    console.log(`keyed: ${digits || 'nothing'} (${reason})`);
    if (reason === 'hung-up') return;
    await Call.speakSentence(callId, digits === '' ? 'Goodbye.' : 'Thank you.');
  },
  speak: ({ callId, status }) => status === 'done' && Call.hangup(callId),
  hangup({ cause }) {
    console.log(`over: ${cause}`);
    if (to !== undefined) server.close();
  },
};

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', async () => {
    // Only the status is looked at; what follows is asked for over REST.
    response.writeHead(200, { connection: 'close' }).end();
    const told = JSON.parse(body);
    try {
      await on[told.eventType]?.(told);
    } catch (error) {
      console.error(`${told.eventType}: ${error.message}`);
    }
  });
});

server.listen(Number(PORT), 'localhost', async () => {
  console.log(`told events at http://localhost:${PORT}/events`);
  if (to === undefined) return;
  try {
    const { id } = await Call.create({ from: FROM, to, callbackUrl: `http://localhost:${PORT}/events` });
    console.log(`calling: ${id}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
    server.close();
  }
});
