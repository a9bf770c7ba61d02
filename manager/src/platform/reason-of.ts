import { DrizzleQueryError } from 'drizzle-orm';

/**
 * Why something failed, in the words of whoever knew, for a log line or a sentence. Never the thrown thing itself: drivers
 * hang on their errors what they were asked with.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is no error was thrown';
  // Its own message repeats the query and every parameter.
  if (error instanceof DrizzleQueryError) return reasonOf(error.cause);
  if (error.message !== '') return error.message;
  // When every address of a name refuses, the driver says so only in the parts.
  return error instanceof AggregateError ? error.errors.map(String).join(', ') : error.name;
}
