import pg from 'pg';
import { processCpuUs } from '../processes/process-cpu.ts';
import type { Fauna } from '../processes/start-fauna.ts';

/** One round of writers on one environment. */
export interface WriteRound {
  readonly perSecond: number;
  /** CPU time of the manager for one commit. */
  readonly managerCpuUs: number;
  /** How many were answered with 200, and by how much the environment's version grew: without a gap they are the same. */
  readonly answered: number;
  readonly versions: number;
}

/** Toggles flags of one environment through the API with so many writers at once, each flag by one writer only. */
export async function writeFor(
  fauna: Fauna,
  {
    flags,
    writers,
    seconds,
  }: { readonly flags: readonly string[]; readonly writers: number; readonly seconds: number },
): Promise<WriteRound> {
  const database = new pg.Client({ connectionString: fauna.databaseUrl });
  await database.connect();
  const before = await versionOf(database);
  const cpuBefore = processCpuUs(fauna.managerPid);
  const startedMs = performance.now();
  const endsMs = startedMs + seconds * 1_000;
  const counts = await Promise.all(
    Array.from({ length: writers }, (_, writer) => toggleUntil(fauna, flags[writer] ?? '', endsMs)),
  );
  const elapsed = (performance.now() - startedMs) / 1_000;
  const answered = counts.reduce((sum, count) => sum + count, 0);
  const versions = (await versionOf(database)) - before;
  await database.end();
  return {
    perSecond: answered / elapsed,
    managerCpuUs: (processCpuUs(fauna.managerPid) - cpuBefore) / answered,
    answered,
    versions,
  };
}

async function toggleUntil({ api }: Fauna, flag: string, endsMs: number): Promise<number> {
  const path = `/projects/default/flags/${flag}/environments/production`;
  let { enabled } = (await api('GET', path)) as { enabled: boolean };
  let count = 0;
  while (performance.now() < endsMs) {
    enabled = !enabled;
    await api('POST', `${path}/toggle`, { enabled });
    count += 1;
  }
  return count;
}

async function versionOf(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ version: string }>(
    "SELECT e.version FROM environments e JOIN projects p ON p.id = e.project_id WHERE p.key = 'default' AND e.key = 'production'",
  );
  return Number(rows[0]?.version);
}
