import * as z from 'zod';
import { timeSchema } from './text.ts';

/** One change as the audit list answers it: who, when, what, and the resource before and after. */
export const auditEntrySchema = z
  .object({
    id: z.string(),
    at: timeSchema,
    actor: z.string(),
    address: z.string().describe('Where the request came from; empty when the change came from no request.'),
    token: z
      .string()
      .nullable()
      .describe('The name of the API token that was used; null when there was none.'),
    action: z.string().describe('For instance `flag.create` or `configuration.toggle`.'),
    entity: z.object({ kind: z.string(), key: z.string() }),
    environment: z.string().nullable(),
    before: z.unknown(),
    after: z.unknown(),
    seq: z.int().describe('Its place in the chain of its project, from 1.'),
    hash: z.string().describe('SHA-256 over the hash before it and everything above, in hex.'),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** The same in the trail of the whole installation, where entries of every project stand, and those of none. */
export const installationAuditEntrySchema = auditEntrySchema
  .extend({
    project: z
      .object({ id: z.string(), key: z.string().nullable() })
      .nullable()
      .describe('Null when it belongs to no project; the key is null once the project is deleted.'),
  })
  .meta({ id: 'InstallationAuditEntry' });
export type InstallationAuditEntry = z.infer<typeof installationAuditEntrySchema>;
