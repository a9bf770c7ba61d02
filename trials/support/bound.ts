import { availableParallelism, loadavg } from 'node:os';

/** More processes a core than this, and waiting in line for a core begins to be what is measured. */
const processesPerCoreMax = 2;

/**
 * A bound in milliseconds, as it can be asked of this machine at this moment. Bounds are those of a machine that has time
 * for us; on one that many others use as well they stretch in proportion to how many wait for each core.
 */
export function bound(ms: number): number {
  const perCore = (loadavg()[0] ?? 0) / availableParallelism();
  return ms * Math.max(1, perCore / processesPerCoreMax);
}
