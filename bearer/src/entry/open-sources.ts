import type { Clock } from '../clock.ts';
import { NodeFolderSource } from '../documents/node-folder-source.ts';
import type { KeySource } from '../keys/key-source.ts';
import { keysAmong } from '../keys/keys-among.ts';
import type { Log } from '../log.ts';
import { redisSources } from '../redis/redis-sources.ts';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';
import { upstashSources } from '../upstash/upstash-sources.ts';
import type { BearerSource } from './node-config.ts';

/** Opens what the settings name to read from. Nothing needs to be there yet. */
export function openSources({
  source,
  clock,
  log,
}: {
  readonly source: BearerSource;
  readonly clock: Clock;
  readonly log: Log;
}): { readonly rulesets: RulesetSource; readonly keys: KeySource } {
  switch (source.kind) {
    case 'folder': {
      const folder = new NodeFolderSource({ folder: source.folder, clock });
      return { rulesets: folder, keys: keysAmong(folder) };
    }
    case 'redis':
      return redisSources({ url: source.url, clock, random: Math.random, log });
    case 'upstash':
      return upstashSources({
        url: source.url,
        token: source.token,
        fetch: (url, init) => fetch(url, init),
        clock,
        random: Math.random,
        log,
      });
  }
}
