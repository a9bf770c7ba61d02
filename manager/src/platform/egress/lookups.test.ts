import { expect, it } from 'vitest';
import { boundedLookups } from './lookups.ts';

it('looks at most two names up at the same time, the others in the order of asking', async () => {
  const begun: string[] = [];
  const found: (() => void)[] = [];
  const resolve = boundedLookups((name) => {
    begun.push(name);
    return new Promise((answer) => found.push(() => answer([name])));
  });
  const { signal } = new AbortController();
  const [first, , third] = ['a', 'b', 'c', 'd'].map((name) => resolve(name, signal));
  await expect.poll(() => begun).toEqual(['a', 'b']);
  found[0]?.();
  expect(await first).toEqual(['a']);
  await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
  found[2]?.();
  expect(await third).toEqual(['c']);
});

it('never begins a lookup that was given up meanwhile, and goes on after one that has failed', async () => {
  const begun: string[] = [];
  const failed: (() => void)[] = [];
  const resolve = boundedLookups((name) => {
    begun.push(name);
    return new Promise((_, reject) => failed.push(() => reject(new Error('ENOTFOUND'))));
  });
  const { signal } = new AbortController();
  const slow = [resolve('a', signal), resolve('b', signal)];
  const late = new AbortController();
  const givenUp = resolve('c', late.signal);
  void resolve('d', signal);
  late.abort();
  await expect(givenUp).rejects.toThrow('Aborted');
  await expect(resolve('e', late.signal)).rejects.toThrow('Aborted');
  failed[0]?.();
  await expect(slow[0]).rejects.toThrow('ENOTFOUND');
  await expect.poll(() => begun).toEqual(['a', 'b', 'd']);
});
