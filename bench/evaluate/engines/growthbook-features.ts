import { type ReferenceFlag, type ReferenceSet, rolloutPercent } from '../reference-set.ts';

/** The users as GrowthBook's attributes. */
export function toGrowthbookAttributes(set: ReferenceSet): readonly object[] {
  return set.users.map(({ key, ...attributes }) => ({ id: key, ...attributes }));
}

/** The flags in the format of GrowthBook's payload, which its SDK and its proxy share. */
export function toGrowthbookFeatures(set: ReferenceSet): Readonly<Record<string, object>> {
  return Object.fromEntries(
    set.flags.map((flag) => [flag.key, { defaultValue: flag.otherwise === 'on', rules: toRules(set, flag) }]),
  );
}

function toRules(set: ReferenceSet, flag: ReferenceFlag): object[] {
  const rules: object[] = [
    { condition: { country: { $in: flag.countries } }, force: true },
    // Its conditions know no suffixes: a regular expression is what its users write.
    { condition: { email: { $regex: `${flag.emailSuffix.replaceAll('.', '\\.')}$` } }, force: true },
  ];
  if (flag.targets.length > 0) rules.unshift({ condition: { id: { $in: flag.targets } }, force: true });
  if (flag.prerequisite !== undefined) {
    rules.unshift({ parentConditions: [{ id: flag.prerequisite, condition: { value: true }, gate: true }] });
  }
  const audience = set.audiences.find(({ key }) => key === flag.audience);
  // Its saved groups are lists of ids, so that conditions are repeated in each flag.
  if (audience !== undefined) {
    const condition = { plan: { $in: audience.plans }, age: { $gte: audience.ageMin } };
    rules.push({ condition, force: true });
  }
  if (flag.otherwise === 'rollout') {
    rules.push({ force: true, coverage: rolloutPercent / 100, hashAttribute: 'id', seed: flag.salt });
  }
  return rules;
}
