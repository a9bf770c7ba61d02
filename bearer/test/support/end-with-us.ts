import type { ChildProcess } from 'node:child_process';

/** None outlives the tests, also when a test fails before it has put its processes away. */
const endings = new Set<() => void>();
process.once('exit', () => {
  for (const end of endings) end();
});
// By itself a signal ends a process without its "exit".
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => process.exit(143));

/** Kills a child together with this process, should it still run then. */
export function endWithUs(child: ChildProcess): void {
  const end = () => void child.kill('SIGKILL');
  endings.add(end);
  child.once('exit', () => endings.delete(end));
}

/** Does something when this process ends, unless called off before: for what is not our child. */
export function atOurEnd(end: () => void): () => void {
  endings.add(end);
  return () => void endings.delete(end);
}
