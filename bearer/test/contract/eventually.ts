/** How long anything may take that is promised to come by itself. */
const patienceMs = 10_000;
const betweenMs = 20;

/** Asks again until the answer is yes; throws when it takes too long. */
export async function eventually(
  ask: () => Promise<boolean>,
  what: string,
  withinMs: number = patienceMs,
): Promise<void> {
  const givesUpAt = Date.now() + withinMs;
  while (!(await ask())) {
    if (Date.now() > givesUpAt) throw new Error(`Waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, betweenMs));
  }
}
