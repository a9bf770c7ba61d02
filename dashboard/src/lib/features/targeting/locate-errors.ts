import type { ProblemError } from '@fauna-flags/protocol';
import type { DraftCondition, DraftGroup } from './draft.ts';

/** An error at the part of a draft that it is about. */
export interface LocatedError {
  /** The id of the condition or group. */
  readonly id: string;
  /** Which of its fields: `attribute`, `operator`, `values`, `audiences`; empty for the whole of it. */
  readonly field: string;
  /** Which of its values or audiences. */
  readonly index?: number;
  readonly message: string;
}

/**
 * Finds the rows that an answer's errors are about, by their paths within the match. Done once when they arrive: afterwards
 * rows may move, and each takes its errors along. An error inside of what is no longer there is told at the group around it.
 *
 * @example locateErrors(root, [{ path: 'conditions[0].values', message }])
 */
export function locateErrors(root: DraftGroup, errors: readonly ProblemError[]): readonly LocatedError[] {
  return errors.map(({ path, message }) => ({ ...locate(root, path), message }));
}

function locate(at: DraftCondition, rest: string): Omit<LocatedError, 'message'> {
  const step = /^\.?conditions\[(\d+)\]/.exec(rest);
  if (step !== null && at.kind === 'group') {
    const member = at.conditions[Number(step[1])];
    return member === undefined ? { id: at.id, field: '' } : locate(member, rest.slice(step[0].length));
  }
  const [, field = '', index] = /^\.?(\w+)(?:\[(\d+)\])?/.exec(rest) ?? [];
  const whole = { id: at.id, field: field === 'conditions' ? '' : field };
  return index === undefined ? whole : { ...whole, index: Number(index) };
}
