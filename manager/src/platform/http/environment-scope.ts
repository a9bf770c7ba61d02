import type { Context } from 'hono';
import type { ApiEnv } from './authenticate.ts';
import { readConfirm } from './confirm.ts';
import { pathKey } from './path-key.ts';

/** Which environment something is about, who asks for it, and what they have confirmed. */
export interface EnvironmentScope {
  readonly actor: string;
  readonly project: string;
  readonly environment: string;
  /** `X-Confirm`, for environments that want their changes confirmed. */
  readonly confirm: string | undefined;
}

/** Reads the scope of a request below `/projects/:project/environments/:environment`. */
export function readEnvironmentScope(c: Context<ApiEnv>): EnvironmentScope {
  return {
    actor: c.get('actor'),
    project: pathKey(c, 'project'),
    environment: pathKey(c, 'environment'),
    confirm: readConfirm(c),
  };
}
