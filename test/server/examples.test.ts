// What a newcomer copies works: the example application on a real call, and every document that the pages show.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { dialectOf } from '../../src/dialects/index.ts';
import { readConfig } from '../../src/server/config.ts';
import { packageRoot } from '../../src/server/package-root.ts';
import { closeAll, onClose, startPhone, startServer } from './rig.ts';

afterEach(closeAll);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The lines that the application prints; the first says that it listens. */
async function startApplication(port: number): Promise<string[]> {
  const file = join(packageRoot, 'examples', 'application', 'application.mjs');
  const child = spawn(process.execPath, [file], { env: { PORT: String(port) }, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onClose(async () => {
    child.kill();
    await exited;
  });
  const lines: string[] = [];
  await new Promise<void>((resolve) =>
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      resolve();
    }),
  );
  return lines;
}

describe('the example application', () => {
  it('has a configuration that names it', () => {
    const file = join(packageRoot, 'examples', 'application', 'keytone.yaml');
    const { config, problems } = readConfig({ file, environment: {} });
    expect(problems).toEqual([]);
    expect(config?.apps[0]?.first).toMatchObject({ url: 'http://localhost:3000/call', method: 'POST' });
  });

  it('is asked for the menu and told the number of the parcel, zeros and all', async () => {
    const port = await freePort();
    const told = await startApplication(port);
    const at = await startServer({ apps: { '2000': { url: `http://localhost:${port}/call` } } });
    const phone = await startPhone();
    const call = await phone.call(at.uri('2000'));
    await at.until('2000', 'verb.started', ({ verb }) => verb === 'Gather');
    await call.press('1');
    await at.until('2000', 'gather.finished', ({ digits }) => digits === '1');
    await call.press('0042#');
    expect(await call.ended).toMatchObject({ answered: true, by: 'peer' });
    const requests = told.slice(1).map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(requests).toEqual([
      expect.stringMatching(/^POST \/call\?from=\w+&to=2000$/),
      'POST /parcel?step=number&code=0042&attempts=1&success=true',
    ]);
  });
});

/** Pages and folders of a vendor show that vendor's words. */
function dialectIn(name: string): string {
  if (/ozeki|ozml/.test(name)) return 'ozml';
  return /bandwidth-v1/.test(name) ? 'bandwidth-v1' : /bandwidth/.test(name) ? 'bandwidth' : 'opentact';
}

describe('documents that pages and examples show', () => {
  const pages = ['README.md', ...readdirSync(join(packageRoot, 'docs')).map((name) => join('docs', name))];
  const shown = pages
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) =>
      [...readFileSync(join(packageRoot, name), 'utf8').matchAll(/```xml\n([^`]*)```/g)].map(
        ([, text], index) => [`${name} ${index + 1}`, text!] as const,
      ),
    );
  const files = readdirSync(join(packageRoot, 'examples'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => [name, readFileSync(join(packageRoot, 'examples', name), 'utf8')] as const);

  it('are there', () => {
    expect(shown.length).toBeGreaterThan(1);
    expect(files.length).toBeGreaterThan(0);
  });

  it.each([...shown, ...files])('%s has nothing to complain about', (name, text) => {
    const { flow, problems } = dialectOf(dialectIn(name)).compile(text, `file:///shown/${encodeURIComponent(name)}`);
    expect(problems).toEqual([]);
    expect(flow).not.toBeNull();
  });
});
