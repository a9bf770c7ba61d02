import { type RegexPort, rulesetLimits } from '@fauna-flags/core';
import type { Snapshot } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import type { BearerLimits } from '../config.ts';
import type { BearerCrypto } from '../crypto.ts';
import type { KeptDocuments } from '../documents/kept-documents.ts';
import type { Log } from '../log.ts';
import type { Meter } from '../metrics/meter.ts';
import { Environment } from './environment.ts';
import { LiveRuleset } from './live-ruleset.ts';
import { reachedFlags } from './reached-flags.ts';
import type { RulesetSource } from './ruleset-source.ts';
import { selfTest } from './self-test.ts';

/** What following environments takes. */
export interface EnvironmentsOptions {
  readonly source: RulesetSource;
  readonly regex: RegexPort | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly crypto: BearerCrypto;
  readonly log: Log;
  readonly limits: BearerLimits;
  /** Whether one of our managers vouches for a snapshot; absent where nothing is signed. */
  readonly isSigned: ((documentId: string, snapshot: Snapshot) => boolean) | undefined;
  /** Where copies are kept, if they are. */
  readonly kept: KeptDocuments | undefined;
  readonly meter: Meter;
  /** Told after each change that was applied. */
  readonly onChanged: () => void;
}

/**
 * The environments that this bearer follows: those that some SDK key gives access to. Following before the first request
 * asks for one means that no request ever waits for a source.
 */
export class Environments {
  readonly #options: EnvironmentsOptions;
  readonly #environments = new Map<string, Environment>();

  constructor(options: EnvironmentsOptions) {
    this.#options = options;
  }

  find(environmentId: string): Environment | undefined {
    return this.#environments.get(environmentId);
  }

  all(): Iterable<Environment> {
    return this.#environments.values();
  }

  /**
   * Follows exactly these: new ones from now on; those that no key leads to any more are forgotten. Resolves once what was
   * kept of the new ones is served. Never rejects.
   */
  async follow(environmentIds: ReadonlySet<string>): Promise<void> {
    for (const [id, environment] of this.#environments) {
      if (environmentIds.has(id)) continue;
      environment.follower.stop();
      this.#environments.delete(id);
    }
    const added = [...environmentIds].filter((id) => !this.#environments.has(id));
    await Promise.all(added.map((id) => this.#start(id)));
  }

  stop(): void {
    for (const environment of this.#environments.values()) environment.follower.stop();
  }

  #start(id: string): Promise<void> {
    const { source, regex, ...shared } = this.#options;
    const revive = (snapshot: Snapshot) =>
      new LiveRuleset(snapshot, { regex, readAtMs: shared.clock.now(), before: environment.live });
    const environment: Environment = new Environment(id, {
      ...shared,
      reader: {
        read: () => source.read(id),
        position: () => source.position(id),
        watch: (onHint) => source.watch(id, onHint),
      },
      bytesMax: rulesetLimits.rulesetBytes,
      revive,
      parse: (snapshot) => {
        const live = revive(snapshot);
        const tried = environment.live;
        selfTest(live.compiled, shared.clock, tried && reachedFlags(tried, live));
        return live;
      },
    });
    this.#environments.set(id, environment);
    return environment.follower.start();
  }
}
