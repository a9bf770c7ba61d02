import { Problem } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { BoundedWork } from './bounded-work.ts';

/** Work that ends when the test says so. */
function job() {
  let end = (_result: string) => {};
  let fail = (_error: Error) => {};
  let isStarted = false;
  const done = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const run = () => {
    isStarted = true;
    return done;
  };
  return {
    run,
    end: (result: string) => end(result),
    fail: (error: Error) => fail(error),
    started: () => isStarted,
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('BoundedWork', () => {
  it('runs so much at once, lets so much wait in order, and refuses the rest', async () => {
    const work = new BoundedWork({ atOnceMax: 2, waitingMax: 1, what: 'count beans' });
    const jobs = [job(), job(), job(), job()] as const;
    const results = jobs.map(({ run }) => work.run(run).catch((error: unknown) => error));
    await turn();
    expect(jobs.map(({ started }) => started())).toEqual([true, true, false, false]);
    const refusal = await results[3];
    expect(refusal).toBeInstanceOf(Problem);
    expect(refusal).toMatchObject({ code: 'rate_limited', extras: { retryAfterSeconds: 1 } });
    jobs[1].end('second');
    await turn();
    expect(jobs[2].started()).toBe(true);
    jobs[0].end('first');
    jobs[2].end('third');
    expect(await Promise.all(results.slice(0, 3))).toEqual(['first', 'second', 'third']);
  });

  it('gives the place back when the work fails', async () => {
    const work = new BoundedWork({ atOnceMax: 1, waitingMax: 1, what: 'count beans' });
    const [one, other] = [job(), job()];
    const first = work.run(one.run);
    const second = work.run(other.run);
    one.fail(new Error('No beans'));
    await expect(first).rejects.toThrow('No beans');
    other.end('counted');
    expect(await second).toBe('counted');
    expect(await work.run(async () => 'again')).toBe('again');
  });
});
