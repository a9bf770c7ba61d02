import type { ApiProblem } from '$lib/api/index.ts';

/** What to say about a problem: how long to wait where too much was tried, else its own words. */
export function tryLater({ status, message, retryAfterSeconds }: ApiProblem): string {
  if (status !== 429) return message;
  return retryAfterSeconds === undefined
    ? 'Too many attempts: wait a little and try again'
    : `Too many attempts: try again in ${retryAfterSeconds} s`;
}
