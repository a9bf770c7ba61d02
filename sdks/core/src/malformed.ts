/**
 * Ends the reading of one flag, audience or ruleset. Never leaves this package's readers but as `RulesetError`: reading
 * goes many levels deep, and handing a result up through each of them would hide what is read.
 */
export class MalformedError extends Error {
  constructor(path: string, expected: string) {
    super(`${path === '' ? 'it' : `"${path}"`} must be ${expected}`);
    this.name = 'MalformedError';
  }
}

/** What was read, or what is wrong with it in words. */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** Runs a reader and turns its MalformedError into a problem. */
export function tryReading<T>(read: () => T): Reading<T> {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof MalformedError) return { problem: error.message };
    // Not JSON after all (a getter that throws, a revoked proxy): wrong for this one entry, and no reason to lose others.
    return { problem: `it cannot be read: ${String(error)}` };
  }
}
