import type { Snapshot } from '@fauna-flags/protocol';
import type { BearerStore } from './bearer-store.ts';
import type { Clock } from './clock.ts';
import type { KeySource } from './keys/key-source.ts';
import { keysAmong } from './keys/keys-among.ts';
import type { Log } from './log.ts';
import { reportBySource } from './reports/report-by-source.ts';
import type { ReportSink } from './reports/report-sink.ts';
import type { RulesetSource } from './rulesets/ruleset-source.ts';
import type { SourceInUse } from './status.ts';
import { StackedSource } from './upstream/stacked-source.ts';
import { UpstreamReportSink } from './upstream/upstream-report-sink.ts';
import { UpstreamSource } from './upstream/upstream-source.ts';
import { UpstreamUsageSink } from './upstream/upstream-usage-sink.ts';
import { usageBySource } from './usage/usage-by-source.ts';
import type { UsageSink } from './usage/usage-sink.ts';

/** A manager, or bearers, to read from over HTTP. */
export interface Upstream {
  /** Base addresses, tried in this order. */
  readonly urls: readonly string[];
  /** `FAUNA_BEARER_TOKEN`. */
  readonly token: string;
}

/** What reading from upstream takes of the world. */
export interface UpstreamRuntime {
  /** What the bearer has verified and holds: it is not fetched again from upstream. */
  readonly held: () => ReadonlyMap<string, Snapshot>;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** What a bearer reads, and where it tells how it does. */
export interface BearerSources {
  readonly rulesets: RulesetSource;
  readonly keys: KeySource;
  readonly usage?: UsageSink;
  readonly sourceInUse?: () => SourceInUse;
  readonly reportSink?: ReportSink;
}

/**
 * A store, and upstream, if it is named, while the store is away. Reports go to where is read from. `probeMs` lies between
 * two questions whether the store is there.
 */
export function sourcesOverStore(
  store: BearerStore,
  upstream: Upstream | undefined,
  runtime: UpstreamRuntime & { readonly probeMs?: number },
): BearerSources {
  // The registry lies among the rulesets, so one source reads both; closing it closes the store.
  const primary: RulesetSource = {
    read: (id) => store.rulesets.read(id),
    position: (id) => store.rulesets.position(id),
    watch: (id, onHint) => store.rulesets.watch(id, onHint),
    close: () => store.close(),
  };
  const openFallback = upstream && (() => new UpstreamSource({ ...upstream, ...runtime }));
  const stack = new StackedSource({ primary, openFallback, ...runtime });
  const sourceInUse = () => stack.inUse();
  const reportSink =
    upstream === undefined
      ? store.reportSink
      : reportBySource({
          inUse: sourceInUse,
          store: store.reportSink,
          fallback: new UpstreamReportSink({ ...upstream, ...runtime }),
        });
  const usage =
    upstream === undefined
      ? store.usage
      : usageBySource({
          inUse: sourceInUse,
          store: store.usage,
          fallback: new UpstreamUsageSink({ ...upstream, ...runtime }),
        });
  return { rulesets: stack, keys: keysAmong(stack), usage, sourceInUse, reportSink };
}

/** Upstream alone: bearers in a chain, and runtimes from which no store can be reached. */
export function sourcesOverUpstream(upstream: Upstream, runtime: UpstreamRuntime): BearerSources {
  const source = new UpstreamSource({ ...upstream, ...runtime });
  return {
    rulesets: source,
    keys: keysAmong(source),
    sourceInUse: () => (source.isCurrent() ? 'fallback' : 'none'),
    reportSink: new UpstreamReportSink({ ...upstream, ...runtime }),
    usage: new UpstreamUsageSink({ ...upstream, ...runtime }),
  };
}
