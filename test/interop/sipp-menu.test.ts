// Owns: the menu of Opentact's page on inbound calls and the code of its page on Gather, keyed by SIPp with RFC 4733
// captures, asked of a real application: each branch, what the application receives, and what the tape says of it.
// SIPp is told when to key (when the tape says that the prompt plays), so nothing here depends on how fast a machine is.
import { expect, it } from 'vitest';
import { cannotPlayCaptures, describePeer, freePort } from './peer.ts';
import { appName, createRig } from './rig.ts';
import type { Tape } from './server-process.ts';
import { callWithSipp, type SippStep, sipp, sippMediaPorts } from './sipp.ts';
import { loudnessOf, readWav } from './sound-file.ts';

const thanks = '<Response><Say>Enjoy your tea.</Say></Response>';
const welcome = 'Welcome to the tea room.';
const attemptMs = 1200;
describePeer(
  'Opentact’s menu and code, keyed by SIPp',
  ['sipp'],
  () => {
    const rig = createRig('sipp-menu');
    const { open } = rig;

    async function call(number: string, steps: readonly SippStep[], transport: 'udp' | 'tcp' = 'udp') {
      const { folder, server } = rig;
      const caller = rig.keep(
        await callWithSipp({ folder, host: server.host, port: server.sipPort, number, steps, transport }),
      );
      const { callId, cue } = caller;
      const passed = caller.passed();
      const { id } = await Promise.race([server.callOf(callId), passed.then(() => server.callOf(callId))]);
      return {
        id,
        /** Lets SIPp go on once the tape holds what is asked for. */
        async cueWhen(what: string, holds: (tape: Tape) => boolean): Promise<void> {
          await Promise.race([rig.when(id, what, holds), passed]);
          await cue();
        },
        /** Resolves when SIPp is content and the call is over. */
        async over(): Promise<Tape> {
          await passed;
          return server.ended(id);
        },
      };
    }

    const asking = (times: number) => (tape: Tape) => tape.all('prompt.started').length >= times;
    const keyed = (keys: string): readonly SippStep[] => [
      { kind: 'cue' },
      { kind: 'keys', keys },
      { kind: 'hung-up-on' },
    ];

    interface MenuOptions {
      readonly question?: string;
      readonly dialled?: string;
    }
    const longQuestion = 'For green tea press one. For black tea press two. For anything else, ask at the bar.';

    function openMenu({ question = longQuestion, dialled = '' }: MenuOptions = {}) {
      return open(
        (base) => `<?xml version="1.0" encoding="UTF-8"?>
<Response>
    <Say>${welcome}</Say>
    <Record />
    <Gather numDigits="1" attempts="2" timeout="${attemptMs}" finishOnKey="*">
        <Say>${question}</Say>
        <Switch>
            <Case dtmf="1">
                <Say>Green.</Say>
                <Callback url="${base}/green?shop=7"/>
            </Case>
            <Case dtmf="2">
                <Say>Black.</Say>
                <Dial>
                    <Sip>${dialled}</Sip>
                </Dial>
            </Case>
            <Default>
                <Say>Else.</Say>
                <Callback method="post" url="${base}/else" />
            </Default>
            <Error>
                <Say>No key.</Say>
            </Error>
        </Switch>
    </Gather>
    <Hangup />
</Response>`,
        { green: thanks, else: thanks },
      );
    }

    it.concurrent('menu: key 1 stops the question and runs its branch; the XML that comes back goes on', async () => {
      const menu = openMenu();
      const talk = await call(menu.number, keyed('1'));
      await talk.cueWhen('question', asking(2));
      const tape = await talk.over();
      expect(menu.told()).toEqual([`GET /green?shop=7&from=15550100&to=${menu.number}`]);
      expect(tape.digits).toBe('1');
      expect(tape.ways).toEqual(['rfc4733']);
      expect(tape.gathers).toEqual([{ digits: '1', reason: 'max-digits', success: true, attempt: 1 }]);
      const prompts = tape.all('prompt.finished');
      expect(prompts.map(({ why }) => why)).toEqual(['end', 'key', 'end', 'end']);
      // The question takes five seconds or so to say.
      expect(prompts[1]!.playedMs).toBeLessThan(3_000);
      expect(tape.all('leg.ended')).toMatchObject([{ by: 'us', q850Cause: 16 }]);
      expect(tape.faults).toEqual([]);

      expect(loudnessOf(readWav(await rig.recordingOf(talk.id)))).toBeGreaterThan(0.05);
    });

    it.concurrent('menu: key 2 dials another SIPp; when the caller hangs up, it is hung up on', async () => {
      const { host } = rig.server;
      const port = await freePort(host);
      const dialled = sipp(rig.folder, [
        ...['-sn', 'uas', '-i', host, '-p', String(port), '-m', '1', '-timeout', '20', '-timeout_error'],
        ...['-mp', String(await freePort(host, sippMediaPorts))],
      ]);
      rig.keep(dialled);
      const menu = openMenu({ dialled: `1000@${host}:${port}` });
      const talk = await call(menu.number, [
        { kind: 'cue' },
        { kind: 'keys', keys: '2' },
        { kind: 'cue' },
        { kind: 'hang-up' },
      ]);
      await talk.cueWhen('question', asking(2));
      await talk.cueWhen('answer of the dialled phone', (tape) =>
        tape.all('leg.answered').some(({ leg }) => leg === 'callee-1'),
      );
      const tape = await talk.over();
      expect([await dialled.exited, dialled.said()]).toEqual([0, expect.anything()]);
      expect(tape.gathers).toEqual([{ digits: '2', reason: 'max-digits', success: true, attempt: 1 }]);
      expect(tape.all('leg.ended')).toMatchObject([
        { leg: 'caller', by: 'peer' },
        { leg: 'callee-1', by: 'us' },
      ]);
    });

    it.concurrent('menu: another key runs Default, which tells the application by POST', async () => {
      const menu = openMenu();
      const talk = await call(menu.number, keyed('7'));
      await talk.cueWhen('question', asking(2));
      const tape = await talk.over();
      expect(menu.told()).toEqual([`POST /else?from=15550100&to=${menu.number}`]);
      const [{ headers, body } = { headers: {}, body: '' }] = menu.requests();
      expect(headers['content-type']).toBe('application/json');
      expect(JSON.parse(body)).toMatchObject({
        call: { from: '15550100', to: menu.number, state: 'started', sip_control_app: { name: appName } },
      });
      expect(tape.gathers).toEqual([{ digits: '7', reason: 'max-digits', success: true, attempt: 1 }]);
    });

    it.concurrent('menu: no key in two attempts runs Error, and the server hangs up', async () => {
      const menu = openMenu({ question: 'Which tea?' });
      const tape = await (await call(menu.number, [{ kind: 'hung-up-on', withinMs: 20_000 }])).over();
      expect(menu.told()).toEqual([]);
      expect(tape.gathers).toEqual([
        { digits: '', reason: 'first-digit-timeout', success: false, attempt: 1 },
        { digits: '', reason: 'first-digit-timeout', success: false, attempt: 2 },
      ]);
      expect(tape.all('prompt.finished').map(({ why }) => why)).toEqual(['end', 'end', 'end', 'end']);
    });

    it.concurrent('menu: the finishing key alone is a failed attempt; the second attempt takes a key', async () => {
      const menu = openMenu();
      const talk = await call(menu.number, [{ kind: 'cue' }, { kind: 'keys', keys: '*' }, ...keyed('1')]);
      await talk.cueWhen('question', asking(2));
      await talk.cueWhen('question again', asking(3));
      const tape = await talk.over();
      expect(tape.gathers).toEqual([
        { digits: '', reason: 'terminator', success: false, attempt: 1 },
        { digits: '1', reason: 'max-digits', success: true, attempt: 2 },
      ]);
    });

    it.concurrent('menu: a key pressed in the welcome counts for the question, over TCP too', async () => {
      const menu = openMenu();
      const talk = await call(menu.number, [{ kind: 'keys', keys: '1' }, { kind: 'hung-up-on' }], 'tcp');
      const tape = await talk.over();
      expect(menu.told()).toEqual([`GET /green?shop=7&from=15550100&to=${menu.number}`]);
      expect(tape.gathers).toEqual([{ digits: '1', reason: 'max-digits', success: true, attempt: 1 }]);
    });

    interface CodeCase {
      readonly name: string;
      /** Of the Gather, besides the callback. */
      readonly attributes: string;
      readonly keys: string;
      readonly code: string;
      readonly query: string;
      readonly reason: string;
    }

    const four = 'numDigits="4" timeout="30000" finishOnKey="*"';
    const codes: readonly CodeCase[] = [
      { name: 'four digits', attributes: four, keys: '1234', code: '1234', query: 'code=1234', reason: 'max-digits' },
      { name: 'leading zeros', attributes: four, keys: '0042', code: '0042', query: 'code=0042', reason: 'max-digits' },
      {
        name: 'the finishing star, which is no part of it',
        attributes: four,
        keys: '07*',
        code: '07',
        query: 'code=07',
        reason: 'terminator',
      },
      {
        name: 'a star and a pound as digits',
        attributes: 'numDigits="4" timeout="30000" finishOnKey=""',
        keys: '*0#1',
        code: '*0#1',
        query: 'code=%2A0%231',
        reason: 'max-digits',
      },
      {
        name: 'a star inside, finished by the pound',
        attributes: 'numDigits="10" timeout="30000" finishOnKey="#"',
        keys: '*21*5#',
        code: '*21*5',
        query: 'code=%2A21%2A5',
        reason: 'terminator',
      },
    ];

    for (const method of ['GET', 'POST'] as const)
      for (const { name, attributes, keys, code, query, reason } of codes)
        it.concurrent(`code by ${method}: ${name}`, async () => {
          const entry = open(
            (base) => `<?xml version="1.0" encoding="UTF-8"?>
<Response>
    <Gather ${attributes} method="${method}" callback="${base}/code?token=123456789">
        <Say>Please enter your code.</Say>
    </Gather>
    <Hangup />
</Response>`,
            { code: thanks },
          );
          const talk = await call(entry.number, keyed(keys));
          await talk.cueWhen('prompt', asking(1));
          const tape = await talk.over();
          expect(entry.told()).toEqual([`${method} /code?token=123456789&${query}&attempts=1&success=true`]);
          const request = entry.requests()[0]!;
          expect(request.query).toEqual({ token: '123456789', code, attempts: '1', success: 'true' });
          if (method === 'GET') expect(request.body).toBe('');
          else {
            expect(request.headers['content-type']).toBe('application/json');
            expect(JSON.parse(request.body)).toEqual({ history: [history], call: callOf(entry.number) });
          }
          expect(tape.digits).toBe(keys);
          expect(tape.gathers).toEqual([{ digits: code, reason, success: true, attempt: 1 }]);
          expect(tape.all('prompt.finished').map(({ why }) => why)).toEqual(['key', 'end']);
          expect(tape.faults).toEqual([]);
        });

    const history = {
      success: true,
      payload: { success: true, command: { command: 'Gather' }, error: {}, message: { message: 'Success' } },
    };
    const callOf = (number: string) => ({
      account_uuid: expect.any(String),
      from: '15550100',
      to: number,
      state: 'started',
      sip_control_app: { uuid: expect.any(String), name: appName, subdomain: expect.any(String) },
    });

    it.concurrent('code: the callback is asked after each attempt; an empty answer lets the next attempt come', async () => {
      const entry = open(
        (base) =>
          `<Response><Gather numDigits="2" attempts="3" timeout="600" callback="${base}/each"><Say>Your code.</Say></Gather><Hangup/></Response>`,
        { each: ({ query }) => (query['success'] === 'true' ? thanks : '') },
      );
      const talk = await call(entry.number, [{ kind: 'cue' }, { kind: 'keys', keys: '9' }, ...keyed('00')]);
      await talk.cueWhen('second attempt', asking(2));
      await talk.cueWhen('third attempt', asking(3));
      const tape = await talk.over();
      expect(entry.told()).toEqual([
        'GET /each?code=&attempts=1&success=false',
        'GET /each?code=9&attempts=2&success=false',
        'GET /each?code=00&attempts=3&success=true',
      ]);
      expect(tape.gathers).toEqual([
        { digits: '', reason: 'first-digit-timeout', success: false, attempt: 1 },
        { digits: '9', reason: 'total-timeout', success: false, attempt: 2 },
        { digits: '00', reason: 'max-digits', success: true, attempt: 3 },
      ]);
    });

    it.concurrent('code: the document that answers a failed attempt takes the place of the attempts left', async () => {
      const entry = open(
        (base) =>
          `<Response><Gather attempts="3" timeout="300" callback="${base}/failed"><Say>Key.</Say></Gather></Response>`,
        { failed: thanks },
      );
      const tape = await (await call(entry.number, [{ kind: 'hung-up-on' }])).over();
      expect(entry.told()).toEqual(['GET /failed?code=&attempts=1&success=false']);
      expect(tape.all('gather.finished')).toHaveLength(1);
    });
  },
  cannotPlayCaptures,
);
