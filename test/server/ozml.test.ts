// Apps of the dialect ozml over real calls of two parties: keys for one of them reach nobody else, by URL and in a script.
import { afterEach, describe, expect, it } from 'vitest';
import { codeOf, digitsOf, heardKeys, openApplication, startCallee, startOzml } from './ozml-rig.ts';
import { closeAll, startPhone } from './rig.ts';

afterEach(closeAll);

/** A caller and a callee who talk to each other, through a Route of the application. */
async function bridged() {
  const callee = await startCallee();
  const application = await openApplication({
    RoutingInterception: `\n\n<?xml version="1.0"?>\n<Response><Route Destination="${callee.uri}"/></Response>`,
  });
  const ozml = await startOzml(`${application.origin}/routing_interception.php#RoutingInterception`);
  const phone = await startPhone();
  const caller = await phone.call(ozml.uri, { from: 'sip:101@127.0.0.1' });
  await caller.answered;
  const other = await callee.call;
  await other.answered;
  await ozml.until((event) => event.type === 'leg.answered' && event.leg === 'caller');
  const id = ozml.events[0]!.call;
  return { application, ozml, caller, callee: other, id };
}

describe('SendDTMF by URL', () => {
  it('is heard by the party it names and by nobody else, and answers as the page of the vendor does', async () => {
    const { ozml, caller, callee, id } = await bridged();
    const answer = await ozml.api(
      `command=SendDTMF&CallId=${id}&Party=caller&Keys=01234&Username=HTTP_User_1&Password=qwe123`,
    );
    expect(answer.replaceAll(/\s+/g, ' ').trim()).toBe(
      '<?xml version="1.0"?> <Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"> <Code>200</Code> <Message>Command successfully executed</Message> </Response>',
    );
    expect(await heardKeys(caller, 5)).toBe('01234');
    // What comes later came later: keys to the other one are heard behind all that went to the first.
    expect(codeOf(await ozml.command('senddtmf', { callid: id, party: 'CALLEE', keys: '321' }))).toBe('200');
    expect(await heardKeys(callee, 3)).toBe('321');
    expect([digitsOf(caller), digitsOf(callee)]).toEqual(['01234', '321']);
  });
});
