import { comparePositions, type Position } from '@fauna-flags/core/link';
import { positionOf, type Snapshot } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import type { LiveRuleset } from './live-ruleset.ts';

/** Whoever was away for more changes gets the whole state: a patch over many would hardly be smaller. */
const rulesetsMax = 32;

/** What all of them may have in bytes as they are stored. Environments are many, and one of the largest fits once. */
const bytesMax = 8 * 1024 * 1024;

/** Those kept ready to evaluate. A bearer that died sends its readers here from one position, at most from two. */
const readyMax = 2;

/**
 * After making one ready, this many times as long none is: positions come from readers, and one who names another each time
 * must not have the process compile all day. They get the whole state meanwhile, as they would without all this.
 */
const restFactor = 19;

/**
 * What an environment has served lately, so that a reader that comes back from there is sent the difference. Kept as stored
 * bytes, and compiled again for the first who asks.
 */
export class RecentRulesets {
  readonly #clock: Pick<Clock, 'steady'>;
  readonly #revive: (snapshot: Snapshot) => LiveRuleset;
  /** In the order in which they were served. */
  #snapshots: readonly Snapshot[] = [];
  #ready: readonly LiveRuleset[] = [];
  #restsUntilMs = Number.NEGATIVE_INFINITY;

  constructor({
    clock,
    revive,
  }: {
    readonly clock: Pick<Clock, 'steady'>;
    /** Makes one ready that has been served before. */
    readonly revive: (snapshot: Snapshot) => LiveRuleset;
  }) {
    this.#clock = clock;
    this.#revive = revive;
  }

  /** Remembers what is served from now on. Another epoch is another history: nothing before it can be resumed. */
  add({ snapshot }: LiveRuleset): void {
    const kept = this.#snapshots.filter(
      ({ epoch, version }) => epoch === snapshot.epoch && version !== snapshot.version,
    );
    this.#snapshots = withinBytes([...kept, snapshot].slice(-rulesetsMax));
    this.#ready = this.#ready.filter(({ position }) => this.#find(position) !== undefined);
  }

  /** The ruleset at exactly this position; `undefined` when it was not served here lately, or cannot be had now. */
  find(position: Position): LiveRuleset | undefined {
    const ready = this.#ready.find((live) => comparePositions(live.position, position) === 'same');
    const found = ready ?? this.#makeReady(position);
    if (found === undefined) return undefined;
    this.#ready = [found, ...this.#ready.filter((live) => live !== found)].slice(0, readyMax);
    return found;
  }

  #makeReady(position: Position): LiveRuleset | undefined {
    const snapshot = this.#find(position);
    const begunAtMs = this.#clock.steady();
    if (snapshot === undefined || begunAtMs < this.#restsUntilMs) return undefined;
    const revived = this.#revive(snapshot);
    const endedAtMs = this.#clock.steady();
    this.#restsUntilMs = endedAtMs + restFactor * (endedAtMs - begunAtMs);
    return revived;
  }

  #find(position: Position): Snapshot | undefined {
    return this.#snapshots.find((snapshot) => comparePositions(positionOf(snapshot), position) === 'same');
  }
}

/** The newest that fit; the very newest always, since it is served anyway. */
function withinBytes(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  let bytes = 0;
  let first = snapshots.length - 1;
  for (; first >= 0; first -= 1) {
    bytes += snapshots[first]?.payload.length ?? 0;
    if (bytes > bytesMax) break;
  }
  return snapshots.slice(Math.min(first + 1, snapshots.length - 1));
}
