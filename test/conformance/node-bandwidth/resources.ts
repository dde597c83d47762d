// Media, applications, numbers, domains, endpoints and errors over REST.
import { describe, expect, it } from 'vitest';
import { startPhone } from '../../server/rig.ts';
import type { Told } from './rig.ts';
import { idOf, open, refused, time } from './stage.ts';

export function testResources(): void {
  describe('media', () => {
    it('is kept, listed, given back and deleted', async () => {
      const { client } = await open();
      const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, at) => at % 251));
      await client['Media']!['upload']!('greeting one.mp3', bytes, 'audio/mpeg');
      expect(await client['Media']!['list']!()).toEqual([
        {
          mediaName: 'greeting one.mp3',
          contentLength: bytes.length,
          content: expect.stringContaining('/media/greeting%20one.mp3'),
        },
      ]);
      const { content, contentType } = await client['Media']!['download']!<{ content: string; contentType: string }>(
        'greeting one.mp3',
      );
      expect(contentType).toBe('audio/mpeg');
      expect(Buffer.from(content, 'binary').equals(bytes)).toBe(true);
      await client['Media']!['delete']!('greeting one.mp3');
      expect(await client['Media']!['list']!()).toEqual([]);
      expect(await refused(client['Media']!['download']!('greeting one.mp3'))).toMatchObject({ statusCode: 404 });
    });
  });

  describe('applications and numbers', () => {
    it('are made, called, changed and deleted', async () => {
      const stage = await open();
      const { client, application, uri } = stage;
      const made = await client['Application']!['create']!({
        name: 'made',
        incomingCallUrl: `${application.origin}/made`,
        autoAnswer: 'true',
      });
      const applicationId = idOf(made);
      const number = await client['PhoneNumber']!['create']!({
        number: '+19195550111',
        applicationId,
        name: 'desk',
        fallbackNumber: '+1555',
      });
      const view = {
        id: number['id'],
        number: '+19195550111',
        name: 'desk',
        fallbackNumber: '+1555',
        application: expect.stringContaining(applicationId),
      };
      expect(await client['PhoneNumber']!['get']!(number['id'])).toMatchObject(view);
      expect(await client['PhoneNumber']!['get']!('+19195550111')).toMatchObject(view);
      const phone = await startPhone();
      const placed = await phone.call(uri('+19195550111'));
      await placed.answered;
      expect((await application.told('answer')).path).toBe('/made');
      expect((await application.told('incomingcall')).body).toMatchObject({ applicationId, to: '+19195550111' });
      placed.hangUp();
      await application.told('hangup');
      await client['Application']!['update']!(applicationId, { name: 'renamed', callbackHttpMethod: 'GET' });
      expect(await client['Application']!['get']!(applicationId)).toMatchObject({
        ...{ id: applicationId, name: 'renamed', callbackHttpMethod: 'GET', autoAnswer: true },
        incomingCallUrl: `${application.origin}/made`,
      });
      interface ApplicationPage {
        readonly applications: readonly Told[];
        readonly hasNextPage: boolean;
        getNextPage(): Promise<ApplicationPage>;
      }
      const page = await client['Application']!['list']!<ApplicationPage>({ size: 1 });
      expect([page.applications.map(idOf), page.hasNextPage]).toEqual([[applicationId], true]);
      expect((await page.getNextPage()).applications.map(idOf)).toEqual(['phone-app']);
      await client['PhoneNumber']!['update']!(number['id'], { name: 'hall', applicationId: 'phone-app' });
      const { phoneNumbers } = await client['PhoneNumber']!['list']!<{ phoneNumbers: readonly Told[] }>({});
      expect(phoneNumbers.toSorted((a, b) => String(a['number']).localeCompare(String(b['number'])))).toMatchObject([
        { number: '+19195550100' },
        { number: '+19195550111', name: 'hall', application: expect.stringContaining('phone-app') },
      ]);
      expect(await refused(client['PhoneNumber']!['delete']!('n-19195550100'))).toMatchObject({ statusCode: 403 });
      await client['PhoneNumber']!['delete']!(number['id']);
      await client['Application']!['delete']!(applicationId);
      expect(await refused(client['Application']!['get']!(applicationId))).toMatchObject({ statusCode: 404 });
      const again = { number: '+19195550111', applicationId: 'phone-app' };
      await client['PhoneNumber']!['create']!({ ...again });
      expect(await refused(client['PhoneNumber']!['create']!({ ...again }))).toMatchObject({ statusCode: 409 });
      expect(await refused(client['Application']!['delete']!('phone-app'))).toMatchObject({ statusCode: 403 });
    });

    it('lead to somebody else when an application is not there', async () => {
      const { client, callee, uri } = await open();
      const dead = { name: 'dead', incomingCallUrl: 'http://127.0.0.1:9/', incomingCallUrlCallbackTimeout: 500 };
      const applicationId = idOf(await client['Application']!['create']!(dead));
      const number = { number: '+19195550122', applicationId, fallbackNumber: callee.address };
      await client['PhoneNumber']!['create']!(number);
      const phone = await startPhone();
      const placed = await phone.call(uri('+19195550122'));
      const there = await callee.next();
      expect(placed.state).toBe('ringing');
      await there.answer();
      await placed.answered;
      await placed.press('6');
      await there.until('digit', ({ digit }) => digit === '6');
      there.hangUp();
      await placed.ended;
    });

    it('keep the credentials of an application that is changed', async () => {
      const { client, application, uri } = await open();
      const incomingCallUrl = `${application.origin.replace('http://', 'http://me:hunter2@')}/in`;
      const applicationId = idOf(await client['Application']!['create']!({ name: 'locked', incomingCallUrl }));
      await client['PhoneNumber']!['create']!({ number: '+19195550133', applicationId });
      await client['Application']!['update']!(applicationId, { name: 'still locked' });
      const shown = await client['Application']!['get']!(applicationId);
      expect(shown).toMatchObject({ name: 'still locked', incomingCallUrl: `${application.origin}/in` });
      expect(Object.keys(shown).filter((name) => /credentials/i.test(name))).toEqual([]);
      const phone = await startPhone();
      await phone.call(uri('+19195550133'));
      const { headers } = await application.told('incomingcall');
      expect(headers.authorization).toBe(`Basic ${Buffer.from('me:hunter2').toString('base64')}`);
    });

    it('are not sold here, nor looked up', async () => {
      const { client } = await open();
      expect(await refused(client['AvailableNumber']!['search']!('local', { city: 'Cary' }))).toMatchObject({
        statusCode: 404,
      });
      expect(await refused(client['AvailableNumber']!['searchAndOrder']!('tollFree', { quantity: 1 }))).toMatchObject({
        statusCode: 404,
      });
      expect(await refused(client['NumberInfo']!['get']!('+19195551212'))).toMatchObject({ statusCode: 404 });
    });
  });

  describe('domains and endpoints', () => {
    it('are phones that may register', async () => {
      const { client } = await open();
      const domain = idOf(await client['Domain']!['create']!({ name: 'office', description: 'ours' }));
      const { domains } = await client['Domain']!['list']!<{ domains: readonly Told[] }>({});
      expect(domains).toMatchObject([{ id: domain, name: 'office', description: 'ours' }]);
      const order = { name: 'kim', description: 'Kim', enabled: 'true', credentials: { password: 'secret-1' } };
      const endpoint = idOf(await client['Endpoint']!['create']!(domain, order));
      const shown = await client['Endpoint']!['get']!(domain, endpoint);
      expect(shown).toMatchObject({
        id: endpoint,
        name: 'kim',
        domainId: domain,
        enabled: true,
        credentials: { username: 'kim' },
      });
      expect(JSON.stringify(shown)).not.toContain('secret-1');
      await client['Endpoint']!['update']!(domain, endpoint, {
        description: 'Kim of the desk',
        credentials: { password: 'secret-2' },
      });
      const { endpoints } = await client['Endpoint']!['list']!<{ endpoints: readonly Told[] }>(domain, {});
      expect(endpoints).toMatchObject([{ id: endpoint, description: 'Kim of the desk' }]);
      expect(await refused(client['Endpoint']!['createAuthToken']!(domain, endpoint, { expires: 60 }))).toMatchObject({
        statusCode: 503,
      });
      await client['Endpoint']!['delete']!(domain, endpoint);
      expect(await refused(client['Endpoint']!['get']!(domain, endpoint))).toMatchObject({ statusCode: 404 });
      await client['Domain']!['delete']!(domain);
      expect((await client['Domain']!['list']!<{ domains: readonly Told[] }>({})).domains).toEqual([]);
    });
  });

  describe('what goes wrong', () => {
    it('is told as the vendor does, and can be read back', async () => {
      const { client, baseUrl, userId } = await open();
      expect(await refused(client['Call']!['create']!({ to: '+1' }))).toEqual({
        statusCode: 400,
        message: "The 'call' resource property 'from' is required but was not specified",
      });
      interface ErrorPage {
        readonly errors: readonly Told[];
        readonly hasNextPage: boolean;
        getNextPage(): Promise<ErrorPage>;
      }
      await refused(client['Call']!['get']!('c-none'));
      const page = await client['Error']!['list']!<ErrorPage>({ size: 1 });
      expect(page.errors).toEqual([
        {
          id: expect.stringMatching(/^ue-/),
          time,
          category: 'not-found',
          code: 'call-not-found',
          message: 'The call c-none was not found',
          details: [
            { name: 'callId', value: 'c-none' },
            { name: 'requestMethod', value: 'GET' },
            { name: 'remoteAddress', value: '127.0.0.1' },
            { name: 'requestPath', value: `users/${userId}/calls/c-none` },
          ],
        },
      ]);
      const [older] = (await page.getNextPage()).errors;
      expect(await client['Error']!['get']!(older!['id'])).toMatchObject({
        category: 'bad-request',
        code: 'missing-property',
      });
      expect(await refused(client['Error']!['get']!('ue-none'))).toMatchObject({ statusCode: 404 });
      const at = `${baseUrl}/v1/users/${userId}/calls`;
      const plain = async (init: RequestInit) => {
        const reply = await fetch(at, init);
        return [reply.status, ((await reply.json()) as Told)['category']];
      };
      const authorization = (name: string) => ({ authorization: `Basic ${Buffer.from(name).toString('base64')}` });
      expect(await plain({ headers: authorization('t-1:wrong') })).toEqual([401, 'authentication']);
      expect(await plain({ method: 'POST', body: '{', headers: authorization('t-1:s-1') })).toEqual([
        400,
        'bad-request',
      ]);
      expect(await plain({ method: 'PUT', headers: authorization('t-1:s-1') })).toEqual([405, 'bad-request']);
    });
  });
}
