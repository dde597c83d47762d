// The disk takes nothing while calls are up: it is full, it fails, or it stands still. No call is dropped, keys are
// acknowledged and count, /health says what is wrong, and when there is room again everything is stored and told.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Caller, openCaller } from './caller.ts';
import { eventsOf, openRig, type Rig } from './rig.ts';
import { openSipLine } from './sip-line.ts';
import type { SupervisorOptions } from './supervisor.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Fault {
  readonly name: string;
  /** Null, or why it cannot be made on this machine. */
  readonly missing: string | null;
  readonly wrap?: SupervisorOptions['wrap'];
  /** Goes on when the process is killed. */
  readonly outlives: boolean;
  /** Resolves with what ends it. */
  begin(rig: Rig): () => void;
}

const works = (command: string, ...words: readonly string[]): boolean => spawnSync(command, words).status === 0;
/** A mount of its own needs no rights where users may have namespaces; root needs none of them. */
const isRoot = process.getuid?.() === 0;
const ownMounts = isRoot ? '-m' : '-Urm';
/** Files that keep the namespaces of a process that is killed. */
const namespaces: { mnt: number; user: number } = { mnt: -1, user: -1 };
const heldAt = (fd: number): string => `/proc/${process.pid}/fd/${fd}`;
const mayMount = works('unshare', ownMounts, 'sh', '-c', 'mount -t tmpfs none /mnt');

const faults: readonly Fault[] = [
  {
    // The store keeps a few dozen pages; the rest of these 4 MB is filled.
    name: 'is full',
    missing: mayMount ? null : 'this user may not mount a small file system',
    outlives: true,
    wrap(folder) {
      const { mnt, user } = namespaces;
      const asUser = isRoot ? [] : [`--user=${heldAt(user)}`, '--preserve-credentials'];
      if (mnt >= 0) return ['nsenter', `--mount=${heldAt(mnt)}`, ...asUser, 'sh', '-c', 'cd "$0" && exec "$@"', folder];
      mkdirSync(join(folder, 'data'), { recursive: true });
      return ['unshare', ownMounts, 'sh', '-c', 'mount -t tmpfs -o size=4m none data && exec "$@"', 'sh'];
    },
    begin({ server, folder }) {
      for (const name of ['mnt', 'user'] as const) namespaces[name] = openSync(`/proc/${server.pid}/ns/${name}`, 'r');
      closers.push(() => {
        for (const name of ['mnt', 'user'] as const) {
          closeSync(namespaces[name]);
          namespaces[name] = -1;
        }
      });
      const sizes = [65_536, 4096];
      let files = 0;
      // The folder as that process sees it.
      const data = openSync(join('/proc', String(server.pid), 'root', folder, 'data'), 'r');
      closers.push(() => closeSync(data));
      const place = (index: number): string => join(heldAt(data), `filler-${index}`);
      const fillUp = (): void => {
        for (const bytes of sizes) while (fill(place(files), bytes)) files += 1;
      };
      fillUp();
      // A recording that fails gives room back, which is taken, too.
      const again = setInterval(fillUp, 50);
      return () => {
        clearInterval(again);
        for (; files > 0; files -= 1) rmSync(place(files - 1), { force: true });
      };
    },
  },
  {
    name: 'fails at every write',
    missing: works('prlimit', '--version') ? null : 'there is no prlimit',
    outlives: false,
    begin({ server }) {
      const limit = (size: string): void => {
        const { status, stderr } = spawnSync('prlimit', ['--pid', String(server.pid), `--fsize=${size}`]);
        if (status !== 0) throw new Error(`prlimit: ${stderr}`);
      };
      limit('1:unlimited');
      return () => limit('unlimited:unlimited');
    },
  },
  {
    name: 'is held by another process',
    missing: null,
    outlives: false,
    begin({ folder }) {
      const other = new DatabaseSync(join(folder, 'data', 'keytone.db'), { timeout: 10_000 });
      other.exec('BEGIN IMMEDIATE');
      return () => {
        if (other.isOpen) other.close();
      };
    },
  },
];

function fill(file: string, bytes: number): boolean {
  try {
    writeFileSync(file, Buffer.alloc(bytes, 1));
    return true;
  } catch {
    rmSync(file, { force: true });
    return false;
  }
}

interface Health {
  readonly status: string;
  readonly calls: number;
  readonly events: { readonly waiting: number; readonly dead: number };
  readonly store: { readonly waiting: number; readonly undurable: number; readonly behind: boolean };
}

const question = (base: string): string =>
  `<Response><Gather numDigits="4" timeout="60000" attempts="1" finishOnKey="" callback="${base}/code" method="GET"/><Hangup/></Response>`;

async function openCall(rig: Rig, user: string, number = 'code'): Promise<Caller> {
  const { host, sipPort } = rig.server;
  const line = await openSipLine(host, sipPort);
  closers.push(() => line.close());
  for (;;) {
    const caller = await openCaller({ host, serverPort: sipPort, line, user, number });
    closers.push(() => caller.close());
    if (await caller.call()) return caller;
    // A server with too much to do says so; whoever is refused calls again.
    expect(caller.why).toBe('refused with 503');
    await sleep(500);
  }
}

async function press(caller: Caller, keys: string): Promise<void> {
  for (const key of keys) {
    await caller.press(key);
    await sleep(60);
  }
}

const codes = (rig: Rig) => rig.asked.filter(({ path }) => path === '/code').map(({ query }) => query.get('code'));

describe.each(faults)('the disk $name', { timeout: 60_000 }, ({ missing, wrap, outlives, begin }) => {
  it('and no call is dropped, no key is refused, and all is stored and told behind it', async ({ skip }) => {
    if (missing !== null) skip(missing);
    const rig = await openRig({
      numbers: { code: 'opentact', taped: 'opentact' },
      events: true,
      ...(wrap !== undefined && { wrap }),
    });
    closers.push(() => rig.close());
    const health = () => rig.get<Health>('/health');
    rig.documents.set('/start/code', question(rig.base)).set('/code', question(rig.base));
    rig.documents.set('/start/taped', '<Response><RecordStart tag="m"/><Pause length="60000"/></Response>');
    const [events, info] = [await openCall(rig, 'events'), await openCall(rig, 'info')];
    const taped = await openCall(rig, 'taped', 'taped');
    await rig.when(taped, 'recording.started');
    await press(events, '1');
    await info.info('5');
    await rig.when(events, 'digit');
    expect((await health()).store).toMatchObject({ behind: false, undurable: 0 });

    const end = begin(rig);
    try {
      await press(events, '23');
      await info.info('6');
      await info.info('7');
      await rig.until(async () => (await health()).store.behind);
      // Entries are completed, the application is asked, callers go on; new ones are answered.
      await press(events, '4');
      await info.info('8');
      await rig.until(() => codes(rig).length === 2);
      const late = await openCall(rig, 'late');
      await press(late, '11');
      await late.info('2');
      await press(events, '9');
      const { status, calls, store } = await health();
      expect({ status, calls, behind: store.behind }).toEqual({ status: 'ok', calls: 4, behind: true });
      expect(store.undurable).toBeGreaterThan(0);
      expect(store.waiting).toBeGreaterThan(0);
      end();

      await rig.until(async () => !(await health()).store.behind);
      await rig.when(events, 'digit', 5);
      await rig.when(late, 'digit', 3);
      await rig.server.killAndRestart();
      await press(events, '876');
      await press(late, '3');
      await rig.until(() => codes(rig).length === 4);
      expect(codes(rig).sort()).toEqual(['1123', '1234', '5678', '9876']);
      const byInfo = [...info.presses, ...late.presses].filter(({ way }) => way === 'info');
      expect(byInfo.map(({ status: answer }) => answer)).toEqual([200, 200, 200, 200, 200]);
      const all = [events, info, taped, late];
      expect(all.map(({ state }) => state)).toEqual(['live', 'live', 'live', 'live']);
      for (const caller of all) await caller.hangUp();
      for (const caller of all) {
        const lines = await rig.when(caller, 'call.ended');
        expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
        expect(eventsOf(lines, 'call.ended')).toHaveLength(1);
        expect(eventsOf(lines, 'leg.ended')).toMatchObject([{ leg: 'caller', by: 'peer' }]);
      }
      // Of a recording is kept what could be; that it was cut short is told.
      const tape = await rig.tapeOf(taped);
      expect([...eventsOf(tape, 'recording.finished'), ...eventsOf(tape, 'recording.failed')]).toHaveLength(1);
      await rig.until(async () => (await health()).events.waiting === 0);
      const { calls: views } = await rig.get<{ calls: { id: string; sipCallId: string }[] }>('/v1/calls?limit=50');
      for (const caller of all) {
        const id = views.find(({ sipCallId }) => sipCallId === caller.callId)?.id;
        const told = rig.told.filter(({ call }) => call.id === id);
        const promised = (await rig.tapeOf(caller)).filter(({ event }) => told.some(({ type }) => type === event.type));
        expect(told.map(({ sequence }) => sequence)).toEqual(promised.map(({ seq }) => seq));
        expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(['call.incoming', 'call.ended']));
      }
      expect((await health()).events.dead).toBe(0);
      expect((await health()).store).toMatchObject({ waiting: 0, behind: false });
    } finally {
      end();
    }
  });

  if (!outlives) return;
  it('and its process is killed, and calls that were stored before it go on', async ({ skip }) => {
    if (missing !== null) skip(missing);
    const rig = await openRig({ numbers: { code: 'opentact' }, ...(wrap !== undefined && { wrap }) });
    closers.push(() => rig.close());
    rig.documents.set('/start/code', question(rig.base)).set('/code', '<Response><Hangup/></Response>');
    const [events, info] = [await openCall(rig, 'events'), await openCall(rig, 'info')];
    await press(events, '1');
    await info.info('5');
    await rig.when(events, 'digit');
    const end = begin(rig);
    try {
      await rig.server.killAndRestart();
      await press(events, '234');
      for (const key of '678') await info.info(key);
      await rig.until(() => codes(rig).length === 2);
      expect(codes(rig).sort()).toEqual(['1234', '5678']);
      await rig.until(() => events.state === 'ended' && info.state === 'ended');
      expect([events.endedBy, info.endedBy]).toEqual(['server', 'server']);
      end();
      for (const caller of [events, info]) await rig.when(caller, 'call.ended');
    } finally {
      end();
    }
  });
});

describe('the whole machine stands still', { timeout: 60_000 }, () => {
  it('for three seconds, and calls go on behind it with the keys that were pressed meanwhile', async () => {
    const rig = await openRig({ numbers: { code: 'opentact' }, events: true });
    closers.push(() => rig.close());
    rig.documents.set('/start/code', question(rig.base)).set('/code', '<Response><Hangup/></Response>');
    const [events, info] = [await openCall(rig, 'events'), await openCall(rig, 'info')];
    await press(events, '12');
    await info.info('5');
    const { pid } = rig.server;
    process.kill(pid, 'SIGSTOP');
    try {
      const answers = [info.info('6')];
      await press(events, '3');
      await sleep(3000);
      process.kill(pid, 'SIGCONT');
      await Promise.all(answers);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await press(events, '4');
    for (const key of '78') await info.info(key);
    await rig.until(() => codes(rig).length === 2);
    expect(codes(rig).sort()).toEqual(['1234', '5678']);
    for (const caller of [events, info]) {
      const lines = await rig.when(caller, 'call.ended');
      expect(eventsOf(lines, 'leg.ended')).toMatchObject([{ leg: 'caller', by: 'us' }]);
    }
    await rig.until(async () => (await rig.get<Health>('/health')).events.waiting === 0);
  });
});
