import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSeal } from './seal.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keytone-seal-'));
  file = join(folder, 'a.key');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fault = (make: () => unknown): unknown => {
  try {
    make();
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a seal', () => {
  it('is opened by its key, at its place, and by nobody else', () => {
    const sealed = createSeal(file).seal('pässword', 'a/1');
    expect(sealed).not.toContain('pässword');
    expect(createSeal(file).open(sealed, 'a/1')).toBe('pässword');
    expect(createSeal(file).open(sealed, 'a/2')).toBeNull();
    expect(createSeal(join(folder, 'b.key')).open(sealed, 'a/1')).toBeNull();
    for (const broken of ['', 'x', sealed.slice(4), `${sealed.slice(0, -4)}AAAA`])
      expect(createSeal(file).open(broken, 'a/1')).toBeNull();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('that lasts is made when there is none, and never replaced by another one', () => {
    const made = createSeal(file, { lasting: true });
    const sealed = made.seal('text', 'place');
    const key = readFileSync(file);
    truncateSync(file, 10);
    expect(fault(() => createSeal(file, { lasting: true }))).toBe('store-unusable');
    expect(fault(() => createSeal(folder, { lasting: true }))).toBe('store-unusable');
    writeFileSync(file, key);
    expect(createSeal(file, { lasting: true }).open(sealed, 'place')).toBe('text');
  });

  it('is made anew when it is to be fresh, or its key is damaged and nothing needs it', () => {
    const sealed = createSeal(file).seal('text', 'place');
    expect(createSeal(file, { fresh: true }).open(sealed, 'place')).toBeNull();
    truncateSync(file, 10);
    expect(createSeal(file).open(sealed, 'place')).toBeNull();
    expect(readFileSync(file)).toHaveLength(32);
  });
});
