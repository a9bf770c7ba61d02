import { describe, expect, it } from 'vitest';
import { lineMsMax, SharedCommits } from './shared-commits.ts';

interface Write {
  readonly name: string;
  readonly work: () => Promise<string>;
}

/** A line whose commits end when they are told to, and what has gone in so far. */
function openLine() {
  const entered: string[][] = [];
  const endings: ((failure?: Error) => void)[] = [];
  let idle = 0;
  const clock = { ms: 0 };
  const commit = (writes: readonly Write[]) => {
    entered.push(writes.map(({ name }) => name));
    return new Promise<void>((resolve, reject) => {
      endings.push((failure) => (failure === undefined ? resolve() : reject(failure)));
    });
  };
  const line = new SharedCommits<Write>({
    async alone(write) {
      await commit([write]);
      return write.work();
    },
    async together(writes) {
      await commit(writes);
      return Promise.allSettled(writes.map(({ work }) => work()));
    },
    isEverybodys: (error) => error instanceof Error && error.message === 'nobody is there',
    tooLate: () => new Error('too late'),
    now: () => clock.ms,
    onIdle: () => {
      idle += 1;
    },
  });
  const join = (name: string, work = async () => name) => line.join({ name, work });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (failure?: Error) => {
    endings.shift()?.(failure);
    await settled();
  };
  return { entered, join, end, clock, idle: () => idle };
}

describe('SharedCommits', () => {
  it('lets in at once and alone whoever finds the line empty', async () => {
    const { entered, join, end, idle } = openLine();
    const result = join('a');
    expect(entered).toEqual([['a']]);
    await end();
    expect([await result, idle()]).toEqual(['a', 1]);
  });

  it('lets in together those who came while a commit was under way, in their order', async () => {
    const { entered, join, end, idle } = openLine();
    const results = Promise.all(['a', 'b', 'c', 'd'].map((name) => join(name)));
    await end();
    expect(entered).toEqual([['a'], ['b', 'c', 'd']]);
    await end();
    expect([await results, idle()]).toEqual([['a', 'b', 'c', 'd'], 1]);
  });

  it('lets in no more than 32 together', async () => {
    const { entered, join, end } = openLine();
    const results = Promise.all(Array.from({ length: 40 }, (_, place) => join(`w${place}`)));
    for (let round = 0; round < 3; round += 1) await end();
    expect(entered.map(({ length }) => length)).toEqual([1, 32, 7]);
    expect(await results).toHaveLength(40);
  });

  it('refuses one without the others', async () => {
    const { join, end } = openLine();
    const results = Promise.allSettled([
      join('a'),
      join('b', () => Promise.reject(new Error('not you'))),
      join('c'),
    ]);
    await end();
    await end();
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('tries nobody again when a failure is everybody’s: it may have been done, and the next would wait as long', async () => {
    const { entered, join, end, idle } = openLine();
    const results = Promise.allSettled([join('a'), join('b'), join('c')]);
    await end();
    await end(new Error('nobody is there'));
    expect(entered).toEqual([['a'], ['b', 'c']]);
    expect([(await results).map(({ status }) => status), idle()]).toEqual([
      ['fulfilled', 'rejected', 'rejected'],
      1,
    ]);
  });

  it('sends away whoever has waited for too long, and does it no more', async () => {
    const { entered, join, end, clock } = openLine();
    const early = Promise.allSettled([join('a'), join('b')]);
    clock.ms = lineMsMax + 1;
    const late = join('c');
    await end();
    await end();
    expect(entered).toEqual([['a'], ['c']]);
    expect([(await early).map(({ status }) => status), await late]).toEqual([['fulfilled', 'rejected'], 'c']);
  });

  it('lets in each alone when those who share a commit cannot be committed', async () => {
    const { entered, join, end } = openLine();
    const results = Promise.allSettled([join('a'), join('b'), join('c')]);
    await end();
    await end(new Error('the ruleset would be too large'));
    await end(new Error('not you'));
    await end();
    expect(entered).toEqual([['a'], ['b', 'c'], ['b'], ['c']]);
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
