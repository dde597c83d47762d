// Calls somebody with Bandwidth's own client and asks for a key. What differs from an application of Bandwidth is `basePath`.
//   npm start -- --config examples/bandwidth/keytone.yaml
//   node examples/bandwidth/reminder.mjs sip:phone@192.0.2.7       or a number, once there is a trunk
import { createServer } from 'node:http';
import bandwidth from 'bandwidth-sdk';

const { Bxml, CallsApi, Configuration } = bandwidth;
const { KEYTONE = 'http://localhost:8080', ACCOUNT = '9900000', KEY = 'user', SECRET = 'pass' } = process.env;
const { APPLICATION = 'reminder', FROM = '+15550100', PORT = '3000' } = process.env;
const base = `http://localhost:${PORT}`;
const [to] = process.argv.slice(2);
if (to === undefined) {
  console.error('usage: node examples/bandwidth/reminder.mjs NUMBER-OR-SIP-ADDRESS');
  process.exit(2);
}

const say = (text) => new Bxml.SpeakSentence(text);
const answers = {
  '/answer': () =>
    new Bxml.Response([
      new Bxml.Gather({ gatherUrl: '/keyed', maxDigits: 1, firstDigitTimeout: 8, repeatCount: 2 }, [
        say('Your parcel comes today. Press 1 to confirm, 2 for another day.'),
      ]),
    ]),
  '/keyed': ({ digits }) => new Bxml.Response([say(digits === '1' ? 'See you later.' : 'We will call again.')]),
};

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    const told = JSON.parse(body);
    const made = answers[request.url]?.(told).toBxml();
    response.writeHead(made === undefined ? 204 : 200, { 'content-type': 'application/xml' }).end(made);
    if (told.eventType === 'gather') console.log(`keyed: ${told.digits || 'nothing'}`);
    if (told.eventType !== 'disconnect') return;
    console.log(`over: ${told.cause}`);
    server.close();
    server.closeAllConnections();
  });
});

server.listen(Number(PORT), 'localhost', async () => {
  const calls = new CallsApi(new Configuration({ basePath: `${KEYTONE}/api/v2`, username: KEY, password: SECRET }));
  try {
    const { data } = await calls.createCall(ACCOUNT, {
      applicationId: APPLICATION,
      from: FROM,
      to,
      answerUrl: `${base}/answer`,
      disconnectUrl: `${base}/disconnect`,
      callTimeout: 30,
    });
    console.log(`calling: ${data.callId}`);
  } catch (error) {
    console.error(error.response?.data ?? error.message);
    process.exitCode = 1;
    server.close();
  }
});
