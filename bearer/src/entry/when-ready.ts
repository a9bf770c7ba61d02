import type { BearerStatus } from '../status.ts';

/** How often it is looked: far below what a start takes. */
const lookEveryMs = 10;

/**
 * Waits until a bearer can serve every request, or as long as `patienceMs`. Whoever listens before that refuses the
 * first of those who come with "not ready yet", though what it waits for is a moment away; whoever waits for ever for a
 * source that is away cannot tell a health check so.
 */
export async function whenReady(bearer: { status(): BearerStatus }, patienceMs: number): Promise<void> {
  const givesUpAt = performance.now() + patienceMs;
  while (!bearer.status().ready && performance.now() < givesUpAt)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
}
