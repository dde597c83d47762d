import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { SavedBinding } from '../sip/endpoint.ts';
import { createRegistrations } from './registrations.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'keytone-registrations-'));
  folders.push(made);
  return made;
}

const warned: string[] = [];
const log: Log = {
  debug() {},
  info() {},
  warn: (_fields, message) => void warned.push(message ?? ''),
  error() {},
  child: () => log,
};
const open = (dataDir: string) => createRegistrations(dataDir, { log, clock: systemClock });

const binding = (login: string, uri: string, cseq = 1): SavedBinding => ({
  ...{ login, uri, displayName: '', params: [], q: 1, expiresAt: 5_000_000_000_000, callId: 'r1', cseq },
  source: { transport: 'udp', address: '192.0.2.7', port: 5060 },
});

describe('registrations', () => {
  it('are there after a restart: the newest of each contact, and none that was given up', async () => {
    const dataDir = folder();
    const before = open(dataDir);
    expect(before.load()).toEqual([]);
    before.save(binding('anna', 'sip:anna@192.0.2.7'));
    before.save(binding('anna', 'sip:anna@192.0.2.7', 2));
    before.save(binding('ben', 'sip:ben@192.0.2.8'));
    before.drop('ben', 'sip:ben@192.0.2.8');
    await before.close();
    expect(open(dataDir).load()).toEqual([binding('anna', 'sip:anna@192.0.2.7', 2)]);
  });

  it('that cannot be read are said to be lost, and nothing else is', () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, 'registrations.json'), '[{"login"');
    warned.length = 0;
    expect(open(dataDir).load()).toEqual([]);
    expect(warned).toEqual(['kept registrations cannot be read; phones must register again']);
  });
});
