import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runProgram } from './program.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function keytone(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const workingDir = mkdtempSync(join(tmpdir(), 'keytone-command-'));
  folders.push(workingDir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(workingDir, name), text);
  const said: string[] = [];
  const complained: string[] = [];
  const exitCode = await runProgram(args, {
    environment: {},
    workingDir,
    out: (text) => said.push(text),
    err: (text) => complained.push(text),
  });
  return { exitCode, out: said.join('\n'), err: complained.join('\n') };
}

const menu = `<Response>
  <Gather attempts="1" timeout="5000" numDigits="1">
    <Say>Press 1.</Say>
    <Switch><Case dtmf="1"><Say>One.</Say></Case><Error><Say>Nothing.</Say></Error></Switch>
  </Gather>
  <Hangup/>
</Response>`;

describe('keytone', () => {
  it('helps on standard output, and says what was meant by a slip', async () => {
    const help = await keytone(['--help']);
    expect(help).toMatchObject({ exitCode: 0, err: '' });
    for (const word of ['serve', 'check', 'simulate', 'call', 'explain', 'Exit codes'])
      expect(help.out).toContain(word);
    expect(await keytone(['simulat'])).toMatchObject({ exitCode: 2, err: expect.stringContaining('simulate') });
    expect(await keytone(['simulate', 'a.xml', '--format', 'pdf'])).toMatchObject({ exitCode: 2 });
    expect((await keytone(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('starts no server on a wrong configuration', async () => {
    const run = await keytone(['serve', '--config', 'k.yaml'], { 'k.yaml': 'sip: {prt: 1}' });
    expect(run).toMatchObject({ exitCode: 2, err: expect.stringContaining('Did you mean port?') });
    expect(await keytone(['serve', '--sip-port', 'x'])).toMatchObject({ exitCode: 2 });
    expect(await keytone(['serve', '-c', 'gone.yaml'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('config-not-found'),
    });
  });
});

describe('keytone serve', () => {
  it('says what is wrong with its documents before a caller hears it', async () => {
    const files = {
      'keytone.yaml': 'apps: [{name: a, document: menu.xml}]\ndataDir: menu.xml/no-folder',
      'menu.xml': '<Response>\n  <Saay>a</Saay>\n</Response>',
    };
    const run = await keytone(['serve', '-c', 'keytone.yaml'], files);
    expect(run).toMatchObject({ exitCode: 70, err: expect.stringContaining('store-unusable') });
    expect(run.err).toMatch(/^menu\.xml:2:3: warning: .*\[verb-unknown\]/);
  });
});

describe('keytone check', () => {
  it('knows from a configuration whether there is somebody who transcribes', async () => {
    const files = (more: string) => ({
      'keytone.yaml': `apps: [{name: a, dialect: bandwidth, document: record.xml}]\n${more}`,
      'record.xml': '<Bxml><Record transcribe="true"/></Bxml>',
    });
    const without = await keytone(['check', 'keytone.yaml'], files(''));
    expect(without.out).toContain('record.xml:1:15: warning: transcribe of <Record> has no effect');
    const engine = await keytone(['check', 'keytone.yaml'], files('transcription: {engine: openai}'));
    expect(engine).toMatchObject({ exitCode: 0, out: '2 files checked: 0 errors, 0 warnings' });
  });

  it('passes a good document', async () => {
    expect(await keytone(['check', 'menu.xml'], { 'menu.xml': menu })).toEqual({
      exitCode: 0,
      out: '1 file checked: 0 errors, 0 warnings',
      err: '',
    });
  });

  it('names line and column of what is wrong, and fails', async () => {
    const run = await keytone(['check', 'menu.xml'], { 'menu.xml': '<Response>\n  <Say>a</Sya>\n</Response>' });
    expect(run.exitCode).toBe(1);
    expect(run.out).toMatch(/^menu\.xml:2:\d+: error: .*\[xml-syntax\]/);
  });

  it('lets warnings pass unless it is strict', async () => {
    const files = { 'menu.xml': '<Response><Saay>a</Saay><Hangup/></Response>' };
    expect(await keytone(['check', 'menu.xml'], files)).toMatchObject({ exitCode: 0 });
    expect(await keytone(['check', '--strict', 'menu.xml'], files)).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('warning'),
    });
  });

  it('goes from a configuration to the documents that it names', async () => {
    const files = { 'k.yaml': 'apps: [{name: a, document: menu.xml}]', 'menu.xml': '<Response><Say>' };
    const run = await keytone(['check', '--format', 'json', 'k.yaml'], files);
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.out)).toEqual([expect.objectContaining({ source: 'menu.xml', severity: 'error', line: 1 })]);
  });

  it('says which file cannot be read and which dialect is not there', async () => {
    expect(await keytone(['check', 'gone.xml'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('gone.xml'),
    });
    const files = { 'a.xml': menu };
    expect(await keytone(['check', '-d', 'klingon', 'a.xml'], files)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('opentact'),
    });
  });
});

describe('keytone simulate', () => {
  it('plays the call that the keys make', async () => {
    const pressed = await keytone(['simulate', 'menu.xml', '--keys', '1'], { 'menu.xml': menu });
    expect(pressed).toMatchObject({ exitCode: 0, err: '' });
    expect(pressed.out).toContain('“One.”');
    const silent = await keytone(['simulate', 'menu.xml'], { 'menu.xml': menu });
    expect(silent.out).toContain('“Nothing.”');
    expect(silent.out).not.toContain('“One.”');
  });

  it('takes the answers of the application from files', async () => {
    const files = {
      'menu.xml': '<Response><Answer/><Callback url="http://app.test/next"/></Response>',
      'next.xml': '<Response><Say>The next document.</Say><Hangup/></Response>',
    };
    const run = await keytone(['simulate', 'menu.xml', '--reply', '/next=next.xml'], files);
    expect(run).toMatchObject({ exitCode: 0, out: expect.stringContaining('“The next document.”') });
  });

  it('fails when the caller never came to a step, when the script is wrong, and when the document is', async () => {
    const files = { 'menu.xml': menu, 'bad.xml': '<Response>' };
    const lost = await keytone(['simulate', 'menu.xml', '--keys', 'after prompt "Goodbye" press 1'], files);
    expect(lost).toMatchObject({ exitCode: 1, err: expect.stringContaining('Goodbye') });
    expect(await keytone(['simulate', 'menu.xml', '--keys', 'dance'], files)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('dance'),
    });
    expect(await keytone(['simulate', 'bad.xml'], files)).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('bad.xml:1:'),
    });
  });
});
