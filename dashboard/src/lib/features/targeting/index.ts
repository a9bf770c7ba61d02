export { toMatchInput } from './any-match.ts';
export { describeMatch } from './describe-match.ts';
export { sameMatch } from './draft.ts';
export { matchProblems } from './match-problems.ts';
export type { Vocabulary } from './vocabulary.ts';
