import { setTimeout as sleep } from 'node:timers/promises';
import type { Fauna } from '../processes/start-fauna.ts';
import { CommitWatch } from '../processes/watch-commits.ts';

/** One toggle, in milliseconds from its commit. */
export interface Visibility {
  readonly answeredMs: number;
  readonly visibleMs: number;
  /** From the request until it is visible: the write itself included. */
  readonly fromRequestMs: number;
}

/** Between toggles, so that no one meets the one before it. */
const pauseMs = 15;

/** Toggles flags one after the other and listens to Redis meanwhile. */
export async function measureVisibility(
  fauna: Fauna,
  { flags, toggles }: { readonly flags: readonly string[]; readonly toggles: number },
): Promise<readonly Visibility[]> {
  const watch = await CommitWatch.open(fauna);
  const measured: Visibility[] = [];
  for (let count = 0; count < toggles; count += 1) {
    await sleep(pauseMs);
    const { requestedAtMs, committedAtMs, answeredAtMs, visibleAtMs } = await watch.toggle(
      flags[count % flags.length] ?? '',
    );
    measured.push({
      answeredMs: answeredAtMs - committedAtMs,
      visibleMs: visibleAtMs - committedAtMs,
      fromRequestMs: visibleAtMs - requestedAtMs,
    });
  }
  await watch.close();
  return measured;
}
