/** A value as SQLite in a Durable Object takes and gives it. */
export type SqlValue = ArrayBuffer | string | number | null;

/** What is used of a Durable Object's storage. All of it is synchronous and outlives the object. */
export interface DurableStorage {
  readonly sql: {
    exec(
      query: string,
      ...bindings: (SqlValue | ArrayBufferView)[]
    ): { toArray(): Record<string, SqlValue>[] };
  };
  /** Takes effect as a whole, or not at all when `run` throws. */
  transactionSync<T>(run: () => T): T;
}
