export { type AnyMatch, toMatchInput } from './any-match.ts';
export { describeMatch, matchPhrases, type Phrase } from './describe-match.ts';
export { sameMatch } from './draft.ts';
export { matchProblems } from './match-problems.ts';
export type { KnownAttribute, KnownAudience, Vocabulary } from './vocabulary.ts';
