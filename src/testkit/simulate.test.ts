import { describe, expect, it } from 'vitest';
import { ask, destination, flow, gather, hangup, notify, play, prompt } from '../flow/build.ts';
import type { Flow } from '../flow/node.ts';
import { plainDialect } from './plain-dialect.ts';
import { promptsHeard } from './scenario-run.ts';
import { simulate } from './simulate.ts';
import { formatTimeline } from './timeline.ts';

describe('a simulated call', () => {
  const menu = flow([
    play('Welcome.'),
    gather({ prompts: [prompt('Press one or two.')], branches: [{ digits: '2', body: [play('Two it is.')] }] }),
    hangup({ reason: 'done' }),
  ]);

  it('plays, gathers the key that the script presses, takes the branch and hangs up', () => {
    const call = simulate({
      dialect: plainDialect,
      application: { '/start': menu },
      caller: [{ until: 'prompt-started', prompt: 'Press one' }, { waitMs: 300 }, { press: '2' }],
    });
    expect(call.faults).toEqual([]);
    expect(call.stuck).toBeNull();
    expect(formatTimeline(call).split('\n')).toEqual([
      '00:00.000  call from 15551230001 to 15551239999',
      '00:00.000  → POST http://app.test/start',
      '00:00.030  ← 200, 3 verbs',
      '00:00.050  answered',
      '00:00.050  hears “Welcome.”',
      '00:00.621  hears “Press one or two.”',
      '00:00.921  presses 2',
      '00:00.921  gather got “2”: max-digits',
      '00:00.921    stopped by a key after 300 ms',
      '00:00.921  hears “Two it is.”',
      '00:01.635  caller ended by us: done',
      '00:01.635  call over: done',
    ]);
  });

  it('says the same on every run', () => {
    const once = () =>
      simulate({
        dialect: plainDialect,
        application: { '/start': menu },
        caller: [{ until: 'answered' }, { press: '12' }],
      });
    expect(once().tape).toEqual(once().tape);
  });

  it('shows no key of a sensitive gather', () => {
    const pin = gather({ prompts: [prompt('Your PIN.')], maxDigits: 4, sensitive: true });
    const call = simulate({
      dialect: plainDialect,
      application: { '/start': flow([pin, gather({ prompts: [prompt('And your age.')], maxDigits: 2 })]) },
      caller: [
        { until: 'prompt-started', prompt: 1 },
        { press: '7777' },
        { until: 'prompt-started', prompt: 2 },
        { press: '42' },
      ],
    });
    const text = formatTimeline({ ...call, detailed: true });
    expect(text).not.toContain('7777');
    expect(text).not.toMatch(/presses 7|key 7/);
    expect(text).toContain('presses •');
    expect(text).toContain('presses 4');
  });

  it('asks the fallback when an address fails, as a server does, and goes on when both fail', () => {
    const to = destination('http://app.test/gone', { fallbackUrl: 'http://app.test/instead' });
    const asking = flow([ask('Redirect', to), play('Going on.')]);
    const heard = (instead: string | Flow) => {
      const call = simulate({
        dialect: plainDialect,
        application: { '/start': asking, '/gone': { status: 500 }, '/instead': instead },
        caller: [],
      });
      return { heard: promptsHeard(call), urls: call.requests.map(({ url }) => new URL(url).pathname) };
    };
    const urls = ['/start', '/gone', '/instead'];
    expect(heard(flow([play('Instead.')]))).toEqual({ heard: ['Instead.'], urls });
    expect(heard('no flow')).toEqual({ heard: ['Going on.'], urls });
  });

  it('tells nobody where there is no address', () => {
    const call = simulate({
      dialect: plainDialect,
      application: { '/start': flow([notify(destination('', { method: 'POST' })), play('Going on.')]) },
      caller: [],
    });
    expect([call.faults, call.requests.length, promptsHeard(call)]).toEqual([[], 1, ['Going on.']]);
  });

  it('tells when a document leaves the caller waiting for nothing', () => {
    const forever = gather({ firstDigitMs: null, prompts: [] });
    const call = simulate({ dialect: plainDialect, application: { '/start': flow([forever]) }, caller: [] });
    expect(call.stuck).toBe('nothing-pending');
    expect(call.tape.at(-1)?.event.type).toBe('call.ended');
  });
});
