import { describe, expect, it } from 'vitest';
import { defaultBearerLimits } from '../config.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { StreamGate } from './stream-gate.ts';

const gate = (limits = {}) => new StreamGate(new ManualClock(), { ...defaultBearerLimits, ...limits });

describe('StreamGate (S-21)', () => {
  it('says why there is no place: in the process, for the key, for the address, or just now', () => {
    const full = (limits: object) => {
      const opened = gate(limits);
      opened.admit({ keyId: 'k', address: '203.0.113.9' });
      return opened.admit({ keyId: 'k', address: '203.0.113.9' });
    };
    expect(full({ streamsMax: 1 })).toBe('streams');
    expect(full({ streamsPerKeyMax: 1 })).toBe('key');
    expect(full({ streamsPerAddressMax: 1 })).toBe('address');
    expect(full({ acceptsPerSecondMax: 1 })).toBe('rate');
  });

  it('refuses one address and nobody else, and counts no one whose address tells nothing', () => {
    const opened = gate({ streamsPerAddressMax: 1 });
    expect(opened.admit({ keyId: 'k', address: 'a' })).toBeTypeOf('function');
    expect(opened.admit({ keyId: 'k', address: 'a' })).toBe('address');
    expect(opened.admit({ keyId: 'k', address: 'b' })).toBeTypeOf('function');
    for (let many = 0; many < 50; many += 1)
      expect(opened.admit({ keyId: 'k', address: undefined })).toBeTypeOf('function');
  });

  it('gives a place back once, however often it is asked to', () => {
    const opened = gate({ streamsPerAddressMax: 1 });
    const leave = opened.admit({ keyId: 'k', address: 'a' });
    if (typeof leave !== 'function') throw new Error('There was no place');
    leave();
    leave();
    expect(opened.open).toBe(0);
    expect(opened.admit({ keyId: 'k', address: 'a' })).toBeTypeOf('function');
    expect(opened.admit({ keyId: 'k', address: 'a' })).toBe('address');
  });
});
