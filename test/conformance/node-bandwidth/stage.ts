// Owns: what the tests of Bandwidth's client of v1 share: a server with an application and a phone, a call that was answered.
import { expect } from 'vitest';
import { namedCall } from '../../../src/dialects/bandwidth-v1/ids.ts';
import { type Application, type Callee, openApplication, type Rig, startCallee, startRig, type Told } from './rig.ts';

export const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
export const idOf = ({ id }: Told): string => String(id);

export interface Stage extends Rig {
  readonly application: Application;
  readonly callee: Callee;
}

export async function open(documents: Readonly<Record<string, string>> = {}, app = ''): Promise<Stage> {
  const application = await openApplication(documents);
  return { ...(await startRig(application.origin, app)), application, callee: await startCallee() };
}

/** A call to the callee that was answered; its events go to /cb. */
export async function call({ client, callee, application }: Stage, more: Told = {}) {
  const order = { from: '+19195551212', to: callee.address, callbackUrl: `${application.origin}/cb`, ...more };
  const id = idOf(await client['Call']!['create']!(order));
  const phone = await callee.next();
  await phone.answer();
  await application.told('answer', (body) => body['callId'] === id);
  return { id, phone, events: `${application.origin}/cb` };
}

/** Of the neutral interface, which knows the call by our own id. */
export async function tapeOf({ baseUrl }: Rig, id: string): Promise<string> {
  const authorization = `Basic ${Buffer.from('t-1:s-1').toString('base64')}`;
  const reply = await fetch(`${baseUrl}/v1/calls/${namedCall(id).call}/tape`, { headers: { authorization } });
  expect(reply.status).toBe(200);
  return reply.text();
}

export const refused = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it was taken'),
    ({ statusCode, message }: { statusCode: number; message: string }) => ({ statusCode, message }),
  );
