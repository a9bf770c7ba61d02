import { describe, expect, it } from 'vitest';
import { ManualClock } from './testing/manual-clock.ts';
import { TokenBucket } from './token-bucket.ts';

describe('TokenBucket', () => {
  it('lets a burst through, then one at a time', async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(clock, { burst: 2, everyMs: 1_000 });
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
    expect(bucket.waitMs()).toBe(1_000);
    await clock.advance(400);
    expect(bucket.waitMs()).toBe(600);
    await clock.advance(600);
    expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  });

  it('never saves up more than a burst', async () => {
    const clock = new ManualClock();
    const bucket = new TokenBucket(clock, { burst: 2, everyMs: 1_000 });
    await clock.advance(3_600_000);
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
  });
});
