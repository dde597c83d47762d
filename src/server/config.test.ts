import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatError } from '../base/errors.ts';
import { dialectOf } from '../dialects/index.ts';
import { type ConfigSources, readConfig } from './config.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function write(text: string): { file: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-config-'));
  folders.push(folder);
  const file = join(folder, 'keytone.yaml');
  writeFileSync(file, text);
  writeFileSync(join(folder, 'menu.xml'), '<Response/>');
  return { file, folder };
}

function read(text: string, more: Partial<ConfigSources> = {}) {
  return readConfig({ file: write(text).file, environment: {}, ...more });
}

/** Problems as text, with the temporary folder left out. */
function problemsOf(text: string, more: Partial<ConfigSources> = {}): readonly string[] {
  const { file, folder } = write(text);
  const { problems, config } = readConfig({ file, environment: {}, ...more });
  expect(config).toBeNull();
  return problems.map((problem) => formatError(problem).replaceAll(`${folder}/`, ''));
}

describe('without a file', () => {
  it('answers 1000 with a document that has nothing wrong with it', () => {
    const { config, problems } = readConfig({ file: null, environment: {}, workingDir: '/srv/phone' });
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      sip: { host: '0.0.0.0', port: 5060, advertisedHost: null },
      http: { host: '127.0.0.1', port: 8080 },
      dataDir: '/srv/phone/keytone-data',
      numbers: [{ number: '1000', app: 'welcome' }],
    });
    const [app] = config!.apps;
    const file = fileURLToPath(app!.first.url);
    expect(dialectOf(app!.dialect).compile(readFileSync(file, 'utf8'), file)).toMatchObject({ problems: [] });
  });
});

describe('a configuration file', () => {
  it('keeps a dialled number and a password as they were written', () => {
    const { config } = read(
      'apps: [{name: menu, document: menu.xml}]\nnumbers:\n  - number: 0700\n    app: menu\n  - {number: +15550100, app: menu}\nusers:\n  - {login: 0012, password: 1e3}',
    );
    expect(config!.numbers.map(({ number }) => number)).toEqual(['0700', '+15550100']);
    expect(config!.users).toEqual([{ login: '0012', password: '1e3' }]);
  });

  it('finds documents and data from its own folder', () => {
    const { file, folder } = write('dataDir: data\napps:\n  - {name: menu, document: menu.xml}\n');
    const { config } = readConfig({ file, environment: {}, workingDir: '/' });
    expect(config!.dataDir).toBe(join(folder, 'data'));
    expect(fileURLToPath(config!.apps[0]!.first.url)).toBe(join(folder, 'menu.xml'));
  });

  it('takes numbers with decimals from the file and from the environment', () => {
    expect(read('limits: {maxLoad: 0.75}').config!.limits.maxLoad).toBe(0.75);
    expect(read('', { environment: { KEYTONE_LIMITS_MAX_LOAD: '1' } }).config!.limits.maxLoad).toBe(1);
    expect(problemsOf('limits: {maxLoad: full}')).toHaveLength(1);
  });

  it('takes port ranges in both forms', () => {
    expect(read('media: {portRange: 20000-20099}').config!.media.portRange).toEqual([20000, 20099]);
    expect(read('media: {portRange: [20000, 20099]}').config!.media.portRange).toEqual([20000, 20099]);
  });

  it('is valid when empty, and when a section is', () => {
    expect(read('').problems).toEqual([]);
    expect(read('sip:\napps:\n# nothing yet\n').problems).toEqual([]);
  });

  it('takes the key of a service from the variable that the file names', () => {
    const text = 'speech: {engine: openai, openai: {apiKeyEnv: VOICE_KEY}}';
    expect(read(text, { environment: { VOICE_KEY: 'k-123' } }).config!.speech.openai.apiKey).toBe('k-123');
    expect(read(text).config!.speech.openai.apiKey).toBeNull();
  });
});

describe('a mistake', () => {
  it('in a key is told with its place and the key that was meant', () => {
    expect(problemsOf('sip:\n  prt: 5070\n')).toEqual([
      'keytone.yaml:2:3 sip.prt: there is no key "prt" in sip [config-invalid]\n  Did you mean port?',
    ]);
    expect(problemsOf('sipp: {}\n')[0]).toContain(
      'keytone.yaml:1:1 sipp: there is no key "sipp" at the top of the file',
    );
  });

  it('in a value is told with its place', () => {
    expect(problemsOf('http:\n  port: 99999\n')[0]).toContain(
      'keytone.yaml:2:9 http.port: must be at most 65535, not "99999"',
    );
    expect(problemsOf('http:\n  port: high\n')[0]).toContain(
      'keytone.yaml:2:9 http.port: must be a number, not "high"',
    );
    expect(problemsOf('media: {portRange: 300-200}')[0]).toContain('media.portRange: must be two ports');
    expect(problemsOf('media: {portRange: wide}')[0]).toContain('media.portRange: must be written first-last');
    expect(problemsOf('apps:\n  - {name: a, url: "ftp://x/"}')[0]).toContain(
      'keytone.yaml:2:20 apps[0].url: is not an http or https URL',
    );
    expect(problemsOf('apps:\n  - {name: a, dialect: opentakt, document: menu.xml}')[0]).toContain(
      'Did you mean opentact?',
    );
  });

  it('in a list of addresses is told with the item', () => {
    expect(problemsOf('trunks:\n  - {name: t, host: h, allow: [192.0.2.0/24, 192.0.2.0/33]}')[0]).toContain(
      'keytone.yaml:2:46 trunks[0].allow[1]: is not an address or a network',
    );
    expect(problemsOf('outbound: {allow: ["*"]}')[0]).toContain(
      'outbound.allow[0]: is not an address, a network or a host name',
    );
  });

  it('between keys is told where it stands', () => {
    const apps = 'apps:\n  - {name: menu, document: menu.xml}\n';
    expect(problemsOf(`${apps}numbers:\n  - {number: 1, app: menue}\n`)).toEqual([
      'keytone.yaml:4:22 numbers[0].app: no app is named "menue" [config-invalid]\n  Did you mean menu?',
    ]);
    expect(problemsOf(`${apps}numbers:\n  - {number: 1, app: menu}\n  - {number: 1, app: menu}\n`)[0]).toContain(
      'keytone.yaml:5:14 numbers[1].number: "1" stands twice in numbers',
    );
    expect(problemsOf('apps:\n  - {name: menu, document: gone.xml}\n')[0]).toContain(
      'keytone.yaml:2:28 apps[0].document: the file "gone.xml" does not exist',
    );
    expect(problemsOf('apps:\n  - {name: menu}\n')[0]).toContain('apps[0]: needs either `document` (a path) or `url`');
    expect(problemsOf('apps:\n  - {name: menu, document: menu.xml, url: "http://a/"}\n')[0]).toContain(
      'keep one of the two',
    );
  });

  it('in the YAML itself is told with its place', () => {
    expect(problemsOf('sip:\n  port: 1\n  port: 2\n')[0]).toMatch(
      /^keytone\.yaml:3:3: This is not valid YAML: Map keys must be unique/,
    );
    expect(problemsOf('sip: {port: 1\n')[0]).toMatch(/^keytone\.yaml:\d+:\d+: This is not valid YAML/);
  });

  it('of a dialect that is not built is told before a call comes', () => {
    expect(problemsOf('apps:\n  - {name: a, dialect: twiml, url: "http://a.test/"}\n')).toEqual([
      'keytone.yaml:2:24 apps[0].dialect: twiml is not built into this version [dialect-not-supported]\n  Built are: opentact, bandwidth, bandwidth-v1, ozml.',
    ]);
  });

  it('in a secret is told without the secret', () => {
    const text = problemsOf(
      'users:\n  - {login: a, password: [hunter2]}\ntrunks:\n  - {name: t, host: h, password: {a: hunter2}}\n',
    ).join('\n');
    expect(text).toContain('users[0].password');
    expect(text).toContain('trunks[0].password');
    expect(text).not.toContain('hunter2');
  });

  it('of a missing file names the file', () => {
    const { problems } = readConfig({ file: '/nowhere/keytone.yaml', environment: {} });
    expect(problems.map(({ code, message }) => [code, message])).toEqual([
      ['config-not-found', '/nowhere/keytone.yaml does not exist'],
    ]);
  });
});

describe('settings outside of the file', () => {
  it('stand over it: flags over the environment over the file', () => {
    const environment = {
      KEYTONE_SIP_PORT: '5071',
      KEYTONE_HTTP_PORT: '8081',
      KEYTONE_OUTBOUND_ALLOW: '10.0.0.0/8, nas.lan',
    };
    const { config } = read('sip: {port: 5070, realm: home}\nhttp: {port: 8000}', {
      environment,
      settings: ['http.port=0'],
    });
    expect(config).toMatchObject({
      sip: { port: 5071, realm: 'home' },
      http: { port: 0 },
      outbound: { allow: ['10.0.0.0/8', 'nas.lan'] },
    });
  });

  it('hide no mistake in what they are laid over', () => {
    expect(problemsOf('[]', { settings: ['sip.port=5070'] })[0]).toContain('must be a group of keys');
    expect(problemsOf('sip: 5', { settings: ['sip.port=5070'] })[0]).toContain('sip: must be a group of keys');
  });

  it('are named when they are wrong', () => {
    expect(problemsOf('', { environment: { KEYTONE_SIP_PORTT: '1' } })[0]).toContain('Did you mean KEYTONE_SIP_PORT?');
    expect(problemsOf('', { environment: { KEYTONE_SIP_PORT: 'x' } })[0]).toContain(
      'KEYTONE_SIP_PORT sip.port: must be a number, not "x"',
    );
    expect(problemsOf('', { settings: ['limits.maxCals=4'] })[0]).toContain('Did you mean limits.maxCalls?');
    expect(problemsOf('', { settings: ['sip.port'] })[0]).toContain('"sip.port" has no value');
  });
});

describe('config.schema.json', () => {
  const schema = JSON.parse(readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8'));
  const validate = new Ajv2020({ strict: false }).compile(schema);

  it('accepts and refuses what the program does', () => {
    expect(
      validate(
        parse(
          'apps: [{name: menu, document: menu.xml}]\nnumbers: [{number: 1000, app: menu}]\nmedia: {portRange: [10000, 10099]}',
        ),
      ),
    ).toBe(true);
    expect(validate(parse('sip: {prt: 5060}'))).toBe(false);
    expect(validate(parse('http: {port: 99999}'))).toBe(false);
    expect(validate(parse('numbers: [{app: menu}]'))).toBe(false);
  });
});
