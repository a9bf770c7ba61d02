import {
  type BearerSources,
  sourcesOverStore,
  sourcesOverUpstream,
  type UpstreamRuntime,
} from '../bearer-sources.ts';
import { upstashSources } from '../upstash/upstash-sources.ts';
import type { WorkerUpstream } from './workerd-settings.ts';

/** Opens what the settings name to read from, and to tell how the hub does. Nothing needs to be there yet. */
export function workerdSources(
  { store: access, manager }: WorkerUpstream,
  runtime: UpstreamRuntime,
): BearerSources {
  const store = access && upstashSources({ ...access, ...runtime });
  if (store !== undefined && manager !== undefined) return sourcesOverStore(store, manager, runtime);
  // Without somebody else to ask, nobody needs to know whether the store is there: each question to it is paid for.
  if (store !== undefined) return store;
  if (manager !== undefined) return sourcesOverUpstream(manager, runtime);
  throw new TypeError('Cannot open what no setting names');
}
