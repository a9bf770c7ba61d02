import type { ProblemCode } from '@fauna-flags/protocol';
import { isConditional, type Operation, pathNames } from './operation.ts';

/** Everything that a request of an operation can be refused with: its own reasons, and those of every request of its sort. */
export function problemsOf(operation: Operation): ReadonlySet<ProblemCode> {
  const { method, description } = operation;
  const takesQuery = Object.keys(description.query ?? {}).length > 0;
  const takesBody = description.body !== undefined;
  return new Set<ProblemCode>([
    ...(description.problems ?? []),
    ...(description.needs === 'anyone' ? [] : (['unauthorized', 'forbidden'] as const)),
    ...(pathNames(operation).length > 0 ? (['not_found'] as const) : []),
    ...(takesQuery || takesBody || method === 'POST' ? (['invalid', 'unprocessable'] as const) : []),
    ...(takesBody ? (['too_large', 'unsupported_media_type'] as const) : []),
    ...(isConditional(operation) ? (['revision_required', 'stale_revision'] as const) : []),
    ...(description.isConfirmed === true ? (['confirm'] as const) : []),
    'retryable',
  ]);
}
