import { Problem } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SignInDelay } from './sign-in-delay.ts';

let nowMs: number;
let delay: SignInDelay;
/** What the database would say: account and network. */
let signedInBefore: string[];
beforeEach(() => {
  // Turns in a lane are taken in real time, which here passes when a test says so.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  nowMs = 1_900_000_000_000;
  signedInBefore = [];
  delay = new SignInDelay(
    () => new Date(nowMs),
    async (email, network) => signedInBefore.includes(`${email} ${network}`),
  );
});
afterEach(() => {
  vi.useRealTimers();
});

const ada = 'ada@example.com';

/** The seconds that an attempt would have to wait; 0 when it is let through, and then it counts as failed. */
async function attempt(email: string, address: string): Promise<number> {
  try {
    await delay.admit({ email, address });
    return 0;
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'rate_limited')) throw error;
    return error.extras.retryAfterSeconds ?? Number.NaN;
  }
}

/** Fails so often, each time as soon as it is allowed; answers the waits in seconds. */
async function failTimes(
  times: number,
  next: (index: number) => { email: string; address: string },
): Promise<number[]> {
  const waits: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const { email, address } = next(index);
    const wait = await attempt(email, address);
    if (wait > 0) {
      nowMs += wait * 1_000;
      expect(await attempt(email, address)).toBe(0);
    }
    waits.push(wait);
  }
  return waits;
}

/** An address in a network, and a neighbourhood, of its own. */
const elsewhere = (index: number) => `2001:db8:${(index + 1).toString(16)}::1`;

describe('SignInDelay', () => {
  it('S-33 doubles the wait of a network at one account from one second to half a minute', async () => {
    const waits = await failTimes(12, () => ({ email: ada, address: '192.0.2.1' }));
    expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]);
  });

  it('S-33 doubles the wait of an address from one second to five minutes, whatever the account', async () => {
    const waits = await failTimes(31, (index) => ({
      email: `user-${index}@example.com`,
      address: '192.0.2.1',
    }));
    expect(waits.slice(0, 20)).toEqual(new Array(20).fill(0));
    expect(waits.slice(20)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('forgives a network that signs in, and an address only that one attempt', async () => {
    await failTimes(4, () => ({ email: ada, address: '192.0.2.1' }));
    (await delay.admit({ email: ada, address: '192.0.2.1' })).succeeded();
    expect(await failTimes(5, () => ({ email: ada, address: '192.0.2.1' }))).toEqual([0, 0, 0, 0, 0]);
    expect(await failTimes(16, (index) => ({ email: `${index}@example.com`, address: '192.0.2.1' }))).toEqual(
      new Array(16).fill(0),
    );
    expect(await attempt('last@example.com', '192.0.2.1')).toBe(1);
  });

  it('S-33 refuses nobody at an account for what networks elsewhere do, but lets them wait for each other', async () => {
    expect(await failTimes(20, (index) => ({ email: ada, address: elsewhere(index) }))).toEqual(
      new Array(20).fill(0),
    );
    const passed: string[] = [];
    const come = (name: string, index: number) =>
      delay.admit({ email: ada, address: elsewhere(index) }).then((open) => {
        passed.push(name);
        return open;
      });
    const [guessOne, guessTwo, owner] = [come('one', 100), come('two', 101), come('owner', 102)];
    await guessOne;
    expect(passed).toEqual(['one']);
    await vi.advanceTimersByTimeAsync(2_000);
    await guessTwo;
    expect(passed).toEqual(['one', 'two']);
    await vi.advanceTimersByTimeAsync(2_000);
    (await owner).succeeded();
    expect(passed).toEqual(['one', 'two', 'owner']);
  });

  it('S-33 lets fewer than fifty thousand guesses a day through at one account, whatever the networks', async () => {
    await failTimes(20, (index) => ({ email: ada, address: elsewhere(index) }));
    let judged = 0;
    for (let second = 0; second < 120; second += 1) {
      for (const index of [0, 1, 2]) {
        const guess = delay.admit({ email: ada, address: elsewhere(1_000 + second * 3 + index) });
        guess.then(
          () => {
            judged += 1;
          },
          () => {},
        );
      }
      nowMs += 1_000;
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(judged).toBeGreaterThan(50);
    expect((judged / 120) * 86_400).toBeLessThan(50_000);
  });

  it('S-33 keeps out of a crowd those who have failed most, and not who has just come', async () => {
    await failTimes(20, (index) => ({ email: ada, address: elsewhere(index) }));
    // One neighbourhood with a network for every guess.
    let refused = 0;
    for (let index = 0; index < 40; index += 1) {
      delay.admit({ email: ada, address: `2001:db8:ffff:${index.toString(16)}::1` }).catch(() => {
        refused += 1;
      });
    }
    let isOwnerIn = false;
    const owner = delay.admit({ email: ada, address: elsewhere(500) }).then((open) => {
      isOwnerIn = true;
      return open;
    });
    await vi.advanceTimersByTimeAsync(32_000);
    expect(refused).toBeGreaterThan(20);
    expect(isOwnerIn).toBe(true);
    (await owner).succeeded();
  });

  it('S-33 does not even let people wait where they have signed in before', async () => {
    (await delay.admit({ email: ada, address: '192.0.2.1' })).succeeded();
    await failTimes(20, (index) => ({ email: ada, address: elsewhere(index) }));
    const stuck = [50, 51, 52].map((index) => delay.admit({ email: ada, address: elsewhere(index) }));
    await stuck[0];
    (await delay.admit({ email: ada, address: '192.0.2.1' })).succeeded();
    await failTimes(40, (index) => ({ email: `${index}@example.com`, address: '192.0.2.1' }));
    expect(await attempt('next@example.com', '192.0.2.1')).toBe(300);
    expect(await failTimes(7, () => ({ email: ada, address: '192.0.2.1' }))).toEqual([0, 0, 0, 0, 0, 1, 2]);
  });

  it('S-33 asks where people have signed in before when it has forgotten, or never knew', async () => {
    signedInBefore = [`${ada} 2001:db8:77:1`];
    await failTimes(20, (index) => ({ email: ada, address: elsewhere(index) }));
    const stuck = delay.admit({ email: ada, address: elsewhere(50) });
    await stuck;
    let isIn = false;
    const stranger = delay.admit({ email: ada, address: '2001:db8:77:2::5' }).then(() => {
      isIn = true;
    });
    (await delay.admit({ email: ada, address: '2001:db8:77:1::5' })).succeeded();
    expect(isIn).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    await stranger;
  });

  it('counts no attempt that was never judged, and settles each once', async () => {
    for (let times = 0; times < 50; times += 1) {
      const open = await delay.admit({ email: ada, address: '192.0.2.1' });
      open.withdrawn();
      open.withdrawn();
      open.succeeded();
    }
    expect(delay.size).toBe(0);
  });

  it('forgives what lies an hour back', async () => {
    await failTimes(10, () => ({ email: ada, address: '192.0.2.1' }));
    expect(await attempt(ada, '192.0.2.1')).toBeGreaterThan(0);
    nowMs += 61 * 60_000;
    expect(await failTimes(5, () => ({ email: ada, address: '192.0.2.1' }))).toEqual([0, 0, 0, 0, 0]);
  });

  it('takes a whole IPv6 network for one address', async () => {
    await failTimes(20, (index) => ({
      email: `${index}@example.com`,
      address: `2001:db8::${index.toString(16)}:1`,
    }));
    expect(await attempt('next@example.com', '2001:0db8:0:0:ffff::9')).toBe(1);
    expect(await attempt('next@example.com', '2001:db8:0:1::1')).toBe(0);
  });

  it('remembers no more than ten thousand sources, and makes nobody wait for more than five minutes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(30_000), fc.nat(3), fc.nat(100_000)), { maxLength: 400 }),
        async (attempts) => {
          for (const [email, address, ms] of attempts) {
            nowMs += ms;
            expect(await attempt(`${email}@example.com`, `192.0.2.${address}`)).toBeLessThanOrEqual(300);
          }
        },
      ),
    );
    for (let index = 0; index < 12_000; index += 1) await attempt(`u${index}@example.com`, `10.${index}`);
    expect(delay.size).toBeLessThanOrEqual(10_000);
  });
});
