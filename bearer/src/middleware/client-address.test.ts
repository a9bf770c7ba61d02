import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddress, countedAddress, noTrustedProxies, type TrustedProxies } from './client-address.ts';

const trusted: TrustedProxies = (address) => address.startsWith('10.');
const from = (peer: string, forwardedFor?: string, trustedProxies = trusted) =>
  clientAddress({ peer, forwardedFor, trustedProxies });

describe('clientAddress() (S-21)', () => {
  it('is the peer, whatever it claims, unless the peer is a trusted proxy', () => {
    expect(from('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
    expect(from('10.0.0.1', '198.51.100.1', noTrustedProxies)).toBe('10.0.0.1');
    expect(from('::ffff:203.0.113.9')).toBe('203.0.113.9');
  });

  it('is the last that no trusted proxy has, and never what stands to the left of it', () => {
    fc.assert(
      fc.property(fc.string(), (claim) => {
        expect(from('10.0.0.1', `${claim}, 198.51.100.1, 10.0.0.2`)).toBe('198.51.100.1');
      }),
    );
    expect(from('10.0.0.1', '198.51.100.1, unknown')).toBe('10.0.0.1');
    expect(from('10.0.0.1')).toBe('10.0.0.1');
  });
});

describe('countedAddress()', () => {
  const counted = (address: string, isForwarded = false) => countedAddress({ address, isForwarded });

  it('is an IPv4 address as it is, and the /64 of an IPv6 one', () => {
    expect(counted('203.0.113.9')).toBe('203.0.113.9');
    for (const address of ['2001:db8::1', '2001:DB8:0:0:1:2:3:4', '2001:db8::ffff:1%eth0'])
      expect(counted(address)).toBe('2001:db8:0:0');
  });

  it('is none for programs of this machine', () => {
    for (const address of ['', '127.0.0.1', '127.9.9.9', '::1']) expect(counted(address)).toBeUndefined();
  });

  it('is none for a proxy in a private network that nobody trusts: everybody would be one', () => {
    for (const address of ['10.1.1.1', '172.20.0.5', '192.168.1.1', 'fd00::5']) {
      expect(counted(address, true)).toBeUndefined();
      expect(counted(address, false)).toBeDefined();
    }
    // From the internet the header buys nothing.
    expect(counted('203.0.113.9', true)).toBe('203.0.113.9');
  });
});
