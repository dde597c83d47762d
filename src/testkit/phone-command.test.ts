// `keytone call` against a phone that answers, over the sockets of the loopback.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { beep } from '../media/tone.ts';
import type { Phone } from './phone.ts';
import { type RunCallOptions, runCall } from './phone-command.ts';
import type { IncomingPhoneCall } from './phone-incoming.ts';
import { closePhones, hearTones, nextCall, startPhone } from './phone-rig.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
const folder = mkdtempSync(join(tmpdir(), 'keytone-call-'));
afterEach(closePhones);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Running {
  readonly out: string[];
  readonly err: string[];
  readonly exitCode: Promise<number>;
  /** Resolves when a line of the output fits. */
  said(pattern: RegExp): Promise<void>;
}

function start(uri: string, options: Partial<RunCallOptions> = {}): Running {
  const out: string[] = [];
  const err: string[] = [];
  const waiting: { readonly pattern: RegExp; readonly resolve: () => void }[] = [];
  const exitCode = runCall({
    uri,
    keys: '',
    record: null,
    from: 'sip:keytone@localhost',
    durationMs: 20_000,
    digits: 'rfc4733',
    out(text) {
      out.push(text);
      for (const { pattern, resolve } of waiting) if (pattern.test(text)) resolve();
    },
    err: (text) => void err.push(text),
    ...options,
  });
  const said = (pattern: RegExp): Promise<void> =>
    out.some((text) => pattern.test(text))
      ? Promise.resolve()
      : new Promise((resolve) => waiting.push({ pattern, resolve }));
  return { out, err, exitCode, said };
}

/** Answers the next call. */
async function answered(phone: Phone): Promise<IncomingPhoneCall> {
  const call = await nextCall(phone);
  await call.answer();
  return call;
}

describe('keytone call', () => {
  for (const digits of ['rfc4733', 'info'] as const) {
    it(`presses keys by ${digits} after the prompt, records, and tells the call`, async () => {
      const called = await startPhone();
      const file = join(folder, `${digits}.wav`);
      const incoming = answered(called);
      const run = start(called.uri, { keys: 'after prompt 1 press 1w2#', record: file, digits });
      const call = await incoming;
      await call.play(beep(440, 300));
      await call.until('digit', ({ digit }) => digit === '#');
      call.hangUp({ q850Cause: 16 });
      expect(await run.exitCode).toBe(0);
      expect(run.err).toEqual([]);
      expect(call.events.flatMap((event) => (event.type === 'digit' ? [event.digit + event.via] : []))).toEqual(
        [...'12#'].map((digit) => digit + digits),
      );
      const text = run.out.map((line) => line.replace(/^\d\d:\d\d\.\d{3} {2}/, '')).join('\n');
      expect(text).toMatch(/^calls sip:phone@127\.0\.0\.1:\d+ at 127\.0\.0\.1:\d+ over UDP\nanswered after \d+ ms\n/);
      expect(text).toMatch(/\nhears sound 1\nsound 1 ends after \d+ ms\n/);
      expect(text).toContain(digits === 'info' ? '\npresses 1w2# by INFO\n' : '\npresses 1w2#\n');
      expect(text).toMatch(/\nended by the other side after \d+ ms \(Q\.850 16 normal clearing\)/);
      expect(text).toContain(`\nrecorded `);
      expect(existsSync(file)).toBe(true);
    });
  }

  it('presses keys as tones', async () => {
    const called = await startPhone();
    const incoming = answered(called);
    const run = start(called.uri, { keys: '4711; hang up', digits: 'inband' });
    const tones = hearTones(await incoming);
    expect(await tones.until(4)).toBe('4711');
    expect(await run.exitCode).toBe(0);
    expect(run.out.join('\n')).toContain('presses 4711 as tones');
    expect(run.out.at(-1)).toMatch(/hung up after \d+ ms$/);
  });

  it('says why it was refused, and fails', async () => {
    const called = await startPhone();
    called.onIncoming((call) => call.refuse(486));
    const run = start(called.uri, { keys: '1' });
    expect(await run.exitCode).toBe(1);
    expect(run.out.at(-1)).toMatch(/not answered: 486 Busy Here: busy$/);
    called.onIncoming((call) => call.refuse(404));
    const second = start(called.uri);
    expect(await second.exitCode).toBe(1);
    expect(second.out.at(-1)).toContain('404 Not Found: nobody has this address there');
  });

  it('hangs up when its time is up, which is no failure after an answer', async () => {
    const called = await startPhone();
    const incoming = answered(called);
    const run = start(called.uri, { durationMs: 300 });
    const call = await incoming;
    expect(await call.ended).toMatchObject({ by: 'peer', answered: true });
    expect(await run.exitCode).toBe(0);
  });

  it('gives up a call that only rings when its time is up', async () => {
    const called = await startPhone();
    const incoming = nextCall(called);
    const run = start(called.uri, { durationMs: 300 });
    const call = await incoming;
    call.ring();
    expect(await call.ended).toMatchObject({ by: 'peer', status: 487 });
    expect(await run.exitCode).toBe(1);
    expect(run.out.at(-1)).toMatch(/hung up before the answer$/);
  });

  it('hangs up when the user has enough', async () => {
    const called = await startPhone();
    const incoming = answered(called);
    const enough = new AbortController();
    const run = start(called.uri, { signal: enough.signal });
    const call = await incoming;
    await run.said(/answered/);
    enough.abort();
    expect(await call.ended).toMatchObject({ by: 'peer', answered: true });
    expect(await run.exitCode).toBe(0);
  });

  it('fails when the call ends before its keys were pressed', async () => {
    const called = await startPhone();
    const incoming = answered(called);
    const run = start(called.uri, { keys: 'after prompt 3 press 1; hang up' });
    (await incoming).hangUp();
    expect(await run.exitCode).toBe(1);
    expect(run.err).toEqual(['The call ended before the step “after prompt 3” was done.']);
  });

  it('has lost nothing when the other side hangs up first', async () => {
    const called = await startPhone();
    const incoming = answered(called);
    const run = start(called.uri, { keys: '1; wait 20 s; hang up' });
    const call = await incoming;
    await call.until('digit');
    call.hangUp();
    expect(await run.exitCode).toBe(0);
    expect(run.err).toEqual([]);
  });

  it('says that a recording could not be written', async () => {
    const called = await startPhone();
    const incoming = answered(called);
    const run = start(called.uri, { record: join(folder, 'no', 'heard.wav') });
    (await incoming).hangUp();
    expect(await run.exitCode).toBe(70);
    expect(run.err.join()).toContain('phone-recording-failed');
  });

  it('calls over TCP, without sip: before the address, and over IPv6', async () => {
    const called = await startPhone({ transport: 'tcp', host: hasIpv6 ? '::1' : '127.0.0.1' });
    const incoming = answered(called);
    const run = start(called.uri.slice('sip:'.length), { keys: 'hang up' });
    const call = await incoming;
    expect(call.requestUri).toBe(called.uri);
    expect(await run.exitCode).toBe(0);
    expect(run.out[0]).toMatch(/over TCP$/);
  });

  for (const [what, change, code] of [
    ['an address that is none', { uri: 'http://example.org' }, 'address-invalid'],
    ['a caller that is none', { from: 'sip:' }, 'address-invalid'],
    ['TLS', { uri: 'sips:1000@127.0.0.1' }, 'address-invalid'],
    ['what is no step', { keys: 'sing' }, 'script-invalid'],
    ['a prompt by its words', { keys: 'after prompt "code" press 1' }, 'script-not-live'],
    ['a request', { keys: 'after request 1 press 1' }, 'script-not-live'],
  ] as const) {
    it(`dials nothing for ${what}`, async () => {
      const run = start('sip:1000@127.0.0.1:9', change);
      expect(await run.exitCode).toBe(2);
      expect(run.err.join()).toContain(`[${code}]`);
      expect(run.out).toEqual([]);
    });
  }
});
