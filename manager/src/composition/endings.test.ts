import { describe, expect, it } from 'vitest';
import { createEndings } from './endings.ts';

describe('createEndings()', () => {
  function prepare() {
    const ended: string[] = [];
    const late: string[] = [];
    const endings = createEndings({ onLate: (message) => late.push(message) });
    const ends = (name: string) => async () => void ended.push(name);
    return { endings, ended, late, ends };
  }

  it('ends what was added last first, once', async () => {
    const { endings, ended, ends } = prepare();
    endings.add({ of: 'a', end: ends('a') });
    endings.add({ of: 'b', end: ends('b'), patienceMs: 1_000 });
    await endings.run();
    await endings.run();
    expect(ended).toEqual(['b', 'a']);
  });

  it('ends everything, also what comes after a failure, and rejects with the first one', async () => {
    const { endings, ended, ends } = prepare();
    endings.add({ of: 'the database', end: ends('the database') });
    endings.add({ of: 'the pool', end: () => Promise.reject(new Error('twice')) });
    endings.add({
      of: 'the publisher',
      end: () => {
        throw new Error('Redis is away');
      },
    });
    await expect(endings.run()).rejects.toThrow('Cannot end the publisher: Redis is away');
    expect(ended).toEqual(['the database']);
  });

  it('leaves behind what takes longer than its patience, and says so', async () => {
    const { endings, ended, late, ends } = prepare();
    endings.add({ of: 'the database', end: ends('the database') });
    endings.add({ of: 'the pool', end: () => new Promise(() => {}), patienceMs: 20 });
    await endings.run();
    expect(ended).toEqual(['the database']);
    expect(late).toEqual(['Stopped waiting for the end of the pool after 20 ms']);
  });
});
