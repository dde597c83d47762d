// Owns: the callers, as SIPp scenarios. What decides in `gather` is who ends the call: the server hangs up after the right
// keys only, so a call that SIPp has to give up on was not understood. Does not: hear the sound; all callers share one media
// port that nobody reads, as a packet costs its sender the same.
import type { KeysAs, Mode } from './options.ts';

export const promptMs = 2000;
/** After the keys comes 1 s of sound. */
const answerPatienceMs = 10_000;

export function formatScenario(mode: Mode, captureFile: string, keysAs: KeysAs): string {
  const body = {
    gather: [
      // Who talks all along does so from the answer on.
      ...(keysAs === 'tones' ? [] : [`<pause milliseconds="${promptMs}"/>`]),
      `<nop><action><exec play_pcap_audio="${captureFile}"/></action></nop>`,
      `<recv request="BYE" timeout="${answerPatienceMs}"/>`,
      send('SIP/2.0 200 OK', ['[last_Via:]', '[last_From:]', '[last_To:]', '[last_Call-ID:]', '[last_CSeq:]']),
    ],
    hold: ['<pause/>', ...hangUp()],
    setups: hangUp(),
  }[mode];
  return [
    '<?xml version="1.0"?>',
    `<scenario name="${mode}">`,
    send(
      'INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
      request('INVITE', 1, to),
      offer,
      'start_rtd="setup"',
    ),
    '<recv response="100" optional="true"/>',
    '<recv response="180" optional="true"/>',
    '<recv response="183" optional="true"/>',
    '<recv response="503" optional="true" counter="refused" next="refused"/>',
    '<recv response="200" rrs="true" rtd="setup"/>',
    send('ACK [next_url] SIP/2.0', request('ACK', 1, `${to}[peer_tag_param]`)),
    ...body,
    '<nop next="over"/>',
    '<label id="refused"/>',
    send('ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0', [
      '[last_Via:]',
      ...request('ACK', 1, `${to}[peer_tag_param]`).slice(1),
    ]),
    '<label id="over"/>',
    '</scenario>',
    '',
  ].join('\n');
}

const from = '<sip:caller[call_number]@[local_ip]:[local_port]>;tag=[pid]-[call_number]';
const to = '<sip:[service]@[remote_ip]:[remote_port]>';

function request(method: string, cseq: number, peer: string): readonly string[] {
  return [
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    '[routes]',
    `From: ${from}`,
    `To: ${peer}`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:caller@[local_ip]:[local_port]>',
    'Max-Forwards: 70',
  ];
}

const offer = [
  'v=0',
  'o=caller 1 1 IN IP[local_ip_type] [local_ip]',
  's=-',
  'c=IN IP[media_ip_type] [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 0 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
];

function hangUp(): readonly string[] {
  return [send('BYE [next_url] SIP/2.0', request('BYE', 2, `${to}[peer_tag_param]`), [], ''), '<recv response="200"/>'];
}

/** With `attributes`, even none, it is a message that is repeated until it is answered. */
function send(first: string, headers: readonly string[], body: readonly string[] = [], attributes?: string): string {
  const kind = body.length > 0 ? ['Content-Type: application/sdp', 'Content-Length: [len]'] : ['Content-Length: 0'];
  const lines = [first, ...headers.filter((line) => line !== '[routes]' || !first.startsWith('INVITE')), ...kind, ''];
  const repeated = attributes === undefined ? '' : ` retrans="500" ${attributes}`;
  return `<send${repeated}><![CDATA[\n\n${[...lines, ...body].join('\n')}\n\n]]></send>`;
}
