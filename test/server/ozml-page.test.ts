// What the page for users of Ozeki shows works: its configuration, and the example that it points to.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { compile } from '../../src/dialects/ozml/compile.ts';
import { readConfig } from '../../src/server/config.ts';
import { packageRoot } from '../../src/server/package-root.ts';
import { closeAll, onClose } from './rig.ts';

afterEach(closeAll);

const page = readFileSync(join(packageRoot, 'docs', 'ozeki.md'), 'utf8');
const yaml = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const environment = { SMTP_URL: 'smtp://mail.example.org', SMPP_PASSWORD: 'secret' };

describe('the page for users of Ozeki', () => {
  it('has configurations that can be read', () => {
    expect(yaml).toHaveLength(2);
    const folder = mkdtempSync(join(tmpdir(), 'keytone-page-'));
    onClose(async () => rmSync(folder, { recursive: true, force: true }));
    for (const text of yaml) {
      const file = join(folder, 'keytone.yaml');
      writeFileSync(file, text);
      expect(readConfig({ file, environment }).problems).toEqual([]);
    }
    expect(readConfig({ file: join(folder, 'keytone.yaml'), environment }).config).toMatchObject({
      mail: { smtpUrl: 'smtp://mail.example.org' },
      messages: { smpp: { password: 'secret' } },
    });
  });

  it('does not hide that a mail server or a password is missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keytone-page-'));
    onClose(async () => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'keytone.yaml');
    const problemsOf = (text: string) => {
      writeFileSync(file, text);
      return readConfig({ file, environment: {} }).problems.map(({ message }) => message);
    };
    expect(problemsOf(yaml[1]!)).toEqual([
      'the environment has no variable SMTP_URL',
      'the environment has no variable SMPP_PASSWORD',
    ]);
    expect(problemsOf('mail: {from: a@example.org}')).toEqual([expect.stringContaining('needs one of')]);
  });

  it('points to an example without a mistake', () => {
    const at = (name: string): string => join(packageRoot, 'examples', 'ozeki', name);
    const { config, problems } = readConfig({ file: at('keytone.yaml'), environment: {} });
    expect(problems).toEqual([]);
    expect(config?.ozml.ports).toEqual([9509, 7780]);
    expect(compile(readFileSync(at('menu.xml'), 'utf8'), 'file:///menu.xml').problems).toEqual([]);
  });
});
