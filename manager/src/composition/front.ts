import { fileURLToPath } from 'node:url';
import { bearerPrefixes } from '@fauna-flags/bearer';
import type { Config } from '../config/config.ts';
import { postgresOutbox } from '../features/publishing/index.ts';
import type { Database } from '../platform/database/index.ts';
import type { Fetch } from '../platform/fetch.ts';
import { routeByPrefix } from '../platform/route-by-prefix.ts';
import { staticSite } from '../platform/static-site.ts';
import type { BearerSide } from './delivery.ts';
import type { ManagerMetrics } from './metrics.ts';
import { readYourWrites } from './read-your-writes.ts';
import { readiness } from './readiness.ts';
import { shareApiPrefix } from './share-api-prefix.ts';
import type { Delivering } from './start-delivering.ts';

/** The same from sources and from what is built of them: both lie two folders below `manager`. */
const dashboardFolder = fileURLToPath(new URL('../../../dashboard/build', import.meta.url));

/** The one `fetch` of a process: which part of it answers which path. */
export function createFront({
  config,
  database,
  metrics,
  delivering: { delivery, publishing, alarms },
  bearers,
  api,
  example,
  liveStreams,
}: {
  readonly config: Config;
  readonly database: Database;
  readonly metrics: ManagerMetrics;
  readonly delivering: Delivering;
  readonly bearers: BearerSide;
  /** The management API. */
  readonly api: Fetch;
  readonly example: Fetch | undefined;
  /** How many dashboards are open. */
  readonly liveStreams: () => number;
}): Fetch {
  const isStoreUp = () => publishing.publisher.isStoreUp();
  const dashboard = staticSite({
    folder: dashboardFolder,
    buildWith: 'npm run build',
    url: config.url,
    // The reference is told of as an address, which people also try with curl.
    isForPrograms: (path) => /^\/+api\/+docs(?:\/|$)/i.test(path),
  });
  metrics.watch({
    database,
    isStoreUp,
    pending: () => postgresOutbox(database).pending(),
    liveStreams,
    bearerStreams: () => publishing.bearerApi.streams,
    alarms: (kind) => alarms.count(kind),
    steady: () => performance.now(),
  });
  return routeByPrefix({
    routes: [
      {
        prefixes: ['/api'],
        fetch: shareApiPrefix({
          // Where others read the store, no answer can vouch for what they serve; and then none must wait for it.
          api:
            delivery.mode === 'all-in-one' ? readYourWrites(api, () => publishing.publisher.settled()) : api,
          bearerApi: publishing.bearerApi.app.fetch,
          pages: dashboard,
        }),
      },
      { prefixes: bearerPrefixes, fetch: bearers.fetch },
      {
        prefixes: ['/metrics'],
        fetch: metrics.serve({
          token: config.metricsToken,
          text: bearers.metricsText ?? (() => metrics.registry.metrics()),
        }),
      },
      ...(example === undefined ? [] : [{ prefixes: ['/example'], fetch: example }]),
      {
        prefixes: ['/healthz', '/readyz'],
        fetch: readiness({ database, bearer: bearers.status, isStoreUp }),
      },
    ],
    otherwise: dashboard,
  });
}
