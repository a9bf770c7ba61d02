import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffDelayMs, boundedDelayMs, extendedBackoffDelayMs, retryAfterMs } from './backoff.ts';

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoffDelayMs()', () => {
  it('draws from nothing to 1 s·2ⁿ, at most 30 s, however often it failed', () => {
    const ceilings = [0, 1, 2, 3, 4, 5, 6, 1_000, 1_000_000].map((failures) =>
      backoffDelayMs({ failures, waitedMs: 1e9, retryMs: 1_000, random: () => 1 }),
    );
    expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
    expect(backoffDelayMs({ failures: 9, waitedMs: 1e9, retryMs: 1_000, random: () => 0 })).toBe(0);
  });

  it('spreads clients over the whole of what "retry:" names, also beyond 30 s', () => {
    fc.assert(
      fc.property(fraction, fc.nat(50), (drawn, failures) => {
        const delayMs = backoffDelayMs({ failures, waitedMs: 1e9, retryMs: 60_000, random: () => drawn });
        expect(delayMs).toBeCloseTo(drawn * 60_000, 5);
      }),
    );
  });

  it('does not double what a server names for a crowd, and grows beyond it at last', () => {
    const ceilings = [0, 1, 2, 3, 4, 5].map((failures) =>
      backoffDelayMs({ failures, waitedMs: 1e9, retryMs: 6_000, random: () => 1 }),
    );
    expect(ceilings).toEqual([6_000, 6_000, 6_000, 8_000, 16_000, 30_000]);
  });

  it('brings everybody back within 1 s and five times the time that the server was away, however delays fall', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fraction),
        fc.double({ min: 0, max: 60_000, noNaN: true }),
        (drawn, awayMs) => {
          const random = () => drawn.next().value;
          let waitedMs = 0;
          for (let failures = 0; waitedMs < awayMs && failures < 1_000; failures += 1)
            waitedMs += backoffDelayMs({ failures, waitedMs, retryMs: 1_000, random });
          expect(waitedMs).toBeLessThanOrEqual(1_000 + 5 * awayMs);
        },
      ),
    );
  });

  it('never comes before "Retry-After", and spreads after it', () => {
    const delayMs = (drawn: number) =>
      backoffDelayMs({ failures: 0, waitedMs: 0, retryMs: 1_000, retryAfterMs: 7_000, random: () => drawn });
    expect([delayMs(0), delayMs(0.5)]).toEqual([7_000, 7_500]);
  });
});

describe('extendedBackoffDelayMs()', () => {
  it('is 5 min ± 50 %', () => {
    expect([extendedBackoffDelayMs(() => 0), extendedBackoffDelayMs(() => 1)]).toEqual([150_000, 450_000]);
  });
});

describe('boundedDelayMs()', () => {
  it('lets no server send an SDK to sleep for more than five minutes', () => {
    expect([boundedDelayMs(1e12), boundedDelayMs(10, 250), boundedDelayMs(-5)]).toEqual([300_000, 250, 0]);
  });
});

describe('retryAfterMs()', () => {
  it('reads whole seconds and nothing else', () => {
    expect(['3', '0', '-1', 'soon', 'Wed, 21 Oct 2026 07:28:00 GMT', '', null].map(retryAfterMs)).toEqual([
      3_000,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
