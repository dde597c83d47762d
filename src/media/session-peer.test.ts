import { describe, expect, it } from 'vitest';
import { SessionPeer } from './session-peer.ts';

describe('the peer of a session', () => {
  it('is where its description says until it is heard elsewhere', () => {
    const peer = new SessionPeer();
    expect(peer.describe('192.0.2.1', 4000)).toBe(true);
    expect([peer.address, peer.port, peer.isElsewhere, peer.source]).toEqual(['192.0.2.1', 4000, false, null]);
    for (let i = 0; i < 5; i++) peer.judge('203.0.113.5', 31_000, 7, i, true);
    expect([peer.address, peer.port, peer.isElsewhere]).toEqual(['203.0.113.5', 31_000, true]);
    expect(peer.source).toEqual({ address: '203.0.113.5', port: 31_000, ssrc: 7 });
  });

  it('stays known over a description that says the same, and not over another', () => {
    const peer = new SessionPeer();
    peer.describe('192.0.2.1', 4000);
    peer.recall({ address: '203.0.113.5', port: 31_000, ssrc: 7 });
    expect(peer.describe('192.0.2.1', 4000)).toBe(false);
    expect(peer.judge('203.0.113.5', 31_000, 8, 1, true)).toBe('accepted');
    expect(peer.describe('192.0.2.1', 4002)).toBe(true);
    expect([peer.address, peer.port, peer.source]).toEqual(['192.0.2.1', 4002, null]);
    expect(peer.judge('203.0.113.5', 31_000, 8, 2, true)).toBe('refused');
  });
});
