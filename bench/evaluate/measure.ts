import { type Engine, type ProductName, productNames } from './engine.ts';
import type { ReferenceSet } from './reference-set.ts';

/** The cost of one product in one process, in nanoseconds for one flag and one user. */
export interface Measurement {
  /** CPU time of the whole process (user and system, garbage collection included) over all batches. */
  readonly cpuNs: number;
  /** Wall time of the quickest batch: what it costs when nothing else disturbs the machine. */
  readonly bestNs: number;
}

/** Few enough users that most batches end before the scheduler's slice does. */
const usersPerBatch = 20;
const measureMs = 150;
/** A product's turn in the warm-up, and its last turn before it is timed. */
const turnMs = 50;

/** What the last call gave, kept where the optimiser cannot prove that nobody looks. */
const sink: { last: unknown } = { last: undefined };

/**
 * Warms an engine up: its products in turn, for so long. Compiling in the background is CPU time of the process like any
 * other, so that an engine which is timed too early pays for having been started.
 */
export async function warmUp(set: ReferenceSet, engine: Engine, forMs: number): Promise<void> {
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    for (const name of productNames) await loopOf(engine)(set, engine.products[name].run, turnMs);
  }
}

/** Times one product of a warm engine for long enough that the clock of CPU time is exact, users in turn. */
export async function measure(set: ReferenceSet, engine: Engine, name: ProductName): Promise<Measurement> {
  const { run } = engine.products[name];
  const loop = loopOf(engine);
  await loop(set, run, turnMs);
  const before = process.cpuUsage();
  const { batches, bestNs } = await loop(set, run, measureMs);
  const used = process.cpuUsage(before);
  const answers = usersPerBatch * set.flags.length;
  return { cpuNs: ((used.user + used.system) * 1000) / (batches * answers), bestNs: bestNs / answers };
}

function loopOf({
  asynchronous,
}: Engine): (set: ReferenceSet, run: Run, budgetMs: number) => Batches | Promise<Batches> {
  return asynchronous ? asynchronousBatches : synchronousBatches;
}

interface Batches {
  readonly batches: number;
  readonly bestNs: number;
}

type Run = (userIndex: number) => unknown;

function synchronousBatches(set: ReferenceSet, run: Run, budgetMs: number): Batches {
  const end = performance.now() + budgetMs;
  let batches = 0;
  let bestNs = Number.POSITIVE_INFINITY;
  let user = 0;
  do {
    const started = process.hrtime.bigint();
    for (let count = 0; count < usersPerBatch; count += 1) {
      sink.last = run(user);
      user = user + 1 === set.users.length ? 0 : user + 1;
    }
    bestNs = Math.min(bestNs, Number(process.hrtime.bigint() - started));
    batches += 1;
  } while (performance.now() < end);
  return { batches, bestNs };
}

/** The same with an await for each user. Apart from the other, so that no synchronous engine pays for a promise. */
async function asynchronousBatches(set: ReferenceSet, run: Run, budgetMs: number): Promise<Batches> {
  const end = performance.now() + budgetMs;
  let batches = 0;
  let bestNs = Number.POSITIVE_INFINITY;
  let user = 0;
  do {
    const started = process.hrtime.bigint();
    for (let count = 0; count < usersPerBatch; count += 1) {
      sink.last = await run(user);
      user = user + 1 === set.users.length ? 0 : user + 1;
    }
    bestNs = Math.min(bestNs, Number(process.hrtime.bigint() - started));
    batches += 1;
  } while (performance.now() < end);
  return { batches, bestNs };
}
