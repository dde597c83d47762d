import { describe, expect, it } from 'vitest';
import { paramValue } from './header-params.ts';
import { formatVia, markReceived, parseVia, responseTarget } from './via.ts';

const from = (address: string, port: number) => ({ transport: 'udp' as const, address, port });

describe('parseVia', () => {
  it('reads white space wherever the grammar lets it stand', () => {
    expect(parseVia('SIP  / 2.0  / tcp     spindle.example.com : 5062  ;  branch  =   z9hG4bK9ikj8')).toEqual({
      protocol: 'SIP/2.0',
      transport: 'TCP',
      host: 'spindle.example.com',
      port: 5062,
      params: [{ name: 'branch', value: 'z9hG4bK9ikj8' }],
    });
  });

  it('reads IPv6 hosts, and received with or without brackets', () => {
    const via = parseVia('SIP/2.0/UDP [2001:db8::9:1]:5070;received=[2001:db8::9:255];branch=z9hG4bKas3')!;
    expect(via).toMatchObject({ host: '2001:db8::9:1', port: 5070 });
    expect(responseTarget(via, 'udp').address).toBe('2001:db8::9:255');
    expect(formatVia(via)).toBe('SIP/2.0/UDP [2001:db8::9:1]:5070;received=[2001:db8::9:255];branch=z9hG4bKas3');
  });

  it.each([
    '',
    'SIP/2.0',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ;branch=1',
    'SIP/2.0/UDP h;;',
    'SIP/2.0/UDP h:x',
    'SIP/2.0/UDP h : ',
    'SIP/2.0/UDPh',
  ])('refuses %j', (text) => {
    expect(parseVia(text)).toBeNull();
  });
});

describe('responses', () => {
  it('go to where the datagram came from when rport asks', () => {
    const via = markReceived(parseVia('SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1')!, from('192.0.2.7', 40123));
    expect(formatVia(via)).toBe('SIP/2.0/UDP 10.0.0.1:5060;rport=40123;branch=z9hG4bK1;received=192.0.2.7');
    expect(responseTarget(via, 'udp')).toEqual(from('192.0.2.7', 40123));
  });

  it('go to the source address and the port of sent-by without rport', () => {
    const via = markReceived(parseVia('SIP/2.0/UDP host.invalid;branch=z9hG4bK1')!, from('192.0.2.7', 40123));
    expect(responseTarget(via, 'udp')).toEqual(from('192.0.2.7', 5060));
  });

  it('cannot be aimed elsewhere by a forged received, rport or maddr', () => {
    const forged = parseVia('SIP/2.0/UDP 192.0.2.7;received=198.51.100.1;maddr=198.51.100.2;branch=z9hG4bK1')!;
    const via = markReceived(forged, from('192.0.2.7', 5060));
    expect(paramValue(via.params, 'received')).toBeUndefined();
    expect(responseTarget(via, 'udp').address).toBe('192.0.2.7');
    const port = markReceived(parseVia('SIP/2.0/UDP 192.0.2.7;rport=9;branch=z9hG4bK1')!, from('192.0.2.7', 5061));
    expect(responseTarget(port, 'udp').port).toBe(5061);
  });
});
