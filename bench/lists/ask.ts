import type pg from 'pg';
import { processCpuUs } from '../processes/process-cpu.ts';
import type { Fauna } from '../processes/start-fauna.ts';

/** What some requests, one after the other, have cost. */
export interface Asked {
  readonly ms: readonly number[];
  /** CPU time for one request: of the manager, and of the database's own processes for it. */
  readonly managerCpuUs: number;
  readonly databaseCpuUs: number;
}

/** Asks for the same list so many times; fails unless it holds as many flags as it should. */
export async function ask(
  fauna: Fauna,
  database: pg.Client,
  { query, items, times }: { readonly query: string; readonly items: number; readonly times: number },
): Promise<Asked> {
  const cpuBefore = await cpuUs(fauna, database);
  const ms: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const startedMs = performance.now();
    const page = (await fauna.api('GET', `/projects/default/flags${query}`)) as { items: unknown[] };
    ms.push(performance.now() - startedMs);
    if (page.items.length !== items)
      throw new Error(`Cannot measure "${query}": it lists ${page.items.length} flags, expected ${items}`);
  }
  const cpuAfter = await cpuUs(fauna, database);
  return {
    ms,
    managerCpuUs: (cpuAfter.manager - cpuBefore.manager) / times,
    databaseCpuUs: (cpuAfter.database - cpuBefore.database) / times,
  };
}

async function cpuUs({ managerPid }: Fauna, database: pg.Client) {
  const { rows } = await database.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  return {
    manager: processCpuUs(managerPid),
    database: rows.reduce((sum, { pid }) => sum + processCpuUs(pid), 0),
  };
}
