import type { ProblemError } from '@fauna-flags/protocol';

/** The first mistake, as the detail of a problem goes on with it after a colon: `"name" must not be empty`. */
export function firstError([first]: readonly ProblemError[]): string {
  if (first === undefined) return 'it is wrong';
  return `${first.path === '' ? 'the body' : `"${first.path}"`} ${first.message}`;
}
