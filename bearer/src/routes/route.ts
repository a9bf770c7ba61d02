import type { Answer } from '../answer.ts';
import type { Caller, Demand } from '../middleware/admit.ts';
import type { ErrorStyle } from '../middleware/respond.ts';
import type { RequestEnv } from '../request-env.ts';
import type { Services } from '../services.ts';

/** What a route is given: an admitted caller and the request. */
export interface Asked {
  readonly caller: Caller;
  readonly request: Request;
  /** The path's parameters, decoded. */
  readonly param: (name: string) => string;
  readonly services: Services;
  /** What the runtime knows besides. */
  readonly env: RequestEnv;
}

/** One route. Its handler never judges who asks; it may throw a Problem. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly demand: Demand;
  readonly errors: ErrorStyle;
  /** True where an answer stays open, so that HEAD, which has no body to close, is refused. */
  readonly streams?: boolean;
  readonly handle: (asked: Asked) => Answer | Response | Promise<Answer | Response>;
}
