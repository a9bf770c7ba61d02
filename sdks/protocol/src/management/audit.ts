import * as z from 'zod';
import { timeSchema } from './text.ts';

/** One change as the audit list answers it: who, when, what, and the resource before and after. */
export const auditEntrySchema = z.object({
  id: z.string(),
  at: timeSchema,
  actor: z.string(),
  /** Where the request came from; empty when the change came from no request. */
  address: z.string(),
  /** The name of the API token that was used; null when there was none. */
  token: z.string().nullable(),
  /** For instance `flag.create` or `configuration.toggle`. */
  action: z.string(),
  entity: z.object({ kind: z.string(), key: z.string() }),
  environment: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
  /** Its place in the chain of its project, from 1. */
  seq: z.int(),
  /** SHA-256 over the hash before it and everything above, in hex. */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
