// Measures the SIP parser on a typical INVITE with SDP, beside the npm packages `sip` and `jssip`. Run it alone on a quiet machine:
//   node bench/sip-parse.ts [seconds per parser]
import { formatMessage } from '../src/sip/format.ts';
import type { SipMessage } from '../src/sip/message.ts';
import { parseMessage } from '../src/sip/parse.ts';
import { loadJssip, loadSip } from '../test/fuzz/sip-oracles.ts';

const body = [
  'v=0',
  'o=- 3857 3857 IN IP4 198.51.100.7',
  's=-',
  'c=IN IP4 198.51.100.7',
  't=0 0',
  'm=audio 40000 RTP/AVP 0 8 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=sendrecv',
  '',
].join('\r\n');
const text = [
  'INVITE sip:+12015550100@192.0.2.1:5060;transport=udp SIP/2.0',
  'Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK-524287-1---5a4e3b2c1d0f;rport',
  'Via: SIP/2.0/UDP 203.0.113.5:5060;branch=z9hG4bKnashds8;received=203.0.113.5',
  'Record-Route: <sip:198.51.100.7;lr;ftag=9fxced76sl>',
  'Max-Forwards: 69',
  'From: "Alice Example" <sip:+12015550199@carrier.example>;tag=9fxced76sl',
  'To: <sip:+12015550100@192.0.2.1>',
  'Call-ID: 3848276298220188511@198.51.100.7',
  'CSeq: 31862 INVITE',
  'Contact: <sip:+12015550199@198.51.100.7:5060;transport=udp>',
  'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, UPDATE, PRACK',
  'Supported: timer, 100rel, replaces',
  'Session-Expires: 1800;refresher=uac',
  'User-Agent: Example Trunk/4.2',
  'Content-Type: application/sdp',
  `Content-Length: ${body.length}`,
  '',
  body,
].join('\r\n');
const bytes = Buffer.from(text);
const parsed = parseMessage(bytes) as SipMessage;

function rate(name: string, seconds: number, once: () => unknown): void {
  for (let warm = 0; warm < 2000; warm += 1) once();
  let best = 0;
  for (let round = 0; round < 5; round += 1) {
    const start = performance.now();
    let count = 0;
    while (performance.now() - start < (seconds * 1000) / 5) {
      for (let inner = 0; inner < 100; inner += 1) once();
      count += 100;
    }
    best = Math.max(best, count / ((performance.now() - start) / 1000));
  }
  console.log(`${name.padEnd(24)} ${Math.round(best).toLocaleString('en')} messages/s (best of 5)`);
}

const seconds = Number(process.argv[2] ?? 2);
const sip = loadSip();
const jssip = loadJssip();
rate('keytone parse', seconds, () => parseMessage(bytes));
rate('keytone format', seconds, () => formatMessage(parsed));
rate('sip 0.0.6 parse', seconds, () => sip.parse(bytes.toString('utf8')));
rate('jssip parse', seconds, () => jssip.parse(bytes.toString('utf8')));
