import type { LiveChange } from '@fauna-flags/protocol';
import { asc, desc, eq, gt, sql } from 'drizzle-orm';
import { auditEntries, type Database, projects } from '../../platform/database/index.ts';

/*
 * Follows the audit trail of all managers. Ids are given out when an entry is written and seen when it is committed, so
 * that a lower one can appear after a higher one. So every read begins some seconds back and leaves out what it has told
 * before; what lies further back has been committed or never will be.
 */

/** Longer than a transaction can take between its audit entry and its end: the database ends it after ten seconds. */
const windowMs = 15_000;
/** Entries told within the window that are remembered. More come only from imports, and those come in order. */
const rememberedMax = 2_000;
/** What one read brings at most; the rest follows in the next. */
export const auditReadMax = 500;

/** The audit trail from one moment on. */
export class AuditTail {
  readonly #database: Database;
  readonly #now: () => number;
  /** When each entry above the floor was told, in the order of telling. */
  readonly #told = new Map<number, number>();
  #floor = 0;

  private constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** Begins behind what is committed now. */
  static async start(database: Database, now: () => number): Promise<AuditTail> {
    const tail = new AuditTail(database, now);
    const rows = await database.read
      .select({ id: auditEntries.id })
      .from(auditEntries)
      .orderBy(desc(auditEntries.id))
      .limit(rememberedMax);
    for (const { id } of rows.reverse()) tail.#told.set(id, now());
    if (rows.length === rememberedMax) tail.#floor = (rows[0]?.id ?? 0) - 1;
    return tail;
  }

  /** What has been committed since the last read, each entry once. One read at a time. */
  async read(): Promise<readonly LiveChange[]> {
    const told = [...this.#told.keys()];
    const rows = await this.#database.read
      .select({
        id: auditEntries.id,
        at: auditEntries.at,
        actor: auditEntries.actor,
        action: auditEntries.action,
        entityKind: auditEntries.entityKind,
        entityKey: auditEntries.entityKey,
        environment: auditEntries.environment,
        project: projects.key,
      })
      .from(auditEntries)
      .leftJoin(projects, eq(projects.id, auditEntries.projectId))
      .where(
        sql`${gt(auditEntries.id, this.#floor)} AND ${auditEntries.id} <> ALL(${sql.param(told)}::bigint[])`,
      )
      .orderBy(asc(auditEntries.id))
      .limit(auditReadMax);
    for (const { id } of rows) this.#told.set(id, this.#now());
    this.#forget();
    return rows.map(({ id, at, entityKind, entityKey, ...rest }) => ({
      ...rest,
      id: String(id),
      at: at.toISOString(),
      entity: { kind: entityKind, key: entityKey },
    }));
  }

  /** Raises the floor to the highest id that was told long enough ago, or beyond what can be remembered. */
  #forget(): void {
    const longAgo = this.#now() - windowMs;
    let excess = this.#told.size - rememberedMax;
    for (const [id, at] of this.#told) {
      if (at > longAgo && excess <= 0) break;
      excess -= 1;
      this.#floor = Math.max(this.#floor, id);
    }
    for (const id of this.#told.keys()) if (id <= this.#floor) this.#told.delete(id);
  }
}
