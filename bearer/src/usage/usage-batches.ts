import type { RegisteredKey, UsageBatch } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { DropLog } from './drop-log.ts';
import { MergedBatch } from './merged-batch.ts';
import type { UsageRecord } from './usage-sink.ts';

/** Records of one key: so many at once, then one in so long. What comes faster is merged. */
const burst = 20;
const everyMs = 2_000;
/** More keys than any installation has; whoever has fewer never meets it. */
const keysMax = 10_000;
/** Of all that waits. */
const bytesMax = 8 * 1024 * 1024;
const hourMs = 3_600_000;

/** What handing on batches takes. */
export interface UsageBatchesOptions {
  readonly clock: Pick<Clock, 'now' | 'steady' | 'after'>;
  readonly newId: () => string;
  /** Hands a record on; must not throw. */
  readonly tell: (record: UsageRecord) => void;
  /** Hears of counts for which there was no room. */
  readonly drops: Pick<DropLog, 'dropped' | 'kept'>;
}

interface KeyBatches {
  readonly environmentId: string;
  readonly tokens: TokenBucket;
  /** By the hour that they count for, which managers sum up by: two, or three when one has just begun. */
  readonly waiting: Map<number, { readonly merged: MergedBatch; receivedAt: number }>;
}

/**
 * Hands on the batches of each SDK key, as they came while they are few and merged while they are many: whoever holds a
 * client key, which is public, must not push out of the store what others have counted. What waits goes with a later batch
 * or with a timer, since some runtimes have timers only during requests.
 */
export class UsageBatches {
  readonly #options: UsageBatchesOptions;
  readonly #keys = new Map<string, KeyBatches>();
  #bytes = 0;
  #cancel: (() => void) | undefined;

  constructor(options: UsageBatchesOptions) {
    this.#options = options;
  }

  /** Somebody has sent this batch with the key. */
  add({ id: keyId, environment }: Pick<RegisteredKey, 'id' | 'environment'>, batch: UsageBatch): void {
    if (batch.counts.length === 0) return;
    const key = this.#keyOf(keyId, environment);
    const { clock, drops } = this.#options;
    const receivedAt = clock.now();
    this.#tellWaiting(keyId, key);
    if (key.waiting.size === 0 && key.tokens.take()) {
      this.#tell(keyId, key, { batch, receivedAt });
      return;
    }
    const hour = hourOf(batch, receivedAt);
    const held = key.waiting.get(hour) ?? { merged: new MergedBatch(batch), receivedAt };
    this.#bytes -= held.merged.bytes;
    const left = this.#bytes < bytesMax ? held.merged.add(batch) : batch.counts;
    this.#bytes += held.merged.bytes;
    if (held.merged.bytes > 0) key.waiting.set(hour, Object.assign(held, { receivedAt }));
    if (left.length > 0) drops.dropped(left.length, { key: keyId, reason: 'Too many counts of one key' });
    else drops.kept();
    this.#cancel ??= clock.after(everyMs, () => this.#tick());
  }

  /** Tells what waits, and forgets all keys. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const [keyId, key] of this.#keys)
      for (const { merged, receivedAt } of key.waiting.values())
        this.#tell(keyId, key, { batch: merged.toBatch(), receivedAt });
    this.#keys.clear();
    this.#bytes = 0;
  }

  #tick(): void {
    this.#cancel = undefined;
    let isMore = false;
    for (const [keyId, key] of this.#keys) {
      this.#tellWaiting(keyId, key);
      isMore ||= key.waiting.size > 0;
    }
    if (isMore) this.#cancel = this.#options.clock.after(everyMs, () => this.#tick());
  }

  #tellWaiting(keyId: string, key: KeyBatches): void {
    for (const [hour, { merged, receivedAt }] of key.waiting) {
      if (!key.tokens.take()) return;
      key.waiting.delete(hour);
      this.#bytes -= merged.bytes;
      this.#tell(keyId, key, { batch: merged.toBatch(), receivedAt });
    }
  }

  #tell(
    keyId: string,
    { environmentId }: KeyBatches,
    { batch, receivedAt }: { readonly batch: UsageBatch; readonly receivedAt: number },
  ): void {
    const { newId, tell } = this.#options;
    tell({ id: newId(), environmentId, keyId, receivedAt, batch });
  }

  #keyOf(keyId: string, environmentId: string): KeyBatches {
    const known = this.#keys.get(keyId);
    if (known !== undefined) return known;
    if (this.#keys.size >= keysMax) this.flush();
    const tokens = new TokenBucket(this.#options.clock, { burst, everyMs });
    const key = { environmentId, tokens, waiting: new Map() };
    this.#keys.set(keyId, key);
    return key;
  }
}

/** As managers judge it: the hour in which the window ended, at most one before it was received. */
function hourOf({ window }: UsageBatch, receivedAt: number): number {
  return Math.floor(Math.min(receivedAt, Math.max(window.to, receivedAt - hourMs)) / hourMs);
}
