import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that says, in its pid file, that it runs on a cluster. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

/**
 * Reads who runs on the cluster. `undefined` when nobody does: no pid file, or one that a crash left behind. A pid that
 * now belongs to another program is seen as left behind, and the file is removed, since Postgres itself would take any
 * living process of the same account for its older self and refuse to start.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const postmaster = readPostmaster(cluster);
  if (postmaster === undefined) await rm(pidFile(cluster), { force: true });
  return postmaster;
}

/** The same, and leaves the file where it is. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(pidFile(cluster), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isPostgres(pid)) return undefined;
  return { pid, port: Number(lines[3]) || 0 };
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}

/** Asks the server to end (fast shutdown: open transactions are rolled back) and waits; at last it is killed. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const { signal, patienceMs } of [
    { signal: 'SIGINT', patienceMs: 20_000 },
    { signal: 'SIGQUIT', patienceMs: 5_000 },
    { signal: 'SIGKILL', patienceMs: 5_000 },
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 20) {
      if (!isAlive(pid)) return;
      await sleep(20);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** A process that has ended and that its parent has not asked about yet still answers signal 0. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

/** Whether the process lives and is a Postgres: pids are given to others in time. */
export function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    const command =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        : process.platform === 'win32'
          ? execFileSync('tasklist', ['/FI', `PID eq ${pid}`, '/NH'], { encoding: 'utf8' })
          : execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
    return command.includes('postgres');
  } catch {
    return false;
  }
}
