import { attributeValue } from './attribute-value.ts';
import type { Audiences } from './audiences.ts';
import type {
  CompiledAttributeCondition,
  CompiledAudienceCondition,
  CompiledCondition,
  CompiledMatch,
} from './condition.ts';
import type { EvaluationState } from './evaluation-state.ts';
import type { JudgedAudience, JudgedCondition, JudgedMatch } from './explanation.ts';

/** Puts compiled conditions and how they fare with one context into words. */
export interface Judge {
  match(match: CompiledMatch): JudgedMatch;
  /** Every audience met so far: each is explained once, however often it is named, so that answers stay small. */
  audiences(): Record<string, JudgedAudience>;
}

/** A judge over the state that an evaluation left behind: it asks the closures that decided. */
export function createJudge(audiences: Audiences, state: EvaluationState): Judge {
  const judgedAudiences: Record<string, JudgedAudience> = Object.create(null);

  const judgeMatch = (match: CompiledMatch): JudgedMatch => ({
    combine: match.read.combine,
    held: match.holds(state),
    conditions: match.conditions.map(judgeCondition),
  });

  const judgeCondition = (condition: CompiledCondition): JudgedCondition => {
    switch (condition.kind) {
      case 'attribute':
        return judgeAttribute(condition, state);
      case 'audiences':
        return judgeAudiences(condition);
      case 'match':
        return judgeMatch(condition);
    }
  };

  const judgeAudiences = ({ read, holds }: CompiledAudienceCondition): JudgedCondition => {
    for (const key of read.audiences) judgeAudience(key);
    const problems = read.audiences
      .map((key) => audiences.problemOf(key))
      .filter((problem) => problem !== undefined);
    return {
      audiences: read.audiences,
      ...(read.negate ? { negate: true } : {}),
      isIn: read.audiences.filter((key) => audiences.isIn(key, state) === true),
      held: holds(state),
      ...(problems.length === 0 ? {} : { problem: problems.join('; ') }),
    };
  };

  const judgeAudience = (key: string): void => {
    if (Object.hasOwn(judgedAudiences, key)) return;
    const match = audiences.matchOf(key);
    const problem = audiences.problemOf(key) ?? '';
    judgedAudiences[key] = match === undefined ? { held: false, problem } : judgeMatch(match);
  };

  return { match: judgeMatch, audiences: () => judgedAudiences };
}

function judgeAttribute(
  { read, holds, canBeJudged, problem }: CompiledAttributeCondition,
  state: EvaluationState,
): JudgedCondition {
  const { attribute, operator, values, negate, ignoreCase } = read;
  const actual = attributeValue(state.context, attribute);
  const missing = actual === undefined ? `the context has no "${attribute}"` : undefined;
  const unsuitable = canBeJudged(state) ? undefined : `what the context has in "${attribute}" does not suit`;
  const why = problem ?? (canBeJudged(state) ? undefined : (missing ?? unsuitable));
  return {
    attribute,
    operator,
    values,
    ...(negate ? { negate } : {}),
    ...(ignoreCase ? { ignoreCase } : {}),
    ...(actual === undefined ? {} : { actual }),
    held: holds(state),
    ...(why === undefined ? {} : { problem: why }),
  };
}
