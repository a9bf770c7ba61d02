import { Problem } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { SignInDelay } from './sign-in-delay.ts';

let nowMs: number;
let delay: SignInDelay;
beforeEach(() => {
  nowMs = 1_900_000_000_000;
  delay = new SignInDelay(() => new Date(nowMs));
});

const ada = 'ada@example.com';

/** The seconds that an attempt would have to wait; 0 when it is let through, and then it counts as failed. */
function attempt(email: string, address: string): number {
  try {
    delay.admit({ email, address });
    return 0;
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'rate_limited')) throw error;
    return error.extras.retryAfterSeconds ?? Number.NaN;
  }
}

/** Fails so often, each time as soon as it is allowed; answers the waits in seconds. */
function failTimes(times: number, next: (index: number) => { email: string; address: string }): number[] {
  return Array.from({ length: times }, (_, index) => {
    const { email, address } = next(index);
    const wait = attempt(email, address);
    if (wait > 0) {
      nowMs += wait * 1_000;
      expect(attempt(email, address)).toBe(0);
    }
    return wait;
  });
}

describe('SignInDelay', () => {
  it('S-33 doubles the wait of an account from one second to half a minute, whatever the address', () => {
    const waits = failTimes(12, (index) => ({ email: ada, address: `192.0.2.${index}` }));
    expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]);
  });

  it('S-33 doubles the wait of an address from one second to five minutes, whatever the account', () => {
    const waits = failTimes(31, (index) => ({ email: `user-${index}@example.com`, address: '192.0.2.1' }));
    expect(waits.slice(0, 20)).toEqual(new Array(20).fill(0));
    expect(waits.slice(20)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('forgives an account that signs in, and an address only that one attempt', () => {
    failTimes(4, () => ({ email: ada, address: '192.0.2.1' }));
    delay.admit({ email: ada, address: '192.0.2.1' }).succeeded();
    expect(failTimes(5, () => ({ email: ada, address: '192.0.2.2' }))).toEqual([0, 0, 0, 0, 0]);
    expect(failTimes(16, (index) => ({ email: `${index}@example.com`, address: '192.0.2.1' }))).toEqual(
      new Array(16).fill(0),
    );
    expect(attempt('last@example.com', '192.0.2.1')).toBe(1);
  });

  it('S-33 cannot be used to keep people out of their account where they have signed in before', () => {
    delay.admit({ email: ada, address: '192.0.2.1' }).succeeded();
    failTimes(40, (index) => ({ email: ada, address: `203.0.113.${index}` }));
    expect(attempt(ada, '203.0.113.99')).toBe(30);
    delay.admit({ email: ada, address: '192.0.2.1' }).succeeded();
    failTimes(40, (index) => ({ email: `${index}@example.com`, address: '192.0.2.1' }));
    expect(attempt('next@example.com', '192.0.2.1')).toBe(300);
    expect(failTimes(7, () => ({ email: ada, address: '192.0.2.1' }))).toEqual([0, 0, 0, 0, 0, 1, 2]);
  });

  it('counts no attempt that was never judged, and settles each once', () => {
    for (let times = 0; times < 50; times += 1) {
      const open = delay.admit({ email: ada, address: '192.0.2.1' });
      open.withdrawn();
      open.withdrawn();
      open.succeeded();
    }
    expect(delay.size).toBe(0);
  });

  it('forgives what lies an hour back', () => {
    failTimes(10, () => ({ email: ada, address: '192.0.2.1' }));
    expect(attempt(ada, '192.0.2.1')).toBeGreaterThan(0);
    nowMs += 61 * 60_000;
    expect(failTimes(5, () => ({ email: ada, address: '192.0.2.1' }))).toEqual([0, 0, 0, 0, 0]);
  });

  it('takes a whole IPv6 network for one address', () => {
    failTimes(20, (index) => ({
      email: `${index}@example.com`,
      address: `2001:db8::${index.toString(16)}:1`,
    }));
    expect(attempt('next@example.com', '2001:0db8:0:0:ffff::9')).toBe(1);
    expect(attempt('next@example.com', '2001:db8:0:1::1')).toBe(0);
  });

  it('remembers no more than ten thousand sources, and makes nobody wait for more than five minutes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(30_000), fc.nat(3), fc.nat(100_000)), { maxLength: 400 }),
        (attempts) => {
          for (const [email, address, ms] of attempts) {
            nowMs += ms;
            expect(attempt(`${email}@example.com`, `192.0.2.${address}`)).toBeLessThanOrEqual(300);
          }
        },
      ),
    );
    for (let index = 0; index < 12_000; index += 1) attempt(`u${index}@example.com`, `10.${index}`);
    expect(delay.size).toBeLessThanOrEqual(10_000);
  });
});
