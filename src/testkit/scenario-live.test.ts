// The parts of a live run that stand by themselves; the whole is held to every story in test/scenarios.
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { flow, hangup } from '../flow/build.ts';
import { parseWav } from '../media/wav-reader.ts';
import { plainDialect } from './plain-dialect.ts';
import { type LiveApplication, openLiveApplication } from './scenario-live-application.ts';
import { createStandIns } from './scenario-live-names.ts';
import { createTurns } from './scenario-live-turns.ts';

describe('names that stand in', () => {
  it('go both ways in any text, the longest first', () => {
    const names = createStandIns([
      { story: 'a@x', real: 'one@127.0.0.1:1' },
      { story: 'aa@x', real: 'two@127.0.0.1:2' },
      { story: 'http://app.test', real: 'http://127.0.0.1:3' },
    ]);
    const story = '<Dial url="http://app.test/d">aa@x a@x</Dial>';
    const real = '<Dial url="http://127.0.0.1:3/d">two@127.0.0.1:2 one@127.0.0.1:1</Dial>';
    expect(names.toReal(story)).toBe(real);
    expect(names.toStory(real)).toBe(story);
  });
});

describe('turns', () => {
  it('are had by so many at a time, the others in the order in which they came', async () => {
    const turn = createTurns(2);
    const had: string[] = [];
    const take = async (name: string) => {
      const done = await turn();
      had.push(name);
      return done;
    };
    const [a, b] = [await take('a'), await take('b')];
    const [c, d] = [take('c'), take('d')];
    await Promise.resolve();
    expect(had).toEqual(['a', 'b']);
    a();
    (await c)();
    await d;
    b();
    expect(had).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('the application of a story', () => {
  let application: LiveApplication | null = null;
  afterEach(() => application?.close());

  it('answers as the script says, serves sounds of their length, and keeps what it was asked in words of the story', async () => {
    const heard: string[] = [];
    application = await openLiveApplication({
      scenario: {
        application: {
          '/start': ['first', { status: 201, body: 'see http://app.test/next' }],
          '/flow': flow([hangup()], { source: 'http://app.test/flow' }),
          '/gone': { refused: true },
        },
        mediaMs: { 'http://app.test/a.wav': 500 },
        brokenMedia: ['http://app.test/b.wav'],
      },
      host: '127.0.0.1',
      clock: systemClock,
      sinceStart: () => 7.4,
      onRequest: (url) => heard.push(url),
    });
    const { origin } = application;
    application.standIns = createStandIns([{ story: 'http://app.test', real: origin }]);
    const ask = (path: string, body?: string) =>
      fetch(`${origin}${path}`, body === undefined ? {} : { method: 'POST', body });

    expect(await (await ask('/start?x=1')).text()).toBe('first');
    const second = await ask('/start', `{"at":"${origin}/here"}`);
    expect([second.status, await second.text()]).toEqual([201, `see ${origin}/next`]);
    const { flow: compiled } = plainDialect.compile(await (await ask('/flow')).text(), origin);
    expect(compiled).toMatchObject({ source: `${origin}/flow`, body: [{ kind: 'hangup' }] });
    await expect(ask('/gone')).rejects.toThrow();
    expect((await ask('/unscripted')).status).toBe(404);

    const sound = parseWav(new Uint8Array(await (await ask('/a.wav')).arrayBuffer()));
    expect(sound.frames).toBe(4000);
    expect((await ask('/b.wav')).status).toBe(404);

    await application.received(5);
    expect(heard.slice(0, 2)).toEqual(['http://app.test/start?x=1', 'http://app.test/start']);
    expect(application.requests).toHaveLength(5);
    expect(application.requests[1]).toMatchObject({ atMs: 7, method: 'POST', body: '{"at":"http://app.test/here"}' });
  });
});

describe('the plain dialect', () => {
  it('refuses what is no flow, with a problem instead of an exception', () => {
    for (const text of ['{', '[]', '{"dialect":"opentact"}'])
      expect(plainDialect.compile(text, 'x')).toMatchObject({ flow: null, problems: [{ code: 'flow-invalid' }] });
    expect(plainDialect.compile(' ', 'x').flow).toMatchObject({ body: [] });
  });
});
