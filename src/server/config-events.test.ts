import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { formatError } from '../base/errors.ts';
import { type ReadConfig, readConfig } from './config.ts';
import { defaultEvents, tellableEvents } from './told-events.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function read(events: string, rest = ''): ReadConfig {
  const folder = mkdtempSync(join(tmpdir(), 'keytone-config-'));
  folders.push(folder);
  const file = join(folder, 'keytone.yaml');
  writeFileSync(file, `apps:\n  - name: menu\n    url: http://localhost:3000/call\n    events: ${events}\n${rest}`);
  return readConfig({ file, environment: {} });
}

const problemOf = (events: string): string => {
  const { config, problems } = read(events);
  expect(config).toBeNull();
  return problems.map(formatError).join('\n');
};

describe('the events of an app', () => {
  it('need no more than a URL and a secret', () => {
    const { config } = read(`{url: "http://localhost:3000/events", secret: ${secret}}`);
    expect(config!.apps[0]!.events).toEqual({
      url: 'http://localhost:3000/events',
      fallbackUrl: null,
      keys: [Buffer.alloc(32, 7)],
      types: new Set(defaultEvents),
      concurrency: 8,
    });
  });

  it('may be named, and signed by several secrets', () => {
    const other = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    const { config } = read(
      `{url: "http://a/", fallbackUrl: "http://b/", secret: [${secret}, ${other}], types: [digit, call.ended], concurrency: 2}`,
    );
    expect(config!.apps[0]!.events).toEqual({
      ...{ url: 'http://a/', fallbackUrl: 'http://b/', concurrency: 2 },
      keys: [Buffer.alloc(32, 7), Buffer.alloc(24, 9)],
      types: new Set(['digit', 'call.ended']),
    });
  });

  it('are told wrong without repeating the secret', () => {
    for (const wrong of ['whsec_hunter2', '[whsec_hunter2]']) {
      const told = problemOf(`{url: "http://a/", secret: ${wrong}}`);
      expect(told).toContain('apps[0].events.secret');
      expect(told).toContain('must be whsec_ and 24 to 64 bytes in base64');
      expect(told).not.toContain('hunter2');
    }
    expect(problemOf('{url: "http://a/"}')).toContain('apps[0].events.secret: must be whsec_');
    expect(problemOf(`{url: "http://a/", secret: ${secret}, types: [call.end]}`)).toContain('Did you mean call.ended?');
  });

  it('are, when none is named, those that come a few times a call', () => {
    expect(defaultEvents).toContain('call.ended');
    expect(defaultEvents).toContain('gather.finished');
    for (const chatty of ['digit', 'timer.fired', 'verb.started', 'prompt.started'] as const) {
      expect(tellableEvents).toContain(chatty);
      expect(defaultEvents).not.toContain(chatty);
    }
  });
});

describe('store.sync', () => {
  it('is normal unless it is set', () => {
    const events = `{url: "http://a/", secret: ${secret}}`;
    expect(read(events).config!.store).toEqual({ sync: 'normal' });
    expect(read(events, 'store: {sync: full}\n').config!.store).toEqual({ sync: 'full' });
  });
});
