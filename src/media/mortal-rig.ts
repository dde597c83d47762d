// Owns: for tests only: a media plane with one session in a process of its own, to be killed without a goodbye.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createMediaPlane } from './create-plane.ts';
import type { MediaEvent, MediaSession, SavedSession } from './plane.ts';
import { Inbox, open, type Phone } from './session-rig.ts';

type Word =
  | { readonly word: 'clip'; readonly key: string; readonly samples: Int16Array }
  | { readonly word: 'session'; readonly method: keyof MediaSession; readonly args: readonly unknown[] };

const asProcess = '--media-plane-of-a-test';

export interface MortalSession {
  readonly events: Inbox<MediaEvent>;
  readonly saves: Inbox<SavedSession>;
  readonly port: number;
  addClip(key: string, samples: Int16Array): void;
  tell<M extends 'configure' | 'play' | 'record' | 'hold' | 'key'>(
    method: M,
    ...args: Parameters<MediaSession[M]>
  ): void;
  /** Resolves when nothing of it is left, and `phone` has read all that it sent. */
  kill(phone: Phone): Promise<SavedSession>;
}

export async function createMortalSession(port: number): Promise<MortalSession> {
  const child = fork(fileURLToPath(import.meta.url), [asProcess, String(port)], { serialization: 'advanced' });
  open.push({ close: () => end(child) });
  const events = new Inbox<MediaEvent>();
  const saves = new Inbox<SavedSession>();
  child.on('message', (event: MediaEvent) => {
    if (event.type === 'saved') saves.push(event.saved);
    else events.push(event);
  });
  await saves.first(() => true);
  return {
    events,
    saves,
    port,
    addClip: (key, samples) => void child.send({ word: 'clip', key, samples } satisfies Word),
    tell: (method, ...args) => void child.send({ word: 'session', method, args } satisfies Word),
    async kill(phone) {
      await end(child);
      // What it sent lies before this in the phone's socket.
      const last = phone.heard.next((packet) => packet.payloadType === 127);
      phone.send({ port: phone.port }, 127, Uint8Array.of(1));
      await last;
      phone.heard.items.pop();
      return saves.items.at(-1)!;
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function serve(port: number): Promise<void> {
  const plane = await createMediaPlane({ host: '127.0.0.1', portRange: [port, port + 1], workers: 1 });
  const session = await plane.open({ onEvent: (event) => process.send!(event) });
  process.on('message', (word: Word) => {
    if (word.word === 'clip') plane.addClip(word.key, word.samples);
    else Reflect.apply(session[word.method] as () => unknown, session, word.args);
  });
}

if (process.argv[2] === asProcess) await serve(Number(process.argv[3]));
