import type { Snapshot } from '@fauna-flags/protocol';
import { judge, type Standing } from './standing.ts';

/** How far back anybody may look. */
const statesMax = 200;

/** Where one document stood in one place, lately. */
export class Recent {
  readonly #states: { readonly since: number; readonly snapshot: Snapshot | undefined }[] = [];

  /** Sees what lies there now. */
  see(snapshot: Snapshot | undefined, now: number): void {
    if (this.#states.at(-1)?.snapshot === snapshot && this.#states.length > 0) return;
    this.#states.push({ since: now, snapshot });
    if (this.#states.length > statesMax) this.#states.shift();
  }

  /** Whether something no newer than this has lain there at any time since then. */
  hadAtMost(standing: Standing, since: number): boolean {
    return this.#states.some(({ snapshot }, place) => {
      const until = this.#states[place + 1]?.since ?? Number.POSITIVE_INFINITY;
      return until >= since && snapshot !== undefined && judge(snapshot, standing) !== 'newer';
    });
  }
}
