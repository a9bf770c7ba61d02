import type { Snapshot } from '@fauna-flags/protocol';
import { type BearerSources, sourcesOverStore, sourcesOverUpstream } from '../bearer-sources.ts';
import type { Clock } from '../clock.ts';
import { NodeFolderSource } from '../documents/node-folder-source.ts';
import { keysAmong } from '../keys/keys-among.ts';
import type { Log } from '../log.ts';
import { redisSources } from '../redis/redis-sources.ts';
import type { BearerSource } from './node-config.ts';

/** Opens what the settings name to read from. Nothing needs to be there yet. A folder has nobody to report to. */
export function openSources({
  source,
  held,
  clock,
  log,
}: {
  readonly source: BearerSource;
  /** What the bearer has verified and holds: it is not fetched again over HTTP. */
  readonly held: () => ReadonlyMap<string, Snapshot>;
  readonly clock: Clock;
  readonly log: Log;
}): BearerSources {
  const runtime = { held, fetch, clock, random: Math.random, log };
  switch (source.kind) {
    case 'folder': {
      const folder = new NodeFolderSource({ folder: source.folder, clock });
      return { rulesets: folder, keys: keysAmong(folder) };
    }
    case 'redis':
      return sourcesOverStore(redisSources({ url: source.url, ...runtime }), source.fallback, runtime);
    case 'upstream':
      return sourcesOverUpstream(source.upstream, runtime);
  }
}
