import { describe, expect, it } from 'vitest';
import type { Dialog } from './dialog.ts';
import type { AgentContext } from './invite-usage.ts';
import type { Peer, Transport } from './message.ts';
import { createResolver } from './resolver.ts';
import { routeDialog } from './uac-in-dialog.ts';

/** Where a request goes, for a peer whose packets come from 203.0.113.1 port 40000. */
function route(transport: Transport, hop: string, routeSet: readonly string[] = []): readonly string[] {
  const dialog = { routeSet, source: { transport, address: '203.0.113.1', port: 40_000 } } as unknown as Dialog;
  let peers: readonly Peer[] = [];
  routeDialog({ resolver: createResolver() } as AgentContext, dialog, hop, (found) => {
    peers = found;
  });
  return peers.map((peer) => `${peer.transport} ${peer.address} ${peer.port}`);
}

describe('a request inside a dialog goes', () => {
  it('to the Contact, and to where the peer was heard when that is dead', () => {
    expect(route('udp', 'sip:a@203.0.113.1:5070')).toEqual(['udp 203.0.113.1 5070', 'udp 203.0.113.1 40000']);
    expect(route('tcp', 'sip:a@203.0.113.1:5070')).toEqual(['tcp 203.0.113.1 5070', 'tcp 203.0.113.1 40000']);
  });

  it('to where the peer was heard when its Contact is another address, as behind a NAT', () => {
    expect(route('udp', 'sip:a@192.0.2.1')).toEqual(['udp 203.0.113.1 40000']);
  });

  it('to such a Contact after all when the TCP connection is gone', () => {
    expect(route('tcp', 'sip:a@192.0.2.1')).toEqual(['tcp 203.0.113.1 40000', 'tcp 192.0.2.1 5060']);
  });

  it('to the first route and nowhere else', () => {
    expect(route('tcp', 'sip:192.0.2.9;lr', ['<sip:192.0.2.9;lr>'])).toEqual(['tcp 192.0.2.9 5060']);
  });
});
