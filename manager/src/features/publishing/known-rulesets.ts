import type { Ruleset } from '@fauna-flags/core';
import type { EnvironmentRow } from './unit.ts';

/** A ruleset that was committed, and where: only together do epoch, version and hash name one content. */
export interface KnownRuleset {
  readonly environmentId: string;
  readonly epoch: number;
  readonly version: number;
  readonly hash: string;
  readonly bytes: number;
  readonly ruleset: Ruleset;
}

/** Of the stored bytes; as objects they take some times as much. */
const bytesMax = 16 * 1024 * 1024;

/**
 * What this manager committed last in each environment, so that the next change of one flag need not read all the others
 * again. Nothing is believed that the database does not confirm: what is asked for is named by the position that stands
 * there, under the lock of the environment's row. Bounded; what was not used for longest is forgotten first.
 */
export class KnownRulesets {
  readonly #known = new Map<string, KnownRuleset>();
  #bytes = 0;

  /** What a locked environment held when it was at this position; the database must confirm the hash. */
  find({ id, epoch, version }: EnvironmentRow): KnownRuleset | undefined {
    const known = this.#known.get(id);
    return known?.epoch === epoch && known.version === version ? known : undefined;
  }

  /** Remembers what has been committed. */
  keep(known: KnownRuleset): void {
    this.#forget(known.environmentId);
    this.#known.set(known.environmentId, known);
    this.#bytes += known.bytes;
    for (const id of this.#known.keys()) {
      if (this.#bytes <= bytesMax) return;
      this.#forget(id);
    }
  }

  #forget(environmentId: string): void {
    this.#bytes -= this.#known.get(environmentId)?.bytes ?? 0;
    this.#known.delete(environmentId);
  }
}
