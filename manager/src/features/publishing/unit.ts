import type { Snapshot } from '@fauna-flags/protocol';
import type { Database, environments, Later, projects, Queries } from '../../platform/database/index.ts';
import type { IdempotentRequest } from '../../platform/http/index.ts';
import type { KnownRulesets } from './known-rulesets.ts';

/** What use cases need of the world. */
export interface WriteDeps {
  readonly database: Database;
  readonly now: () => Date;
  /** A cryptographic generator. */
  readonly randomBytes: (size: number) => Uint8Array;
  /**
   * Told after each commit which documents have a new snapshot, and those of environments as they were committed; must not
   * throw, and nobody waits for it.
   */
  readonly onCommit: (documentIds: readonly string[], snapshots: ReadonlyMap<string, Snapshot>) => void;
  /** What was committed last, so that a change of one flag need not read all the others; absent: they are read. */
  readonly known?: KnownRulesets;
  /** Set for one request that its sender may send again: it is done once, and answered the same every time. */
  readonly idempotent?: IdempotentRequest;
}

/** A project as the database holds it. */
export type ProjectRow = typeof projects.$inferSelect;
/** An environment as the database holds it. */
export type EnvironmentRow = typeof environments.$inferSelect;

/** One entry of the audit trail, but for what the transaction knows itself. */
export interface Change {
  readonly action: string;
  readonly entity: { readonly kind: string; readonly key: string };
  readonly environment?: string;
  readonly before?: object | null;
  readonly after?: object | null;
  /** True when the ruleset of the environment is another one for it: tells how many versions a commit of several is. */
  readonly isSeen?: boolean;
}

/** What a use case works with inside the transaction. */
export interface Unit {
  readonly tx: Queries;
  /** Sends a statement whose outcome only the commit waits for. */
  readonly later: Later;
  readonly at: Date;
  /** The locked environments: the one of the scope, or all of the project in the order of their ids. */
  readonly environments: readonly EnvironmentRow[];
  /** Tells what was changed. A unit that records nothing has changed nothing, and nothing is compiled for it. */
  record(change: Change): void;
}

/** What a use case works with that can change no ruleset. */
export type AsideUnit = Omit<Unit, 'environments'>;

/** A unit of a project that exists. */
export interface ProjectUnit extends Unit {
  readonly project: ProjectRow;
}

/** A unit of one environment. */
export interface EnvironmentUnit extends ProjectUnit {
  readonly environment: EnvironmentRow;
}
