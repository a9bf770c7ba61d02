export { operatorsByType, rulesetLimits, weightTotal } from './limits.ts';
export type * from './model.ts';
