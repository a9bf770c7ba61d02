import { Problem } from '@fauna-flags/protocol';
import type { Context } from 'hono';

/** Reads `X-Confirm`: the key of the environment that the sender means to change. */
export function readConfirm(c: Context): string | undefined {
  return c.req.header('x-confirm');
}

/** Where an environment wants its changes confirmed, refuses one that does not name it. */
export function requireConfirm(
  confirm: string | undefined,
  environment: { readonly key: string; readonly confirmChanges: boolean },
): void {
  if (!environment.confirmChanges || confirm === environment.key) return;
  throw new Problem(
    'confirm',
    `Cannot change environment "${environment.key}" without confirmation: send "X-Confirm: ${environment.key}"`,
  );
}
