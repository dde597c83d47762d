import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

interface Ended {
  readonly exitCode: number | null;
  readonly out: string;
}

/** Runs a script with this Node; `onOut` sees what it has said so far. */
function run(
  args: readonly string[],
  onOut?: (out: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      onOut?.(out, (signal) => child.kill(signal));
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, out }));
  });
}

describe('the installed command', () => {
  it('hands its arguments over and keeps the exit code', async () => {
    expect(await run([path('bin/keytone.mjs'), 'check', path('examples/welcome.xml')])).toEqual({
      exitCode: 0,
      out: '1 file checked: 0 errors, 0 warnings\n',
    });
    expect((await run([path('bin/keytone.mjs'), 'check', 'no-such-file.xml'])).exitCode).toBe(2);
  });
});

describe('handing over to another Node', () => {
  const program = (inner: string): string =>
    `import { runNode } from ${JSON.stringify(path('bin/run-node.mjs'))};
     process.exitCode = await runNode(process.execPath, ['-e', ${JSON.stringify(inner)}]);`;

  it('forwards a signal, and ends as the program does', async () => {
    const inner = "process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 1000); console.log('up');";
    let sent = false;
    const ended = await run(['--input-type=module', '-e', program(inner)], (out, kill) => {
      if (!sent && out.includes('up')) {
        sent = true;
        kill('SIGTERM');
      }
    });
    expect(ended.exitCode).toBe(7);
  });

  it('ends with the shell that npm put before it, as if that had passed the signal on', async () => {
    const inner =
      "process.on('SIGTERM', () => { console.log('told'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up');";
    const shell = spawn(
      '/bin/sh',
      ['-c', '"$0" --input-type=module -e "$1" & echo started; wait', process.execPath, program(inner)],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, npm_command: 'run-script' } },
    );
    let out = '';
    shell.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.includes('up')) shell.kill('SIGKILL');
    });
    await new Promise((resolve) => shell.stdout.once('close', resolve));
    expect(out).toContain('told');
  });

  it('leaves no program behind when it is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keytone-start-'));
    const args = ['serve', '--sip-port', '0', '--http-port', '0', '--data-dir', folder];
    const launcher = spawn(process.execPath, [path('bin/keytone.mjs'), ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    launcher.stdout.once('data', () => launcher.kill('SIGKILL'));
    // The pipe is closed when the last of the two processes is gone.
    await new Promise((resolve) => launcher.stdout.once('close', resolve));
    rmSync(folder, { recursive: true, force: true });
    expect(launcher.signalCode).toBe('SIGKILL');
  });

  it('tells a death by signal as a shell does', async () => {
    expect((await run(['--input-type=module', '-e', program("process.kill(process.pid, 'SIGKILL')")])).exitCode).toBe(
      137,
    );
  });
});
