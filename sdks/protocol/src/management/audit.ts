import * as z from 'zod';
import { timeSchema } from './text.ts';

/** One change as the audit list answers it: who, when, what, and the resource before and after. */
export const auditEntrySchema = z.object({
  id: z.string(),
  at: timeSchema,
  actor: z.string(),
  /** For instance `flag.create` or `configuration.toggle`. */
  action: z.string(),
  entity: z.object({ kind: z.string(), key: z.string() }),
  environment: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
