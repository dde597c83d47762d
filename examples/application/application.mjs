// The smallest application: one HTTP server that answers with call-flow documents. Node only, nothing to install.
//   node examples/application/application.mjs          listens on localhost:3000
//   npm start -- --config examples/application/keytone.yaml
//   npm exec keytone -- call sip:2000@127.0.0.1 --keys "WWW1WWW0042#"
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 3000);
const base = `http://localhost:${port}`;

const menu = `<Response>
  <Say>Good day.</Say>
  <Gather attempts="2" timeout="8000" numDigits="1">
    <Say>For your parcel press 1. For the opening hours press 2.</Say>
    <Switch>
      <Case dtmf="1">
        <Gather attempts="3" timeout="15000" numDigits="8" finishOnKey="#" method="POST" callback="${base}/parcel?step=number">
          <Say>Type the number of your parcel, then the hash key.</Say>
        </Gather>
      </Case>
      <Case dtmf="2"><Say>We are here from nine to five.</Say></Case>
      <Default><Say>This key has no meaning.</Say></Default>
      <Error><Say>No key arrived.</Say></Error>
    </Switch>
  </Gather>
  <Say>Goodbye.</Say>
</Response>`;

const say = (text) => `<Response><Say>${text}</Say></Response>`;

// Told after each attempt: ?code=0042&attempts=1&success=true beside the query of the callback. No body means "go on".
function parcel(query) {
  if (query.get('success') !== 'true') return '';
  return say(`Parcel ${[...query.get('code')].join(' ')} is on its way.`);
}

createServer((request, response) => {
  const url = new URL(request.url, base);
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    console.log(`${request.method} ${request.url} ${body}`);
    const reply = url.pathname === '/call' ? menu : url.pathname === '/parcel' ? parcel(url.searchParams) : null;
    response.writeHead(reply === null ? 404 : 200, { 'content-type': 'application/xml' });
    response.end(reply ?? '');
  });
}).listen(port, 'localhost', () => console.log(`answers ${base}/call`));
