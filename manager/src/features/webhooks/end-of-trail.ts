import { eq } from 'drizzle-orm';
import { auditChains, type Queries } from '../../platform/database/index.ts';

/** The place of the last entry in a project's audit trail: 0 when there is none. */
export async function endOfTrail(queries: Queries, projectId: string): Promise<number> {
  const [chain] = await queries.select().from(auditChains).where(eq(auditChains.chain, projectId));
  return chain?.seq ?? 0;
}
