// Calls over the vendor's client: placed, listed, changed and ended; what is wrong with a request; signing in.
import { describe, expect, it } from 'vitest';
import {
  account,
  application,
  axios,
  bxml,
  from,
  make,
  refusalOf,
  type Stand,
  speak,
  talk,
  to,
  wait,
} from './stand.ts';

export function testCalls(of: () => Stand): void {
  describe('calls', () => {
    it('are placed, ring, are answered, keyed into and hung up; each state is told', async () => {
      const calls = of().api('CallsApi');
      of().documents.set(
        '/answer',
        bxml(make('Gather', { gatherUrl: '/keyed', maxDigits: 4, terminatingDigits: '#' }, [speak('Enter')])),
      );
      of().documents.set('/keyed', bxml(make('Hangup')));
      const order = of().order('/answer', {
        tag: 'my tag',
        callTimeout: 20,
        callbackTimeout: 10,
        username: 'u',
        password: 'p',
      });
      const { status, data, headers } = await calls.createCall(account, order);
      expect(status).toBe(201);
      expect(headers.location).toBe(data.callUrl);
      expect(data).toMatchObject({
        accountId: account,
        applicationId: application,
        from,
        to,
        callId: expect.stringMatching(/^c-.{45}$/),
        callUrl: `${of().here}/api/v2/accounts/${account}/calls/${data.callId}`,
        answerFallbackMethod: 'POST',
        priority: 5,
        password: '*****',
        tag: 'my tag',
      });
      const phone = await of().incoming();
      phone.ring();
      const { callId } = data;
      const state = async () => (await calls.getCallState(account, callId)).data.state;
      expect(await state()).toBe('initiated');
      await phone.answer();
      const answer = await of().told('answer', callId);
      expect(answer).toMatchObject({ accountId: account, direction: 'outbound', from, to, tag: 'my tag' });
      expect(answer['callUrl']).toBe(data.callUrl);
      expect(await state()).toBe('answered');
      await phone.until('sound-started');
      await phone.press('123#');
      expect(await of().told('gather', callId)).toMatchObject({ digits: '123', terminatingDigit: '#', tag: 'my tag' });
      await phone.ended;
      expect(await of().told('disconnect', callId)).toMatchObject({ cause: 'hangup', tag: 'my tag' });
      await of().until(callId, ({ type }) => type === 'call.ended');
      expect(await state()).toBe('disconnected');
      const { data: last } = await calls.getCallState(account, callId);
      expect(last).toMatchObject({ disconnectCause: 'hangup', errorMessage: null, direction: 'outbound', from, to });
    });

    it.each([
      ['busy', 486, 'busy'],
      ['rejected', 603, 'rejected'],
    ])('that are refused are over: %s', async (_name, sipStatus, cause) => {
      const { data } = await of()
        .api('CallsApi')
        .createCall(account, of().order('/answer', { tag: 'early' }));
      (await of().incoming()).refuse(sipStatus);
      expect(await of().told('disconnect', data.callId)).toMatchObject({ cause, tag: 'early' });
    });

    it('that are not answered in time are given up', async () => {
      const { data } = await of()
        .api('CallsApi')
        .createCall(account, of().order('/answer', { callTimeout: 1 }));
      const phone = await of().incoming();
      phone.ring();
      expect(await of().told('disconnect', data.callId)).toMatchObject({ cause: 'timeout' });
      await phone.ended;
    });

    it('are redirected, given another document, and completed', async () => {
      const calls = of().api('CallsApi');
      const { callId, phone } = await talk(of(), bxml(wait()));
      of().documents.set('/next', bxml(speak('Redirected'), wait()));
      const redirect = { state: 'active', redirectUrl: `${of().origin}/next`, redirectMethod: 'POST', tag: 'next' };
      expect((await calls.updateCall(account, callId, redirect)).status).toBe(200);
      expect(await of().told('redirect', callId)).toMatchObject({ tag: 'next' });
      await phone.until('sound-started');
      of().documents.set('/put', bxml(wait()));
      const put = bxml(make('Gather', { gatherUrl: '/put', maxDigits: 1 }));
      expect((await calls.updateCallBxml(account, callId, put)).status).toBe(204);
      await phone.press('7');
      expect(await of().told('gather', callId)).toMatchObject({ digits: '7', tag: 'next' });
      expect(await refusalOf(calls.updateCallBxml(account, callId, '<Response><Gathr/></Response>'))).toEqual([
        400,
        expect.stringContaining('Did you mean <Gather>?'),
      ]);
      expect((await calls.updateCall(account, callId, { state: 'completed' })).status).toBe(200);
      await phone.ended;
      await of().told('disconnect', callId);
      expect(await refusalOf(calls.updateCall(account, callId, { state: 'completed' }))).toEqual([
        409,
        `Call [${callId}] cannot be modified in its current state`,
      ]);
    });

    it('ask the fallback when the answer URL fails, by the method that was said', async () => {
      of().documents.set('/fallback', bxml(wait()));
      const more = {
        answerFallbackUrl: `${of().origin}/fallback`,
        answerFallbackMethod: 'GET',
        disconnectMethod: 'GET',
      };
      const { data } = await of()
        .api('CallsApi')
        .createCall(account, of().order('/broken', { ...more, tag: 'a b&c' }));
      expect(data.answerFallbackMethod).toBe('GET');
      const phone = await of().incoming();
      await phone.answer();
      expect(await of().told('answer', data.callId)).toMatchObject({ accountId: account, tag: 'a b&c' });
      phone.hangUp();
      expect(await of().told('disconnect', data.callId)).toMatchObject({ cause: 'hangup' });
    });

    it('say the same over REST and by webhook of why they are over', async () => {
      of().documents.set('/invalid', '<Response><Gathr/></Response>');
      of().documents.set('/unsupported', '<Response><Connect/></Response>');
      const calls = of().api('CallsApi');
      // Each hears an apology, side by side.
      const over = async (path: string): Promise<unknown> => {
        const { data } = await calls.createCall(account, of().order(path));
        await (await of().incoming()).answer();
        const told = await of().told('disconnect', data.callId);
        await of().until(data.callId, ({ type }) => type === 'call.ended');
        const { data: state } = await calls.getCallState(account, data.callId);
        const { cause, errorMessage, errorId } = told;
        expect([state.disconnectCause, state.errorMessage, state.errorId]).toEqual([cause, errorMessage, errorId]);
        expect([errorMessage, errorId]).toEqual([expect.any(String), expect.any(String)]);
        return cause;
      };
      const causes = await Promise.all(['/broken', '/invalid', '/unsupported'].map(over));
      expect(causes).toEqual(['callback-error', 'invalid-bxml', 'application-error']);
    });

    it('that still ring are cancelled', async () => {
      const calls = of().api('CallsApi');
      const { data } = await calls.createCall(account, of().order('/answer'));
      const phone = await of().incoming();
      phone.ring();
      const { callId } = data;
      expect(await refusalOf(calls.updateCallBxml(account, callId, bxml()))).toEqual([409, expect.any(String)]);
      await calls.updateCall(account, callId, { state: 'completed' });
      expect(await phone.answered).toBe(false);
      expect(await of().told('disconnect', callId)).toMatchObject({ cause: 'cancel' });
    });

    it('are listed in pages that lead on', async () => {
      const calls = of().api('CallsApi');
      const seen: string[] = [];
      let token: string | undefined;
      do {
        const { status, data, headers } = await calls.listCalls(
          ...[account, to, from, '2020-01-01T00:00:00.000Z', undefined, undefined, 2, token],
        );
        expect(status).toBe(200);
        seen.push(...data.map(({ callId }: { callId: string }) => callId));
        const link = /<(.+)>; rel="next"/.exec(headers.link ?? '')?.[1];
        token = link === undefined ? undefined : new URL(link).searchParams.get('pageToken')!;
      } while (token !== undefined);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBeGreaterThan(4);
      const busy = await calls.listCalls(account, undefined, undefined, undefined, undefined, 'busy');
      expect(busy.data).toMatchObject([{ disconnectCause: 'busy', state: 'disconnected' }]);
    });

    it('show the callee what was said beside the number', async () => {
      const more = { displayName: 'Restricted', privacy: true, uui: 'aGVsbG8=;encoding=base64' };
      const { data } = await of().api('CallsApi').createCall(account, of().order('/answer', more));
      const phone = await of().incoming();
      expect(phone.remote.displayName).toBe('Restricted');
      expect([phone.header('Privacy'), phone.header('User-to-User')]).toEqual(['user;id', 'aGVsbG8=;encoding=base64']);
      phone.refuse();
      await of().told('disconnect', data.callId);
    });

    it('tell who has answered, by how long he speaks', async () => {
      const machineDetection = { mode: 'async', callbackUrl: `${of().origin}/machine`, silenceTimeout: 1 };
      const { callId, phone } = await talk(of(), bxml(wait()), { machineDetection });
      expect(await of().told('machineDetectionComplete', callId)).toMatchObject({
        machineDetectionResult: { value: 'silence', duration: expect.stringMatching(/^PT[\d.]+S$/) },
      });
      phone.hangUp();
      await of().told('disconnect', callId);
    });
  });

  describe('what is wrong with a request', () => {
    it('is said in the words of the vendor', async () => {
      const calls = of().api('CallsApi');
      expect(await refusalOf(calls.createCall(account, {}))).toEqual([
        400,
        expect.stringMatching(/^Missing at least one/),
      ]);
      const order = of().order('/answer', { to: '+1invalid' });
      expect(await refusalOf(calls.createCall(account, order))).toEqual([
        400,
        'Invalid to: must be an E164 telephone number',
      ]);
      expect(await refusalOf(calls.getCallState(account, 'does-not-exist'))).toEqual([
        404,
        'Call [does-not-exist] not found',
      ]);
      expect(await refusalOf(calls.getCallState('8800000', 'c-1'))).toEqual([403, 'Access is denied']);
      const nobody = of().apiOf('CallsApi', { username: 'user', password: 'wrong' });
      expect(await refusalOf(nobody.getCallState(account, 'c-1'))).toEqual([
        401,
        'The credentials provided were invalid',
      ]);
      const other = of().apiOf('CallsApi', { username: 'other', password: 'pass' });
      const { data } = await calls.listCalls(account);
      const refused = await refusalOf(other.getCallState('8800000', data[0].callId));
      expect(refused).toEqual([404, `Call [${data[0].callId}] not found`]);
    });
  });

  describe('what comes to no operation', () => {
    it('has the form of the vendor too', async () => {
      const headers = { authorization: `Basic ${btoa('user:pass')}`, 'content-type': 'application/xml' };
      const ask = async (method: string, path: string, body: string | null = null) => {
        const answer = await fetch(`${of().here}/api/v2/${path}`, { method, headers, body });
        const { type, description, id } = (await answer.json()) as Record<string, unknown>;
        expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
        return [answer.status, type, description, id, answer.headers.get('allow')];
      };
      const own = `accounts/${account}`;
      expect(await ask('DELETE', `${own}/calls`)).toEqual([405, 'validation', 'Method Not Allowed', null, 'POST, GET']);
      expect(await ask('GET', `${own}/nothing`)).toEqual([404, 'validation', 'Not Found', null, null]);
      expect((await ask('POST', `${own}/calls`, '<x/>'))[2]).toBe("Content type 'application/xml' not supported");
      const long = `<Bxml><!--${'x'.repeat(70_000)}--></Bxml>`;
      expect((await ask('PUT', `${own}/calls/c-1/bxml`, long)).slice(0, 2)).toEqual([413, 'validation']);
    });
  });

  describe('OAuth', () => {
    it('works with a function that asks this server for a token', async () => {
      const accessToken = async (): Promise<string> => {
        const { data } = await axios.post(`${of().here}/api/v1/oauth2/token`, 'grant_type=client_credentials', {
          auth: { username: 'user', password: 'pass' },
        });
        return data.access_token;
      };
      const statistics = of().apiOf('StatisticsApi', { accessToken });
      expect((await statistics.getStatistics(account)).status).toBe(200);
    });

    it('works with clientId and clientSecret once the fixed address of the token is turned to this server', async () => {
      const turn = axios.interceptors.request.use((config: { url: string }) => ({
        ...config,
        url: config.url.replace('https://api.bandwidth.com', of().here),
      }));
      try {
        const statistics = of().apiOf('StatisticsApi', { clientId: 'user', clientSecret: 'pass' });
        const { data } = await statistics.getStatistics(account);
        expect(data).toMatchObject({ currentCallQueueSize: expect.any(Number), maxCallQueueSize: expect.any(Number) });
      } finally {
        axios.interceptors.request.eject(turn);
      }
    });
  });
}
