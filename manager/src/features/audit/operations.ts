import { auditEntrySchema, pageSchema } from '@fauna-flags/protocol';
import {
  get,
  momentParameter,
  type Operation,
  pageParameters,
  textParameter,
} from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { listAudit } from './list-audit.ts';

/** What an audit trail can be narrowed down by. */
const filters = {
  entity: textParameter('What was changed: `kind:key`, or either of them.'),
  actor: textParameter('Who changed it.'),
  environment: textParameter('The key of the environment in which it was changed.'),
  since: momentParameter('Only what was changed then or later.'),
  until: momentParameter('Only what was changed then or before.'),
};

/** `/projects/{p}/audit`: who changed what. */
export function auditOperations(deps: Pick<WriteDeps, 'database'>): readonly Operation[] {
  return [
    get(
      '/projects/:project/audit',
      {
        id: 'listAudit',
        summary: 'read the audit trail of a project',
        description: 'The newest first.',
        needs: 'audit.read',
        query: { ...pageParameters((text) => /^\d{1,15}$/.test(text)), ...filters },
        answer: pageSchema(auditEntrySchema),
      },
      ({ scope, query }) => listAudit(deps.database, scope.project, query),
    ),
  ];
}
