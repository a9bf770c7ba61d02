import type { SdkKeyUses } from '@fauna-flags/protocol';
import { inArray } from 'drizzle-orm';
import { type Queries, sdkKeyUses } from '../../platform/database/index.ts';

/** How SDK keys are used, of all of them in one question; answers by the key's id. */
export async function readKeyUses(
  queries: Queries,
  keyIds: readonly string[],
): Promise<(keyId: string) => SdkKeyUses> {
  const rows =
    keyIds.length === 0
      ? []
      : await queries
          .select()
          .from(sdkKeyUses)
          .where(inArray(sdkKeyUses.keyId, [...keyIds]));
  const uses = new Map(rows.map((row) => [row.keyId, row]));
  return (keyId) => {
    const row = uses.get(keyId);
    return {
      lastUsedAt: row?.lastUsedAt.toISOString() ?? null,
      requests: row?.requests ?? 0,
      browserUseAt: row?.browserAt?.toISOString() ?? null,
    };
  };
}
