import type { Actor } from './principal.ts';

/** Which environment something is about, who asks for it, and what they have confirmed. */
export interface EnvironmentScope {
  readonly actor: Actor;
  readonly project: string;
  readonly environment: string;
  /** `X-Confirm`, for environments that want their changes confirmed. */
  readonly confirm: string | undefined;
}
