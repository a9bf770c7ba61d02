import { afterEach, beforeEach, expect, it } from 'vitest';
import { FaunaProcess } from './support/fauna-process.ts';

let fauna: FaunaProcess;
beforeEach(async () => {
  fauna = await FaunaProcess.prepare({ FAUNA_SAMPLE: 'false' });
});
afterEach(() => fauna.dispose());

const told = () =>
  fauna.output.split('FAUNA_SECRET is not the one that this database was last used with').length - 1;

it('says at the start that the database was last used with another secret, and shows neither', async () => {
  const [one, other] = ['one-secret-that-is-long-enough-for-all', 'other-secret-that-is-long-enough-too'];
  const counts: number[] = [];
  for (const secret of [one, one, other]) {
    await fauna.start({ FAUNA_SECRET: secret });
    await fauna.end('SIGTERM');
    counts.push(told());
  }
  expect(counts).toEqual([0, 0, 1]);
  expect(fauna.output).not.toContain(one);
  expect(fauna.output).not.toContain(other);
}, 120_000);
