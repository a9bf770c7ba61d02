import type { Engine, Product } from './engine.ts';
import { expectedAnswer } from './expected-answer.ts';
import { type ReferenceSet, rolloutPercent } from './reference-set.ts';

/** What a check found: the share of flag answers that were on, of all and of those that a rollout decided. */
export interface EngineCheck {
  readonly onShare: number;
  readonly rolloutOnShare: number;
  /** How many answers were certain, and so compared with what they must be. */
  readonly certain: number;
}

/** How far a rollout's measured share may lie from its weight: over 10,000 draws, this is more than six deviations. */
const rolloutTolerance = 0.03;

/**
 * Proves that an engine does the work it is timed for: in both products every certain answer is what it must be, and
 * rollouts turn on as many as they should. Throws otherwise: a fast wrong engine is no result.
 */
export async function checkEngine(set: ReferenceSet, engine: Engine): Promise<EngineCheck> {
  const objects = await allAnswers(set, engine.products.objects);
  const serialised = await allAnswers(set, engine.products.serialised);
  const check = checkAnswers(set, objects);
  set.users.forEach((user, index) => {
    for (const { key } of set.flags) {
      if (objects[index]?.get(key) !== serialised[index]?.get(key)) {
        throw new Error(`The products disagree on flag "${key}" and user "${user.key}"`);
      }
    }
  });
  return check;
}

async function allAnswers(
  set: ReferenceSet,
  { run, read }: Product,
): Promise<ReadonlyMap<string, boolean>[]> {
  const answersByUser: ReadonlyMap<string, boolean>[] = [];
  for (let user = 0; user < set.users.length; user += 1) answersByUser.push(read(await run(user)));
  return answersByUser;
}

/** Judges one answer per flag for each user of the set, in the order of its users. */
export function checkAnswers(
  set: ReferenceSet,
  answersByUser: readonly ReadonlyMap<string, boolean>[],
): EngineCheck {
  const count = { all: 0, on: 0, rollout: 0, rolloutOn: 0 };
  set.users.forEach((user, index) => {
    for (const flag of set.flags) {
      const answer = answersByUser[index]?.get(flag.key);
      if (answer === undefined) throw new Error(`No answer for flag "${flag.key}" and user "${user.key}"`);
      const expected = expectedAnswer(set, flag, user);
      count.all += 1;
      count.on += Number(answer);
      if (expected === 'rollout') {
        count.rollout += 1;
        count.rolloutOn += Number(answer);
      } else if (answer !== (expected === 'on')) {
        throw new Error(
          `Wrong answer for flag "${flag.key}" and user "${user.key}": ${answer ? 'on' : 'off'}, expected ${expected}`,
        );
      }
    }
  });
  const rolloutOnShare = count.rolloutOn / count.rollout;
  if (!(Math.abs(rolloutOnShare - rolloutPercent / 100) <= rolloutTolerance)) {
    throw new Error(
      `Implausible rollout: ${(100 * rolloutOnShare).toFixed(1)} % are on, expected ${rolloutPercent} %`,
    );
  }
  return { onShare: count.on / count.all, rolloutOnShare, certain: count.all - count.rollout };
}
