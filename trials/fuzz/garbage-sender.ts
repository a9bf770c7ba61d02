import { answerQuestions } from '../support/load-process.ts';
import { sendGarbage } from './garbage-connection.ts';
import { garbageOf, type KnownKeys } from './malformed-request.ts';

/** One share of the garbage. */
export interface GarbageTask {
  readonly port: number;
  readonly keys: KnownKeys;
  readonly seed: number;
  /** Numbers of requests, the first and how many: each is made of the seed and its number alone. */
  readonly first: number;
  readonly count: number;
  readonly connectionsMax: number;
}

/** What came of it. */
export interface GarbageReport {
  readonly sent: number;
  /** How many answers had which status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, number>>;
  /** Numbers of the requests that were answered with 5xx, or with a bare 503. */
  readonly suspects: readonly { readonly request: number; readonly statuses: readonly number[] }[];
}

answerQuestions(async ({ port, keys, seed, first, count, connectionsMax }: GarbageTask) => {
  const statuses: Record<string, number> = {};
  const ends: Record<string, number> = {};
  const suspects: { request: number; statuses: readonly number[] }[] = [];
  let next = first;
  const work = async (worker: number) => {
    while (next < first + count) {
      const at = next;
      next += 1;
      const answer = await sendGarbage({
        port,
        ...garbageOf({ seed, at, keys }),
        sourceAddress: `127.0.0.${2 + (worker % 200)}`,
      });
      ends[answer.end] = (ends[answer.end] ?? 0) + 1;
      for (const status of answer.statuses) statuses[status] = (statuses[status] ?? 0) + 1;
      if (answer.isBareRefusal || answer.statuses.some((status) => status >= 500))
        suspects.push({ request: at, statuses: answer.statuses });
    }
  };
  await Promise.all(Array.from({ length: connectionsMax }, (_, worker) => work(worker)));
  return { sent: count, statuses, ends, suspects } satisfies GarbageReport;
});
