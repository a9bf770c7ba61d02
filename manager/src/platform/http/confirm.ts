import { Problem } from '@fauna-flags/protocol';
import type { Context } from 'hono';

/** Reads `X-Confirm`: the keys of the environments that the sender means to change, separated by commas. */
export function readConfirm(c: Context): string | undefined {
  return c.req.header('x-confirm');
}

/**
 * Refuses a change that does not name every environment it touches that wants its changes confirmed. `what` says what
 * could not be done, for instance `delete project "demo"`.
 */
export function requireConfirm(
  confirm: string | undefined,
  what: string,
  environments: readonly { readonly key: string; readonly confirmChanges: boolean }[],
): void {
  const confirmed = new Set((confirm ?? '').split(',').map((key) => key.trim()));
  const wanted = environments.filter(({ confirmChanges }) => confirmChanges).map(({ key }) => key);
  const missing = wanted.filter((key) => !confirmed.has(key));
  if (missing.length === 0) return;
  const names = missing.map((key) => JSON.stringify(key)).join(', ');
  throw new Problem(
    'confirm',
    `Cannot ${what} without a confirmation for ${missing.length === 1 ? 'environment' : 'environments'} ${names}: send "X-Confirm: ${wanted.join(', ')}"`,
  );
}
