import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * The floor under a write to one environment: the transaction that locks its row, raises its version and replaces its
 * snapshot, and nothing else. In tables of its own beside Fauna's, with the bytes of Fauna's own snapshot.
 */
export class RowLockFloor {
  readonly snapshotBytes: number;
  readonly #clients: readonly pg.Client[];
  readonly #payload: Buffer;

  private constructor(clients: readonly pg.Client[], payload: Buffer) {
    this.#clients = clients;
    this.#payload = payload;
    this.snapshotBytes = payload.length;
  }

  /** Makes the tables and as many connections as there are writers. */
  static async prepare(databaseUrl: string, writers: number): Promise<RowLockFloor> {
    const clients = Array.from({ length: writers }, () => new pg.Client({ connectionString: databaseUrl }));
    for (const client of clients) await client.connect();
    const [first] = clients;
    if (first === undefined) throw new Error('Cannot measure without a writer');
    await first.query('CREATE TABLE bench_environments (id int PRIMARY KEY, version bigint NOT NULL)');
    await first.query(
      'CREATE TABLE bench_snapshots (id int PRIMARY KEY, version bigint NOT NULL, payload bytea NOT NULL)',
    );
    await first.query('INSERT INTO bench_environments VALUES (1, 0)');
    const { rows } = await first.query<{ payload: Buffer }>(
      'SELECT payload FROM snapshots ORDER BY length(payload) DESC LIMIT 1',
    );
    const [largest] = rows;
    if (largest === undefined) throw new Error('Cannot find a snapshot of Fauna');
    return new RowLockFloor(clients, largest.payload);
  }

  /** Writes with all connections for so many seconds; gives commits a second. */
  async run(seconds: number): Promise<number> {
    const before = await this.#version();
    const ending = new AbortController();
    const started = performance.now();
    const writing = this.#clients.map((client) => this.#write(client, ending.signal));
    await sleep(seconds * 1_000);
    ending.abort();
    await Promise.all(writing);
    const elapsed = (performance.now() - started) / 1_000;
    return ((await this.#version()) - before) / elapsed;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.end();
  }

  async #write(client: pg.Client, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await client.query('BEGIN');
      const { rows } = await client.query<{ version: string }>(
        'SELECT version FROM bench_environments WHERE id = 1 FOR UPDATE',
      );
      const version = Number(rows[0]?.version) + 1;
      await client.query('UPDATE bench_environments SET version = $1 WHERE id = 1', [version]);
      await client.query(
        'INSERT INTO bench_snapshots VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET version = $1, payload = $2',
        [version, this.#payload],
      );
      await client.query('COMMIT');
    }
  }

  async #version(): Promise<number> {
    const result = await this.#clients[0]?.query<{ version: string }>(
      'SELECT version FROM bench_environments',
    );
    return Number(result?.rows[0]?.version);
  }
}
