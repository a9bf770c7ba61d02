import { describe, expect, test } from 'vitest';
import { checkAnswers, checkEngine } from './check-engine.ts';
import type { Product } from './engine.ts';
import { fauna } from './engines/fauna.ts';
import { expectedAnswer } from './expected-answer.ts';
import { type ReferenceSet, referenceSet, referenceSetNames } from './reference-set.ts';

/** Right wherever the answer is certain; its rollouts turn on every user below the share. */
function rightAnswers(set: ReferenceSet, share = 0.3): Map<string, boolean>[] {
  return set.users.map(
    (user, index) =>
      new Map(
        set.flags.map((flag) => {
          const expected = expectedAnswer(set, flag, user);
          return [flag.key, expected === 'rollout' ? index / set.users.length < share : expected === 'on'];
        }),
      ),
  );
}

describe('checkAnswers()', () => {
  const set = referenceSet('everything-100');

  test('accepts answers that are right', () => {
    const check = checkAnswers(set, rightAnswers(set));
    expect(check.rolloutOnShare).toBeCloseTo(0.3, 1);
    expect(check.certain).toBeGreaterThan(1_000);
  });

  test('refuses one certain answer that is wrong', () => {
    const answers = rightAnswers(set);
    const user = set.users.findIndex(
      (candidate) => set.flags[1] && expectedAnswer(set, set.flags[1], candidate) === 'on',
    );
    answers[user]?.set('flag-001', false);
    expect(() => checkAnswers(set, answers)).toThrow('Wrong answer for flag "flag-001"');
  });

  test('refuses a missing answer', () => {
    const answers = rightAnswers(set);
    answers[7]?.delete('flag-042');
    expect(() => checkAnswers(set, answers)).toThrow('No answer for flag "flag-042"');
  });

  test.each([0, 0.2, 0.4, 1])('refuses rollouts that turn on a share of %f', (share) => {
    expect(() => checkAnswers(set, rightAnswers(set, share))).toThrow('Implausible rollout');
  });
});

test.each(referenceSetNames)(
  'checkEngine() accepts our evaluator on "%s", in both products',
  async (name) => {
    const set = referenceSet(name);
    const check = await checkEngine(set, fauna(set));
    expect(check.onShare).toBeGreaterThan(0.4);
  },
);

test('checkEngine() refuses a product that disagrees with the other on one rollout', async () => {
  const set = referenceSet('rules-100');
  const { products, ...engine } = fauna(set);
  const flag = set.flags.find(
    (candidate) => set.users[0] && expectedAnswer(set, candidate, set.users[0]) === 'rollout',
  );
  const key = flag?.key ?? '';
  const flipped: Product = {
    run: products.serialised.run,
    read: (result) => {
      const answers = products.serialised.read(result);
      return new Map([...answers, [key, !answers.get(key)]]);
    },
  };
  const wrong = { ...engine, products: { ...products, serialised: flipped } };
  await expect(checkEngine(set, wrong)).rejects.toThrow(`The products disagree on flag "${key}"`);
});
