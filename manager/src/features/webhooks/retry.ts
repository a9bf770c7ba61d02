/*
 * When something that has failed is tried again. Both waits are jittered, so that what has failed together does not come
 * back together.
 */

/** How often a delivery is tried: with these waits over about a day (1 min, 6 min, 36 min, 3.6 h, 21.6 h). */
export const triesMax = 6;

const firstWaitMs = 60_000;
const waitGrowth = 6;

/** How long a delivery waits after so many tries. `random` is in [0, 1): the wait is up to a quarter shorter or longer. */
export function retryWaitMs(tries: number, random: number): number {
  return jittered(firstWaitMs * waitGrowth ** Math.max(0, tries - 1), random);
}

/** So many tries in a row that fail are not the fault of what is sent. */
const failuresBeforePause = 5;
const firstPauseMs = 30_000;
const pauseMsMax = 60 * 60 * 1_000;

/** How long nothing is sent to a target after so many failures in a row; `undefined` when it is not paused yet. */
export function pauseMs(failures: number, random: number): number | undefined {
  if (failures < failuresBeforePause) return undefined;
  return jittered(Math.min(pauseMsMax, firstPauseMs * 2 ** (failures - failuresBeforePause)), random);
}

/** A target that has failed for so long, and so often, is not coming back on its own. */
const disabledAfterMs = 3 * 24 * 60 * 60 * 1_000;
const disabledAfterFailures = 12;

/** Why a target that keeps failing is given up; `undefined` when it is not. */
export function reasonToDisable({
  failures,
  failingSince,
  at,
  reason,
}: {
  readonly failures: number;
  readonly failingSince: Date;
  readonly at: Date;
  /** Why the last try has failed. */
  readonly reason: string;
}): string | undefined {
  const isLong = at.getTime() - failingSince.getTime() >= disabledAfterMs;
  if (!isLong || failures < disabledAfterFailures) return undefined;
  return `disabled after ${failures} failed tries in a row since ${failingSince.toISOString()}: ${reason}`;
}

function jittered(ms: number, random: number): number {
  return Math.round(ms * (0.75 + random / 2));
}
