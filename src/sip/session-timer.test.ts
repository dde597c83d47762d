import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import {
  answerSessionTimer,
  createSessionCountdown,
  parseSessionExpires,
  readSessionTimer,
  requestSessionTimer,
} from './session-timer.ts';

const message = (...headers: [string, string][]) => ({ headers: headers.map(([name, value]) => ({ name, value })) });

describe('answering a session timer', () => {
  it('refuses an interval below 90 s of a peer that knows timers', () => {
    const verdict = answerSessionTimer(message(['Supported', 'timer'], ['Session-Expires', '89']));
    expect(verdict).toEqual({ kind: 'too-small', headers: [{ name: 'Min-SE', value: '90' }] });
  });

  it('raises a small interval that a proxy asked for on behalf of a peer that does not know timers', () => {
    const verdict = answerSessionTimer(message(['Session-Expires', '30']));
    expect(verdict).toMatchObject({ kind: 'agreed', interval: { expiresS: 90, refresher: 'us' } });
  });

  it('lets the peer refresh when it can, and says so', () => {
    const verdict = answerSessionTimer(message(['Supported', '100rel, timer'], ['Session-Expires', '600']));
    expect(verdict).toMatchObject({
      interval: { expiresS: 600, refresher: 'peer' },
      headers: [
        { name: 'Session-Expires', value: '600;refresher=uac' },
        { name: 'Require', value: 'timer' },
      ],
    });
  });

  it('refreshes itself when it is asked to or the peer cannot', () => {
    for (const headers of [
      message(['Supported', 'timer'], ['Session-Expires', '600 ; refresher=UAS']),
      message(['Session-Expires', '600']),
    ])
      expect(answerSessionTimer(headers)).toMatchObject({ interval: { expiresS: 600, refresher: 'us' } });
  });

  it('never goes below Min-SE and above its own 1800 s otherwise', () => {
    const of = (...headers: [string, string][]) => answerSessionTimer(message(['Supported', 'timer'], ...headers));
    expect(of(['Session-Expires', '9000'])).toMatchObject({ interval: { expiresS: 1800 } });
    expect(of(['Session-Expires', '9000'], ['Min-SE', '3600'])).toMatchObject({ interval: { expiresS: 3600 } });
    expect(of()).toMatchObject({ interval: { expiresS: 1800 } });
  });
});

describe('reading a session timer', () => {
  it('takes roles from our side of the request', () => {
    expect(readSessionTimer(message(['Session-Expires', '600;refresher=uas']))?.refresher).toBe('peer');
    expect(readSessionTimer(message(['Session-Expires', '600;refresher=uac']))?.refresher).toBe('us');
    expect(readSessionTimer(message())).toBeNull();
  });
  it('ignores what it cannot read', () => {
    for (const value of ['', 'x', '99999999999', '600,'])
      expect(parseSessionExpires(message(['Session-Expires', value]))).toBeNull();
  });
  it('is written with Min-SE only when that says something', () => {
    expect(requestSessionTimer(1800, 90)).toEqual([{ name: 'Session-Expires', value: '1800' }]);
    expect(requestSessionTimer(3600, 3600, 'us')).toEqual([
      { name: 'Session-Expires', value: '3600;refresher=uac' },
      { name: 'Min-SE', value: '3600' },
    ]);
  });
});

describe('the countdown', () => {
  function countdown() {
    const clock = createVirtualClock();
    const fired: string[] = [];
    const timer = createSessionCountdown(clock, {
      refresh: () => void fired.push(`refresh ${clock.now()}`),
      expire: () => void fired.push(`expire ${clock.now()}`),
    });
    return { clock, fired, timer };
  }

  it('asks for a refresh at half time and ends shortly before expiry', () => {
    const { clock, fired, timer } = countdown();
    timer.restart({ expiresS: 1800, refresher: 'us' });
    clock.advance(10_000_000);
    expect(fired).toEqual(['refresh 900000', 'expire 1768000']);
  });

  it('only ends when the peer refreshes, a third early for short intervals', () => {
    const { clock, fired, timer } = countdown();
    timer.restart({ expiresS: 90, refresher: 'peer' });
    clock.advance(50_000);
    timer.restart({ expiresS: 90, refresher: 'peer' });
    clock.advance(10_000_000);
    expect(fired).toEqual(['expire 110000']);
  });

  it('is stopped by a refresh that settled no timer', () => {
    const { clock, fired, timer } = countdown();
    timer.restart({ expiresS: 90, refresher: 'us' });
    timer.restart(null);
    expect(clock.pending).toBe(0);
    expect(fired).toEqual([]);
  });
});
