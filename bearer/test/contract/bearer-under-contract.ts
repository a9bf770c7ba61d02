import type { Snapshot } from '@fauna-flags/protocol';

/** A running bearer, whatever runs it, and what a test may do to the world around it. */
export interface BearerUnderContract {
  /** Sends one request; the path begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Lays a document where the bearer reads it, and hints at it. */
  publish(documentId: string, snapshot: Snapshot): Promise<void>;
  /** Everything that it has written for people and log readers so far. */
  log(): string;
  /** By when a revoked key's streams have ended; a second when absent. */
  readonly revocationMsMax?: number | undefined;
  /** Asks it to end in good order; absent where the runtime knows no such moment. */
  readonly drain?: (() => Promise<void>) | undefined;
  /**
   * Takes everything upstream away, kills the bearer without a word, and starts it again from what it has kept; the answer
   * brings back what was taken away.
   */
  readonly restartAlone?: (() => Promise<() => Promise<void>>) | undefined;
  /** Puts everything away. */
  end(): Promise<void>;
}
