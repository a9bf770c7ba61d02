import { type CompiledRuleset, compile } from '@fauna-flags/core';
import { formatPosition } from '@fauna-flags/core/link';
import { re2Regex } from '@fauna-flags/core/re2';
import { Problem, positionOf } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { type Database, snapshots } from '../../platform/database/index.ts';

/** A ruleset ready to evaluate, and where it stands. */
export interface PositionedRuleset {
  readonly position: string;
  readonly compiled: CompiledRuleset;
}

/** Compiled rulesets kept between requests: somebody who tries contexts asks the same one again and again. */
const keptMax = 8;

/** Reads an environment's snapshot, the very bytes that bearers get, compiled once a position. */
export function compiledRulesets(database: Database): (environmentId: string) => Promise<PositionedRuleset> {
  const kept = new Map<string, PositionedRuleset>();
  const regex = re2Regex();
  return async (environmentId) => {
    const [stands] = await database.read
      .select({ epoch: snapshots.epoch, version: snapshots.version, hash: snapshots.hash })
      .from(snapshots)
      .where(eq(snapshots.documentId, environmentId));
    const known = kept.get(environmentId);
    if (stands !== undefined && known?.position === formatPosition(positionOf(stands))) return known;
    const [snapshot] = await database.read
      .select()
      .from(snapshots)
      .where(eq(snapshots.documentId, environmentId));
    if (snapshot === undefined)
      throw new Problem('not_found', 'Cannot evaluate: the environment was deleted just now');
    const json: unknown = JSON.parse(Buffer.from(snapshot.payload).toString('utf8'));
    const ruleset = { position: formatPosition(positionOf(snapshot)), compiled: compile(json, { regex }) };
    kept.delete(environmentId);
    kept.set(environmentId, ruleset);
    const [oldest] = kept.keys();
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    return ruleset;
  };
}
