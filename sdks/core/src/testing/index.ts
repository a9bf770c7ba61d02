export { all, any, attribute, inAudience, notInAudience } from './conditions.ts';
export { type FlagBuilder, flag, split } from './flag.ts';
export { audience, type RulesetPart, ruleset } from './ruleset.ts';
