import { Problem, type UsageReport } from '@fauna-flags/protocol';
import { and, asc, eq, gte, lt } from 'drizzle-orm';
import { type Database, flags, usageHours } from '../../platform/database/index.ts';
import { findEnvironment } from '../environments/index.ts';

/** Which counts somebody wants to see. */
export interface UsageRequest {
  readonly environment: string;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** What is shown unless told otherwise. */
const daysShown = 7;
/** A quarter of a year, whichever. */
const daysMax = 92;

/** How often each variation of a flag was served in an environment, by the hour; 404 when there is no such flag. */
export async function readUsage(
  { database, now }: { readonly database: Database; readonly now: () => Date },
  scope: { readonly project: string; readonly flag: string },
  request: UsageRequest,
): Promise<UsageReport> {
  const { from, to } = periodOf(request, now());
  const environment = await findEnvironment(database.read, { ...scope, environment: request.environment });
  const [flag] = await database.read
    .select({ id: flags.id })
    .from(flags)
    .where(and(eq(flags.projectId, environment.projectId), eq(flags.key, scope.flag)));
  if (flag === undefined) {
    throw new Problem('not_found', `Cannot find flag "${scope.flag}" in project "${scope.project}"`);
  }
  const rows = await database.read
    .select({ hour: usageHours.hour, variation: usageHours.variation, count: usageHours.count })
    .from(usageHours)
    .where(
      and(
        eq(usageHours.flagId, flag.id),
        eq(usageHours.environmentId, environment.id),
        gte(usageHours.hour, from),
        lt(usageHours.hour, to),
      ),
    )
    .orderBy(asc(usageHours.hour), asc(usageHours.variation));
  return { environment: environment.key, from: from.toISOString(), to: to.toISOString(), ...summedUp(rows) };
}

/** Both ends on whole hours. 400 when they stand the wrong way round, or too far apart. */
function periodOf({ from, to }: UsageRequest, now: Date): { readonly from: Date; readonly to: Date } {
  const end = Math.ceil((to ?? now).getTime() / hourMs) * hourMs;
  const begin = Math.floor((from?.getTime() ?? end - daysShown * dayMs) / hourMs) * hourMs;
  const wrong =
    begin >= end
      ? 'must be before "to"'
      : end - begin > daysMax * dayMs
        ? `must be at most ${daysMax} days before "to"`
        : undefined;
  if (wrong === undefined) return { from: new Date(begin), to: new Date(end) };
  throw new Problem('invalid', `Cannot read usage: "from" ${wrong}`, {
    errors: [{ path: 'from', message: wrong }],
  });
}

function summedUp(
  rows: readonly { readonly hour: Date; readonly variation: string; readonly count: number }[],
): Pick<UsageReport, 'total' | 'variations' | 'hours'> {
  const bounded = (count: number) => Math.min(count, Number.MAX_SAFE_INTEGER);
  const variations = new Map<string, number>();
  const hours = new Map<string, UsageReport['variations']>();
  let total = 0;
  for (const { hour, variation, count } of rows) {
    total = bounded(total + count);
    variations.set(variation, bounded((variations.get(variation) ?? 0) + count));
    const at = hour.toISOString();
    const counts = hours.get(at) ?? [];
    counts.push({ variation: variation === '' ? null : variation, count });
    hours.set(at, counts);
  }
  return {
    total,
    variations: [...variations].map(([variation, count]) => ({
      variation: variation === '' ? null : variation,
      count,
    })),
    hours: [...hours].map(([from, counts]) => ({ from, counts })),
  };
}
