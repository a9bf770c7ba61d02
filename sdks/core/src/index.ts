export { affectedFlags } from './affected-flags.ts';
export { contextKey } from './attribute-value.ts';
export { boundariesOf, bucket, sliceAt, unitOf } from './bucket.ts';
export { type CompileOptions, compile } from './compile.ts';
export type { CompiledRuleset } from './compiled-ruleset.ts';
export { parseDate } from './date.ts';
export { explain } from './explain.ts';
export type * from './explanation.ts';
export { fmix32 } from './fmix32.ts';
export { isDeeperThan } from './json.ts';
export { operatorsByType, rulesetLimits, weightTotal } from './limits.ts';
export type * from './model.ts';
export { murmur3 } from './murmur3.ts';
export { RulesetError } from './read-ruleset.ts';
export type { RegexPort } from './regex.ts';
export { compareSemver, isSemver, parseSemver, type Semver } from './semver.ts';
export {
  type AudienceMatches,
  attributesIn,
  audienceDepths,
  audiencesIn,
  type FlagsWithPrerequisites,
  findAudienceCycle,
  findPrerequisiteCycle,
  flagProblem,
  type NamingCondition,
  type NamingMatch,
  prerequisiteDepths,
} from './write-time.ts';
