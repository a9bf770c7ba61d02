import type { Meta } from '@fauna-flags/protocol';
import { Hono } from 'hono';
import { type ApiEnv, ownOrigin, type Placement } from '../../platform/http/index.ts';

/** What this installation says of itself; its address is known by the request or by FAUNA_URL. */
export type Installation = Omit<Meta, 'url'>;

/** `/meta`. */
export function metaRoutes({
  installation,
  placement,
}: {
  readonly installation: () => Installation;
  readonly placement: Placement;
}): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/meta', (c) => {
    const meta: Meta = { ...installation(), url: ownOrigin(c, placement) };
    return c.json(meta);
  });
  return app;
}
