import type { ErrorCode, Evaluation } from '@fauna-flags/core';
import type { OfrepErrorCode, OfrepReason } from '@fauna-flags/protocol';

/** Metadata that every provider can read: no floats, no null, no nesting. */
type Metadata = Readonly<Record<string, string>>;

/** One flag in OFREP's words. */
export function ofrepItem(
  key: string,
  evaluation: Evaluation,
  { withRule, metadata }: { readonly withRule: boolean; readonly metadata: Metadata },
): object {
  if (evaluation.reason === 'ERROR') return ofrepFailure(key, evaluation.errorCode);
  const { value, variation, ruleId } = evaluation;
  return {
    key,
    // Without a value the caller's default serves, and `DISABLED` is the one reason that every provider takes for that.
    reason: value === null ? 'DISABLED' : reasonOf(evaluation),
    variant: variation,
    // `null` is not a value in this protocol.
    ...(value === null ? {} : { value }),
    metadata: withRule && ruleId !== undefined ? { ...metadata, ruleId } : metadata,
  };
}

/** A flag without an answer. A hidden flag and an unknown one read the same. */
export function ofrepFailure(key: string, code: ErrorCode): object {
  const { errorCode, errorDetails } = failures[code];
  return { key, errorCode, errorDetails, metadata: {} };
}

const failures: Readonly<
  Record<ErrorCode, { readonly errorCode: OfrepErrorCode; readonly errorDetails: string }>
> = {
  FLAG_NOT_FOUND: { errorCode: 'FLAG_NOT_FOUND', errorDetails: 'Cannot find this flag' },
  TARGETING_KEY_MISSING: {
    errorCode: 'TARGETING_KEY_MISSING',
    errorDetails: 'Cannot split this flag: the context lacks the attribute that it is split by',
  },
  MALFORMED: {
    errorCode: 'GENERAL',
    errorDetails: 'Cannot evaluate this flag: its configuration cannot be read',
  },
};

/** Never `DISABLED` beside a value: some providers throw away a value that comes with it, and an off variation is a value. */
function reasonOf(evaluation: Exclude<Evaluation, { reason: 'ERROR' }>): OfrepReason {
  if (evaluation.inRollout === true) return 'SPLIT';
  switch (evaluation.reason) {
    case 'OFF':
    case 'PREREQUISITE_FAILED':
    case 'DEFAULT':
      return 'DEFAULT';
    case 'TARGET':
    case 'RULE':
      return 'TARGETING_MATCH';
    case 'SPLIT':
      return 'SPLIT';
  }
}
