import type { ReferenceFlag, ReferenceSet, ReferenceUser } from './reference-set.ts';

/** What a flag serves a user: certain, or left to how an engine hashes. */
export type ExpectedAnswer = 'on' | 'off' | 'rollout';

/**
 * Says what every engine must answer, from the words of the reference set alone. It is written apart from all engines,
 * ours too, so that a mistake in a translation or in an evaluator shows before anything is timed.
 */
export function expectedAnswer(set: ReferenceSet, flag: ReferenceFlag, user: ReferenceUser): ExpectedAnswer {
  if (flag.prerequisite !== undefined) {
    const head = set.flags.find(({ key }) => key === flag.prerequisite);
    if (head === undefined) throw new Error(`Cannot find the prerequisite "${flag.prerequisite}"`);
    const answer = expectedAnswer(set, head, user);
    if (answer !== 'on') return answer;
  }
  if (flag.targets.includes(user.key)) return 'on';
  if (flag.countries.includes(user.country)) return 'on';
  if (user.email.endsWith(flag.emailSuffix)) return 'on';
  const audience = set.audiences.find(({ key }) => key === flag.audience);
  if (audience?.plans.includes(user.plan) && user.age >= audience.ageMin) return 'on';
  return flag.otherwise;
}
