import type { ReceivedHeartbeat } from '@fauna-flags/protocol';
import { Hono } from 'hono';
import type { Database } from '../../platform/database/index.ts';
import { type ApiEnv, pathKey } from '../../platform/http/index.ts';
import { readDelivery } from './read-delivery.ts';

/** What the delivery report is made of. */
export interface DeliveryDeps {
  readonly database: Database;
  /** How all bearers do. */
  readonly heartbeats: () => Promise<readonly ReceivedHeartbeat[]>;
}

/** `/projects/{p}/environments/{e}/delivery`: which version lies in the store, and which each bearer serves. */
export function deliveryRoutes(deps: DeliveryDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/projects/:project/environments/:environment/delivery', async (c) =>
    c.json(
      await readDelivery(deps, { project: pathKey(c, 'project'), environment: pathKey(c, 'environment') }),
    ),
  );
  return app;
}
