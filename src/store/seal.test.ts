import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSeal } from './seal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keytone-seal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a seal', () => {
  it('opens after a restart what it sealed, at its place only', () => {
    const file = join(folder, 'recovery.key');
    const sealed = createSeal(file).seal('4242', 'call/1');
    expect(createSeal(file).open(sealed, 'call/1')).toBe('4242');
    expect(createSeal(file).open(sealed, 'call/2')).toBeNull();
  });

  it('that is fresh opens nothing that was sealed before', () => {
    const file = join(folder, 'recovery.key');
    const sealed = createSeal(file).seal('4242', 'call/1');
    expect(createSeal(file, { fresh: true }).open(sealed, 'call/1')).toBeNull();
  });

  it('keeps its key where a new one cannot be written', () => {
    const file = join(folder, 'recovery.key');
    const sealed = createSeal(file).seal('4242', 'call/1');
    // In the way of the file that a new key is written to.
    mkdirSync(`${file}.${process.pid}`);
    expect(createSeal(file, { fresh: true }).open(sealed, 'call/1')).toBe('4242');
    expect(() => createSeal(join(folder, 'none', 'recovery.key'))).toThrow('ENOENT');
  });
});
