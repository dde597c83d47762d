// Every verb of the vendor's builder, run on real calls.
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { beep } from '../../../src/media/tone.ts';
import { onClose, startPhone } from '../../server/rig.ts';
import { account, bxml, from, hangUp, make, type Stand, speak, talk, to, wait } from './stand.ts';

export function testVerbs(of: () => Stand): void {
  const put = (callId: string, ...inside: unknown[]) =>
    of()
      .api('CallsApi')
      .updateCallBxml(account, callId, bxml(...inside));

  describe('verbs', () => {
    it('that take their time run one after the other', async () => {
      of().documents.set('/after', bxml(make('Hangup')));
      const call = await talk(
        of(),
        bxml(
          make('Tag', 'first'),
          make('StartGather', { dtmfUrl: '/key', tag: 'keys' }),
          make('StartRecording', { fileFormat: 'wav' }),
          speak('One <emphasis>two</emphasis>'),
          make('PlayAudio', `${of().origin}/sound.wav`),
          make('Ring', { duration: 0.3 }),
          make('PauseRecording'),
          make('Pause', { duration: 0.1 }),
          make('ResumeRecording'),
          make('SendDtmf', '1w2', { toneDuration: 60, toneInterval: 60 }),
          make('StopRecording'),
          make('Pause', { duration: 60 }),
        ),
      );
      const { callId, phone } = call;
      await of().until(callId, ({ type }) => type === 'digits.sent');
      await phone.press('5');
      expect(await of().told('dtmf', callId)).toMatchObject({ digit: '5', tag: 'keys' });
      const redirect = make('Redirect', { redirectUrl: `${of().origin}/after`, redirectMethod: 'POST', tag: 'over' });
      await put(callId, make('StopGather'), redirect);
      expect(await of().told('redirect', callId)).toMatchObject({ tag: 'over' });
      await phone.ended;
      expect(await of().told('disconnect', callId)).toMatchObject({ cause: 'hangup', tag: 'over' });
    });

    it('Transfer rings others together, shows them who calls, and tells of each', async () => {
      const call = await talk(of(), bxml(wait()));
      const other = await startPhone();
      const rang = new Promise<Parameters<Parameters<typeof other.onIncoming>[0]>[0]>((resolve) =>
        other.onIncoming(resolve),
      );
      of().documents.set('/transferred', bxml(wait()));
      const transfer = make(
        'Transfer',
        {
          transferCompleteUrl: `${of().origin}/transferred`,
          transferCallerDisplayName: 'Ferry',
          callTimeout: 20,
          tag: 'a',
        },
        [
          make('PhoneNumber', to, { transferDisconnectUrl: `${of().origin}/left`, tag: 'number' }),
          make('SipUri', other.uri, {
            uui: '6869;encoding=hex',
            transferAnswerUrl: `${of().origin}/whisper`,
            transferDisconnectUrl: `${of().origin}/left`,
            tag: 'uri',
          }),
        ],
      );
      await put(call.callId, transfer);
      const [first, second] = await Promise.all([of().incoming(), rang]);
      expect(second.remote.displayName).toBe('Ferry');
      expect(second.header('User-to-User')).toBe('6869;encoding=hex');
      of().documents.set('/whisper', bxml(speak('A call for you')));
      await second.answer();
      expect(await of().told('transferAnswer')).toMatchObject({ parentCallId: call.callId, transferTo: other.uri });
      await second.until('sound-started');
      expect(await first.answered).toBe(false);
      expect(await of().told('transferDisconnect')).toMatchObject({ cause: 'cancel', tag: 'number', transferTo: to });
      second.hangUp();
      expect(await of().told('transferDisconnect')).toMatchObject({ cause: 'hangup', tag: 'uri' });
      expect(await of().told('transferComplete', call.callId)).toMatchObject({ cause: 'hangup', tag: 'a' });
      await hangUp(of(), call);
    });

    it('StartTranscription is told as rejected, and the call goes on', async () => {
      const start = make(
        'StartTranscription',
        { name: 'live', transcriptionEventUrl: `${of().origin}/live`, tracks: 'both' },
        [make('CustomParam', { name: 'who', value: 'me' })],
      );
      const call = await talk(of(), bxml(start, make('StopTranscription', { name: 'live' }), wait()));
      expect(await of().told('realTimeTranscriptionRejected', call.callId)).toMatchObject({
        realTimeTranscription: { name: 'live', tracks: ['inbound', 'outbound'] },
        cause: 'error',
      });
      await of().until(call.callId, (event) => event.type === 'verb.started' && event.path.startsWith('Pause'));
      await hangUp(of(), call);
    });

    it('Bridge joins two calls, and tells the one that stays', async () => {
      const [one, two] = [await talk(of(), bxml(wait())), await talk(of(), bxml(wait()))];
      of().documents.set('/bridged', bxml(wait()));
      await put(one.callId, make('Bridge', two.callId, { bridgeCompleteUrl: `${of().origin}/bridged`, tag: 'b' }));
      await of().until(two.callId, (event) => event.type === 'verb.started' && event.path.startsWith('Bridge'));
      const late = await talk(of(), bxml(wait()));
      await put(late.callId, make('Bridge', two.callId, { bridgeCompleteUrl: `${of().origin}/bridged` }));
      expect(await of().told('bridgeComplete', late.callId)).toMatchObject({
        cause: 'busy',
        errorMessage: expect.any(String),
      });
      await hangUp(of(), late);
      await hangUp(of(), two);
      expect(await of().told('bridgeComplete', one.callId)).toMatchObject({ tag: 'b', direction: 'outbound', from });
      await hangUp(of(), one);
    });

    it('Bridge ends the document of the other call, which is told, or hung up, when the first one leaves', async () => {
      for (const told of [true, false]) {
        const [one, two] = [await talk(of(), bxml(wait())), await talk(of(), bxml(wait()))];
        of().documents.set('/target', bxml(make('Gather', { gatherUrl: '/target', maxDigits: 1 })));
        const url = told ? { bridgeTargetCompleteUrl: `${of().origin}/target` } : {};
        await put(one.callId, make('Bridge', two.callId, url));
        await of().until(two.callId, (event) => event.type === 'verb.started' && event.path.startsWith('Bridge'));
        await hangUp(of(), one);
        if (told) {
          expect(await of().told('bridgeTargetComplete', two.callId)).toMatchObject({ callId: two.callId, to });
          await two.phone.press('4');
          expect(await of().told('gather', two.callId)).toMatchObject({ digits: '4' });
          await hangUp(of(), two);
        } else {
          await two.phone.ended;
          expect(await of().told('disconnect', two.callId)).toMatchObject({ cause: 'hangup' });
        }
      }
    });

    it('Bridge takes the other call out of whatever it was in: a talk with somebody it had dialled', async () => {
      const two = await talk(of(), bxml(wait()));
      await put(two.callId, make('Transfer', {}, [make('PhoneNumber', to)]));
      const callee = await of().incoming();
      await callee.answer();
      await of().until(two.callId, (event) => event.type === 'leg.answered' && event.leg !== 'caller');
      const one = await talk(of(), bxml(wait()));
      await put(one.callId, make('Bridge', two.callId));
      expect(await callee.ended).toMatchObject({ by: 'peer' });
      await of().until(two.callId, (event) => event.type === 'verb.started' && event.path.startsWith('Bridge'));
      const sounds = () => two.phone.events.filter(({ type }) => type === 'sound-started').length;
      const before = sounds();
      void one.phone.play(beep(500, 5000));
      await two.phone.until('sound-started', () => sounds() > before);
      await hangUp(of(), one);
      expect(await of().told('disconnect', two.callId)).toMatchObject({ cause: 'hangup' });
    });

    it('Forward rings somebody else in place of this server', async () => {
      of().documents.set(
        '/initiate',
        bxml(make('Forward', { to, from, callTimeout: 10, uui: '6869;encoding=hex', diversionTreatment: 'stack' })),
      );
      const caller = await startPhone();
      const call = await caller.call(of().uri, {
        from: 'sip:+15551112222@127.0.0.1',
        headers: [
          { name: 'Diversion', value: '<sip:+15558884444@old.example>;reason=no-answer;counter=1' },
          { name: 'User-to-User', value: '7a7a;encoding=hex' },
          { name: 'P-Attestation-Indicator', value: 'B' },
        ],
      });
      const callee = await of().incoming();
      expect(callee.header('User-to-User')).toBe('6869;encoding=hex');
      expect(callee.header('Diversion')).toBe('<tel:+19195550000>;reason=unknown');
      await callee.answer();
      expect(await call.answered).toBe(true);
      const initiate = await of().told('initiate');
      expect(initiate).toMatchObject({
        accountId: account,
        direction: 'inbound',
        to: '+19195550000',
        uui: '7a7a;encoding=hex',
        diversion: { origTo: '+15558884444', reason: 'no-answer', counter: '1' },
        stirShaken: { attestationIndicator: 'B' },
      });
      call.hangUp();
      await callee.ended;
      expect(await of().told('disconnect', initiate.callId)).toMatchObject({ direction: 'inbound', cause: 'hangup' });
    });

    it('StartStream and StopStream copy the audio to a websocket', async () => {
      const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
      await new Promise((resolve) => sockets.once('listening', resolve));
      onClose(async () => {
        for (const client of sockets.clients) client.terminate();
        await new Promise((resolve) => sockets.close(resolve));
      });
      const first = new Promise<{ eventType: string; streamParams: object }>((resolve) =>
        sockets.once('connection', (socket) => socket.once('message', (data) => resolve(JSON.parse(String(data))))),
      );
      const destination = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
      const start = make('StartStream', { destination, name: 's', tracks: 'both' }, [
        make('StreamParam', { name: 'who', value: 'me' }),
      ]);
      const call = await talk(of(), bxml(start, wait()));
      expect(await first).toMatchObject({ eventType: 'start', streamParams: { who: 'me' } });
      await put(call.callId, make('StopStream', { name: 's' }), wait());
      await of().until(call.callId, ({ type }) => type === 'stream.ended');
      await hangUp(of(), call);
    });
  });
}
