// Owns: handing the work to a Node 24 process: same terminal, signals forwarded, exit code kept.
// Dependency-free: it runs on any Node from 20 on, before anything is installed.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** The first Node that runs this project's TypeScript unbuilt and carries node:sqlite. */
export const neededMajor = 24;

export const runningMajor = Number(process.versions.node.split('.')[0]);

/**
 * node:sqlite still announces itself as experimental in 24; the notice says nothing to whoever runs the server. What a call
 * makes is soon garbage: without a bound each thread keeps up to 100 MB of it, and collecting less at a time takes as long
 * (bench/README.md).
 */
export const nodeFlags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8'];

const lookEveryMs = 250;

/** Runs `binary` and resolves with its exit code; 128 + number when a signal ended it, as a shell would say. */
export function runNode(binary, args, options = {}) {
  return new Promise((resolve, reject) => {
    // By the channel the program sees when this process was killed, and does not stay behind (bin/keytone.ts).
    const child = spawn(binary, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], ...options });
    const forward = (signal) => child.kill(signal);
    // A terminal sends Ctrl-C to the whole foreground group: forwarding it too would look like a second Ctrl-C.
    const ignore = () => {};
    const onInterrupt = process.stdin.isTTY ? ignore : forward;
    const handlers = [
      ['SIGINT', onInterrupt],
      ['SIGTERM', forward],
      ['SIGHUP', forward],
    ];
    for (const [signal, handler] of handlers) process.on(signal, handler);
    // npm gives a signal to the shell between it and us, which ends without passing it on.
    const parent = process.ppid;
    const underNpm = process.env.npm_command !== undefined;
    const orphaned = setInterval(() => {
      if (!underNpm || process.ppid === parent) return;
      clearInterval(orphaned);
      forward('SIGTERM');
    }, lookEveryMs);
    const settle = () => {
      clearInterval(orphaned);
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      settle();
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
