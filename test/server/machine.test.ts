// Who has answered, by how long he speaks: over real RTP.
import { afterEach, expect, it } from 'vitest';
import { detect, flow, hangup } from '../../src/flow/build.ts';
import { closeAll, startPhone, startServer } from './rig.ts';

afterEach(closeAll);

const quick = { silenceMs: 1500, speechMs: 1200, speechEndMs: 600, machineEndMs: 600 };

it.each([
  ['a word and a pause are a person', [{ speakMs: 400 }], {}, 'human'],
  ['a text is a machine', [{ speakMs: 3000 }], {}, 'answering-machine'],
  ['a text with gaps is a machine', [{ speakMs: 700 }, { waitMs: 200 }, { speakMs: 1500 }], {}, 'answering-machine'],
  ['a machine may be told of when it is silent', [{ speakMs: 2000 }], { delayResult: true }, 'answering-machine'],
  ['nothing said is silence', [], {}, 'silence'],
  ['time may be up before', [{ speakMs: 3000 }], { timeoutMs: 700 }, 'timeout'],
] as const)('%s', async (_name, says, more, result) => {
  const at = await startServer({ apps: { '1': flow([detect({ ...quick, ...more }), hangup()]) } });
  const phone = await startPhone();
  const call = await phone.call(at.uri('1'));
  await call.answered;
  const speaking = call.press([...says]);
  const { event } = await at.until('1', 'verb.finished');
  expect(event.reason).toBe(result);
  const heard = at.tape('1').filter((line) => line.event.type === 'voice.ended');
  if (result === 'human' || 'delayResult' in more) expect(heard).toHaveLength(1);
  await call.ended;
  await speaking;
});
