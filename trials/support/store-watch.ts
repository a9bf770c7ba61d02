import { compareStored, parseStoredPosition, storeKeys } from '@fauna-flags/protocol';
import type { Redis } from 'ioredis';

/** Asks Redis again and again where a document stands, and remembers each step. */
export class StoreWatch {
  readonly steps: string[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(redis: Redis, documentId: string) {
    this.#timer = setInterval(async () => {
      const position = await redis.hget(storeKeys.positions, documentId).catch(() => null);
      if (position !== null && position !== this.steps.at(-1)) this.steps.push(position);
    }, 5);
  }

  /** Steps that went backwards, or sideways: the store must only move forward. */
  get regressions(): readonly string[] {
    return this.steps.flatMap((step, at) => {
      const before = parseStoredPosition(this.steps[at - 1] ?? '');
      const now = parseStoredPosition(step);
      return before !== undefined && now !== undefined && compareStored(now, before) !== 'newer'
        ? [`${step} after ${this.steps[at - 1]}`]
        : [];
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
