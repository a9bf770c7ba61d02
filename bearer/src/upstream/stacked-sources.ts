import type { KeySource } from '../keys/key-source.ts';
import { keysAmong } from '../keys/keys-among.ts';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';
import type { SourceInUse } from '../status.ts';
import { StackedSource } from './stacked-source.ts';
import { UpstreamSource, type UpstreamSourceOptions } from './upstream-source.ts';

/** Both sources of a bearer, and which of what stands behind them answers. */
export interface SourcesInUse {
  readonly rulesets: RulesetSource;
  readonly keys: KeySource;
  readonly sourceInUse: () => SourceInUse;
}

/** Reads from a store, in which the key registry lies among the rulesets, and from a manager or another bearer while it is away. */
export function stackedSources(store: RulesetSource, upstream: UpstreamSourceOptions): SourcesInUse {
  const { clock, random, log } = upstream;
  const openFallback = () => new UpstreamSource(upstream);
  const stack = new StackedSource({ primary: store, openFallback, clock, random, log });
  return { rulesets: stack, keys: keysAmong(stack), sourceInUse: () => stack.inUse() };
}

/** Reads from a manager or another bearer alone. */
export function upstreamSources(upstream: UpstreamSourceOptions): SourcesInUse {
  const source = new UpstreamSource(upstream);
  return {
    rulesets: source,
    keys: keysAmong(source),
    sourceInUse: () => (source.isLive() ? 'fallback' : 'none'),
  };
}
