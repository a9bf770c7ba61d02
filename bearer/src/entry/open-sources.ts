import type { Snapshot } from '@fauna-flags/protocol';
import { type BearerSources, sourcesOverStore, sourcesOverUpstream } from '../bearer-sources.ts';
import type { Clock } from '../clock.ts';
import { NodeFolderSource } from '../documents/node-folder-source.ts';
import { keysAmong } from '../keys/keys-among.ts';
import type { Log } from '../log.ts';
import { redisSources } from '../redis/redis-sources.ts';
import { upstashSources } from '../upstash/upstash-sources.ts';
import type { BearerSource } from './node-config.ts';

/**
 * Each question to Upstash is a command that somebody pays for. Beside a fallback it must be noticed within seconds that
 * there is no answer; without one it is asked for `/readyz` alone.
 */
const upstashProbeMs = { beside: 5_000, alone: 30_000 } as const;

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
  // Called as a method of something else, some runtimes' own refuses to work.
  const ask: typeof fetch = (...request) => fetch(...request);
  const runtime = { held, fetch: ask, clock, random: Math.random, log };
  switch (source.kind) {
    case 'folder': {
      const folder = new NodeFolderSource({ folder: source.folder, clock });
      return { rulesets: folder, keys: keysAmong(folder) };
    }
    case 'redis':
      return sourcesOverStore(redisSources({ url: source.url, ...runtime }), source.fallback, runtime);
    case 'upstash':
      return sourcesOverStore(upstashSources({ ...source, ...runtime }), source.fallback, {
        ...runtime,
        probeMs: source.fallback === undefined ? upstashProbeMs.alone : upstashProbeMs.beside,
      });
    case 'upstream':
      return sourcesOverUpstream(source.upstream, runtime);
  }
}
