// Owns: the phone against a program that shares no line with it: SIPp is called by the phone, sends back the phone's own
// audio, checks the keys in INFO, and calls the phone. SIPp's exit code is its verdict.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ClaimedPorts, claimPorts } from '../base/ports-rig.ts';
import { runCall } from './phone-command.ts';
import { closePhones, hearTones, nextCall, startPhone } from './phone-rig.ts';

const installed = spawnSync('sipp', ['-v']).error === undefined;
const host = '127.0.0.63';

if (!installed) {
  describe('the phone and SIPp', () => {
    it.skip('not run: sipp is not installed', () => {});
  });
} else {
  describe('the phone and SIPp', () => {
    const directory = mkdtempSync(join(tmpdir(), 'keytone-sipp-'));
    let child: ChildProcess | null = null;
    let ports: ClaimedPorts;
    let sipPort: number;
    let uri: string;
    beforeAll(async () => {
      ports = await claimPorts(100);
      sipPort = ports.range[0] + 1;
      // SIPp may still be starting: over UDP the INVITE is sent again until it is heard.
      uri = `sip:service@${host}:${sipPort}`;
    });
    afterEach(async () => {
      child?.kill('SIGKILL');
      await closePhones();
    });
    afterAll(async () => {
      await ports.close();
      rmSync(directory, { recursive: true });
    });

    /** One call; resolves with the exit code. */
    function sipp(...args: string[]): Promise<number> {
      const media = ['-mi', host, '-mp', String(sipPort + 9)];
      const own = ['-i', host, '-p', String(sipPort), ...media, '-nostdin', '-m', '1', '-timeout', '20'];
      child = spawn('sipp', [...args, ...own], { cwd: directory, stdio: 'ignore' });
      return once(child, 'exit').then(([code]) => code as number);
    }

    it('is called, knows no telephone-events, and echoes the tones of the keys', async () => {
      const exit = sipp('-sn', 'uas', '-rtp_echo');
      const phone = await startPhone();
      const call = await phone.call(uri);
      const tones = hearTones(call);
      expect(await call.press('147#')).toEqual({ done: true });
      expect(await tones.until(4)).toBe('147#');
      expect(await call.until('pressing')).toMatchObject({ via: 'inband' });
      expect(await call.until('sound-started')).toMatchObject({ sound: 1 });
      call.hangUp();
      expect(await exit).toBe(0);
      expect(await call.ended).toMatchObject({ by: 'us', answered: true });
    });

    it('finds each key in an INFO of its own, in order', async () => {
      const file = join(directory, 'info.xml');
      writeFileSync(file, infoScenario(['7', '*', '#']));
      const exit = sipp('-sf', file);
      const out: string[] = [];
      const keys = '7w*#; hang up';
      const said = { out: (text: string) => void out.push(text), err: (text: string) => void out.push(text) };
      const from = 'sip:keytone@localhost';
      expect(await runCall({ uri, keys, record: null, from, durationMs: 20_000, digits: 'info', ...said })).toBe(0);
      expect(out.join('\n')).toContain('presses 7w*# by INFO');
      expect(await exit).toBe(0);
    });

    it('calls the phone, hears it answer, and hangs up', async () => {
      const phone = await startPhone();
      const incoming = nextCall(phone);
      const exit = sipp('-sn', 'uac', phone.uri.replace('sip:phone@', ''), '-d', '200');
      const call = await incoming;
      call.ring();
      expect(await call.answer()).toBe(true);
      expect(await call.ended).toMatchObject({ by: 'peer', answered: true });
      expect(await exit).toBe(0);
    });
  });
}

/** Answers a call and takes one INFO for each key; another key or another order fails the call. */
function infoScenario(keys: readonly string[]): string {
  const echo = '[last_Via:]\n[last_From:]\n[last_Call-ID:]\n[last_CSeq:]';
  const contact = 'Contact: <sip:[local_ip]:[local_port]>';
  const sdp = `v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 0`;
  const ok = `<send><![CDATA[\nSIP/2.0 200 OK\n${echo}\n[last_To:]\nContent-Length: 0\n\n]]></send>`;
  const infos = keys.map((key, index) => {
    const pattern = `Signal=${key === '*' ? '[*]' : key}[^0-9*#]`;
    const ereg = `<ereg regexp="${pattern}" search_in="body" check_it="true" assign_to="k${index}"/>`;
    return `<recv request="INFO"><action>${ereg}</action></recv>\n${ok}`;
  });
  const names = keys.map((_, index) => `k${index}`).join(',');
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="keys by INFO">
<recv request="INVITE"/>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
${echo}
[last_To:];tag=[pid]SIPp[call_number]
${contact}
Content-Type: application/sdp
Content-Length: [len]

${sdp}
]]></send>
<recv request="ACK"/>
${infos.join('\n')}
<recv request="BYE"/>
${ok}
<Reference variables="${names}"/>
</scenario>
`;
}
