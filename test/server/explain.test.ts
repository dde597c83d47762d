// `keytone explain` on a real call: asked of the running server, and read from its folder when it is gone.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { flow, gather, hangup, play, prompt } from '../../src/flow/build.ts';
import { runProgram } from '../../src/server/commands/program.ts';
import { closeAll, startPhone, startServer } from './rig.ts';

afterEach(closeAll);

async function keytone(...args: readonly string[]) {
  const said: string[] = [];
  const complained: string[] = [];
  const exitCode = await runProgram(args, {
    environment: {},
    workingDir: '/',
    out: (text) => said.push(text),
    err: (text) => complained.push(text),
  });
  return { exitCode, out: said.join('\n'), err: complained.join('\n') };
}

// A command is loaded when it is first used, which takes its time where everything is loaded at once.
beforeAll(async () => void (await keytone('explain')));

const at = (path: string) => ({ line: 1, column: 1, path });
const question = prompt({ kind: 'tone', frequenciesHz: [440], onMs: 100, offMs: 0, durationMs: 3000, volumeDb: -10 });
const order = { maxDigits: 4, terminators: '#', interDigitMs: 2000, firstDigitMs: 2000 };
const menu = flow([
  gather({ at: at('Gather[0]'), prompts: [question], ...order, minDigitsAtTimeout: 1 }),
  gather({ at: at('Gather[1]'), ...order, maxDigits: 2, sensitive: true, minDigitsAtTimeout: 2 }),
  play({ kind: 'media', url: 'http://127.0.0.1:1/gone.wav' }, { at: at('Play[2]') }),
  gather({ at: at('Gather[3]'), ...order, firstDigitMs: 100, attempts: 2 }),
  hangup(),
]);

async function oneCall() {
  const server = await startServer({ apps: { '1': menu } });
  const phone = await startPhone();
  const call = await phone.call(server.uri('1'));
  await server.until('1', 'prompt.started');
  await call.press('12#57');
  await call.ended;
  const { reason } = (await server.until('1', 'call.ended')).event;
  expect(reason).toBe('hung up by the application');
  return { ...server, id: JSON.parse(await (await server.fetch('/v1/calls')).text()).calls[0].id as string };
}

describe('keytone explain', () => {
  it('tells of each gather what it waited for, what happened and why it ended', async () => {
    const { id, server, dataDir } = await oneCall();
    const http = `http://127.0.0.1:${server.http.port}`;
    const told = await keytone('explain', id, '--server', http);
    expect(told).toMatchObject({ exitCode: 0, err: '' });
    const [head, first, second, third, fourth, troubles, keys] = told.out.split('\n\n');
    expect(head).toMatch(new RegExp(`^Call ${id} from \\S+ to 1, app app-1, \\S+Z, answered, ended after 00:`));
    for (const words of [
      'Gather[0], line 1: succeeded with the digits 12 and #\n  why        The caller pressed a key that ends the entry. (terminator)\n',
      'asks       tone of 440 Hz',
      'waits for 1 to 4 digits; # ends it sooner; 2000 ms for the first, 2000 ms between two; keys stop its prompts',
      'prompt 1 of 1 is asked for',
      'prompt 1 is heard',
      'key 1 taken: digit 1 of 4',
      'barge-in: prompt 1 stopped',
      'timer inter-digit armed: 2000 ms from digit 1',
      'timer inter-digit reset: 2000 ms from digit 2',
      'key # taken: it ends the entry',
      'timer inter-digit cancelled: the entry is over',
      'succeeded: terminator, 2 digits; the terminator was pressed',
    ])
      expect(first).toContain(words);
    expect(second).toContain('Gather[1], line 1: succeeded with the digits ••');
    expect(second).toContain('key • taken');
    expect(`${second}${keys}`).not.toMatch(/[57] taken|57/);
    expect(third).toMatch(/^Gather\[3\], line 1, attempt 1 of 2: failed with no digits\n/);
    expect(third).toContain('timer first-digit fired');
    expect(third).toContain('No key came in the time for the first digit. (first-digit-timeout)');
    expect(fourth).toMatch(/^Gather\[3\], line 1, attempt 2 of 2: failed/);
    expect(troubles).toMatch(
      /^What failed \(docs\/errors\.md explains the codes\):\n {2}00:\d\d\.\d{3} {2}.* \[fetch-refused-address\]$/,
    );
    expect(keys).toBe('Keys heard: 5 by telephone-event in RTP (rfc4733).');

    // The same from the newest call, as data, and from the folder: while the server runs and when it is gone.
    const asData = await keytone('explain', 'last', '--server', http, '--format', 'json');
    const explained = JSON.parse(asData.out);
    expect(explained.gathers.map(({ digits }: { digits: string }) => digits)).toEqual(['12', '••', '', '']);
    const live = await keytone('explain', 'last', '--data-dir', dataDir);
    expect(live.out).toBe(told.out);
    await server.close();
    const later = await keytone('explain', id, '--data-dir', dataDir, '--format', 'json');
    expect(JSON.parse(later.out)).toEqual(explained);
    expect(await keytone('explain', id, '--server', http)).toMatchObject({
      exitCode: 70,
      err: expect.stringContaining('[server-unreachable]'),
    });
  });

  it('says that there is no such call, and what is wrong with the command line', async () => {
    const { server, dataDir } = await startServer({ apps: { '1': menu } });
    const http = `http://127.0.0.1:${server.http.port}`;
    expect(await keytone('explain', 'call_nobody', '--server', http)).toMatchObject({ exitCode: 1, out: '' });
    expect(await keytone('explain', 'last', '--server', http)).toMatchObject({
      exitCode: 1,
      err: 'There was no call yet.',
    });
    expect(await keytone('explain', 'last', '--data-dir', dataDir)).toMatchObject({ exitCode: 1 });
    expect(await keytone('explain')).toMatchObject({ exitCode: 2 });
    expect(await keytone('explain', 'last', '--server', 'ftp://x')).toMatchObject({ exitCode: 2 });
    expect(await keytone('explain', 'last', '--server', http, '--data-dir', dataDir)).toMatchObject({ exitCode: 2 });
    expect(await keytone('explain', 'last', '--data-dir', `${dataDir}/none`)).toMatchObject({
      exitCode: 70,
      err: expect.stringContaining('[store-unusable]'),
    });
  });
});
