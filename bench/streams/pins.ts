import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

/** Command words that keep servers and clients apart: each kind on a CPU of its own, where there are two. */
export function pins(): { readonly server: readonly string[]; readonly clients: readonly string[] } {
  const hasTaskset = spawnSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' }).status === 0;
  if (!hasTaskset || cpus().length < 2) return { server: [], clients: [] };
  return { server: ['taskset', '-c', '1'], clients: ['taskset', '-c', '0'] };
}
