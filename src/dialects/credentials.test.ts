import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSeal } from '../store/seal.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytone-credentials-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = { username: 'mé', password: 'hunter2' };
/** A process of its own: what was in memory before is gone. */
const start = async () => {
  vi.resetModules();
  return import('./credentials.ts');
};
let first: Awaited<ReturnType<typeof start>>;
beforeEach(async () => {
  first = await start();
});

describe('credentials', () => {
  it('have one name, which says nothing about them', () => {
    const name = first.keepCredentials(own);
    expect(first.keepCredentials({ ...own })).toBe(name);
    expect(first.keepCredentials({ ...own, password: 'other' })).not.toBe(name);
    expect(first.credentialsNamed(name)).toEqual(own);
    expect(first.authorizationOf(name)).toBe(`Basic ${Buffer.from('mé:hunter2').toString('base64')}`);
    expect(name).not.toMatch(/hunter|aHVudGVy/);
  });

  it('without a seal are gone with the process', async () => {
    const name = first.keepCredentials(own);
    expect((await start()).credentialsNamed(name)).toBeNull();
  });

  it('with a seal outlive it, for whoever has the key', async () => {
    first.sealCredentials(createSeal(join(folder, 'key')));
    const name = first.keepCredentials(own);
    expect(first.keepCredentials(own)).toBe(name);
    expect(name).not.toMatch(/hunter|aHVudGVy/);
    const second = await start();
    expect(second.credentialsNamed(name)).toBeNull();
    second.sealCredentials(createSeal(join(folder, 'key')));
    expect(second.credentialsNamed(name)).toEqual(own);
    second.sealCredentials(createSeal(join(folder, 'another')));
    expect(second.credentialsNamed(name)).toBeNull();
    expect(second.credentialsNamed('unknown')).toBeNull();
  });
});
