import type { Snapshot } from '@fauna-flags/protocol';

/** What an isolate holds: document id → `epoch-version-hash` with the whole hash. */
export type HeldPositions = Readonly<Record<string, string>>;

/** What a hub answers an isolate that asks for what it does not hold. Plain data, since it goes from one object to another. */
export interface HubAnswer {
  /** The documents that stand elsewhere than the isolate holds them. */
  readonly changed: Readonly<Record<string, Snapshot>>;
  /** Whether the hub knows that there is nothing newer. */
  readonly isConfirmed: boolean;
}
