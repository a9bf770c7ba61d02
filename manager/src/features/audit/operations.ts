import { auditEntrySchema, installationAuditEntrySchema, pageSchema } from '@fauna-flags/protocol';
import { z } from 'zod';
import { choiceParameter, get, type Operation, required } from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { auditFilters, auditPage, installationAuditFilters } from './audit-filters.ts';
import { auditFormats, auditMedia, exportAudit } from './export-audit.ts';
import { listAudit, listInstallationAudit, ofInstallation, ofProject } from './list-audit.ts';

const format = required(choiceParameter(auditFormats, 'What the file is written as.'));

const early = 'A page ends early where `before` and `after` of its entries come to a megabyte.';

/** `/projects/{p}/audit` and `/audit`: who changed what. */
export function auditOperations({ database }: Pick<WriteDeps, 'database'>): readonly Operation[] {
  return [
    get(
      '/projects/:project/audit',
      {
        id: 'listAudit',
        summary: 'read the audit trail of a project',
        description: `The newest first. ${early}`,
        needs: 'audit.read',
        query: { ...auditPage, ...auditFilters },
        answer: pageSchema(auditEntrySchema),
      },
      ({ scope, query }) => listAudit(database, scope.project, query),
    ),
    get(
      '/projects/:project/audit/export',
      {
        id: 'exportAudit',
        summary: 'export the audit trail of a project',
        description:
          'The newest first, as CSV (RFC 4180) or as one JSON array. A cell of CSV that a spreadsheet would take for a formula begins with an apostrophe.',
        needs: 'audit.read',
        query: { ...auditFilters, format },
        media: Object.values(auditMedia),
        answer: z.array(installationAuditEntrySchema),
      },
      async ({ scope, query }) =>
        exportAudit(database, await ofProject(database, scope.project, query), query.format),
    ),
    get(
      '/audit',
      {
        id: 'listInstallationAudit',
        summary: 'read the audit trail of the installation',
        description: `Of every project, of deleted ones, and what belongs to none. The newest first. ${early}`,
        needs: 'user.read',
        query: { ...auditPage, ...installationAuditFilters },
        answer: pageSchema(installationAuditEntrySchema),
      },
      ({ query }) => listInstallationAudit(database, query),
    ),
    get(
      '/audit/export',
      {
        id: 'exportInstallationAudit',
        summary: 'export the audit trail of the installation',
        description: 'As that of a project.',
        needs: 'user.read',
        query: { ...installationAuditFilters, format },
        media: Object.values(auditMedia),
        answer: z.array(installationAuditEntrySchema),
      },
      ({ query }) => exportAudit(database, ofInstallation(query), query.format),
    ),
  ];
}
