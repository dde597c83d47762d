// Owns: parts of the server that die under a call, and what 200 calls leave behind. The process lives, the calls concerned
// end or apologise, and the next ones find everything in place again.
import { readdirSync, readFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { flow, hangup, loop, pause, play } from '../../src/flow/build.ts';
import { type Rig, type RigOptions, startRig } from './rig.ts';

let rig: Rig | null = null;
afterEach(async () => {
  await rig?.close();
  rig = null;
});

async function start(options: RigOptions = {}): Promise<Rig> {
  rig = await startRig(options);
  return rig;
}

/** Every thread that the server starts meanwhile. */
async function threadsOf<T>(run: () => Promise<T>): Promise<readonly [T, readonly Worker[]]> {
  const threads: Worker[] = [];
  const seen = (worker: Worker): void => void threads.push(worker);
  process.on('worker', seen);
  try {
    return [await run(), threads];
  } finally {
    process.off('worker', seen);
  }
}

/** The processes that eSpeak speaks in, children of this one. */
function espeakPids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('espeak-child');
      } catch {
        return false;
      }
    });
}

describe('a part that dies', () => {
  it('the speech process, killed while it speaks: the flow goes on, and the next text is spoken', async () => {
    const here = await start({ config: { speech: { engine: 'espeak' } } });
    const caller = await here.caller();
    const call = await caller.call('witness').answered();
    const command = (...body: Parameters<typeof flow>[0]): void =>
      here.server.calls.get(here.idOf(call))?.command({ kind: 'run', flow: flow(body) });
    command(play('The process is up.'), pause(3_600_000));
    await here.line(call, 'prompt.finished', ({ why }) => why === 'end');
    const [pid, ...others] = espeakPids();
    expect(others).toEqual([]);
    command(
      play('These words take a while, because there are so many of them. '.repeat(60)),
      play('Again.'),
      pause(3_600_000),
    );
    process.kill(pid!, 'SIGKILL');
    const { code } = await here.line(call, 'prompt.failed');
    expect(code).toBe('speech-failed');
    const lost = here.tape(call).findIndex(({ event }) => event.type === 'prompt.failed');
    await here.line(call, 'verb.finished', () =>
      here
        .tape(call)
        .slice(lost)
        .some(({ event }) => event.type === 'prompt.finished' && event.why === 'end'),
    );
    expect(espeakPids()).not.toContain(pid);
    await call.bye();
    await here.undisturbed();
  });

  it('the media session of a call: the call ends with a fault, at once', async () => {
    const [here, threads] = await threadsOf(start);
    const thread = threads.find(({ threadName }) => threadName === 'media')!;
    let session = 0;
    thread.on('message', (reports: readonly { readonly type: string; readonly session: number }[]) => {
      for (const report of reports) if (report.type === 'opened') session = report.session;
    });
    const caller = await here.caller();
    const call = await caller.call('witness').answered();
    await caller.loud();
    here.server.calls.get(here.idOf(call))?.command({ kind: 'run', flow: flow([pause(3_600_000)]) });
    await here.line(call, 'prompt.finished');
    // An order that makes no sense is a fault of ours in that session.
    thread.postMessage([{ type: 'play', session, id: 'x', options: null }]);
    await call.requested('BYE');
    expect(await here.line(call, 'leg.ended')).toMatchObject({ by: 'fault' });
    await here.line(call, 'call.ended');
    await here.undisturbed();
  });

  it('the media worker with every call in it: all of them end with a fault, and the next call finds another worker', async () => {
    const [here, threads] = await threadsOf(start);
    const caller = await here.caller();
    const call = await caller.call('witness').answered();
    await caller.loud();
    for (const thread of threads.filter(({ threadName }) => threadName === 'media')) void thread.terminate();
    for (const lost of [call, here.witness.call]) {
      await lost.requested('BYE');
      expect(await here.line(lost, 'leg.ended')).toMatchObject({ by: 'fault' });
      await here.line(lost, 'call.ended');
    }
    expect(await here.health()).toMatchObject({ calls: 0, sessions: 0, legs: 0 });
    const next = await caller.call('witness').answered();
    await caller.loud(5);
    await next.bye();
  });

  it('an order nobody understands does not end the media worker', async () => {
    const [here, threads] = await threadsOf(start);
    for (const thread of threads.filter(({ threadName }) => threadName === 'media'))
      thread.postMessage([null, { type: 'dance' }]);
    await here.undisturbed();
  });
});

describe('a flow that never waits', () => {
  for (const [what, body] of [
    ['a loop around nothing', []],
    ['a loop around a loop around nothing', [loop(1_000_000_000, [])]],
  ] as const)
    it(`${what} does not stop the server`, async () => {
      const here = await start();
      const caller = await here.caller();
      const call = await caller.call('witness').answered();
      here.server.calls
        .get(here.idOf(call))
        ?.command({ kind: 'run', flow: flow([loop(1_000_000_000, body), hangup()]) });
      await here.line(call, 'call.ended');
      await here.undisturbed();
    });
});

describe('200 calls one after the other', () => {
  it('leave no handle, no thread, no port, no timer and no listener', async () => {
    const here = await start();
    const caller = await here.caller();
    const one = async (): Promise<void> => {
      const call = await caller.call('witness').answered();
      await here.line(call, 'prompt.started');
      await call.bye();
      await here.line(call, 'call.ended');
    };
    const held = (): Record<string, number> => {
      const count: Record<string, number> = {};
      for (const name of process.getActiveResourcesInfo())
        if (name !== 'Timeout' && name !== 'Immediate') count[name] = (count[name] ?? 0) + 1;
      return count;
    };
    const listeners = (): number =>
      process.eventNames().reduce((sum, name) => sum + process.listenerCount(name as 'exit'), 0);
    for (let i = 0; i < 20; i += 1) await one();
    await here.undisturbed();
    const before = { held: held(), listeners: listeners() };
    for (let i = 0; i < 200; i += 1) await one();
    await here.undisturbed();
    const after = held();
    // The caller of `undisturbed` is one more each time: two sockets.
    expect({ ...after, UDPWrap: undefined }).toEqual({ ...before.held, UDPWrap: undefined });
    expect(listeners()).toBe(before.listeners);
    expect(here.server.calls.size).toBe(1);
    expect(here.server.calls.list().length).toBe(1);
  });
});
