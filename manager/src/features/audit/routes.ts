import { momentSchema } from '@fauna-flags/protocol';
import { type Context, Hono } from 'hono';
import {
  type ApiEnv,
  badParameter,
  pathKey,
  readListRequest,
  readQueryText,
} from '../../platform/http/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { listAudit } from './list-audit.ts';

/** `/projects/{p}/audit`. */
export function auditRoutes(deps: Pick<WriteDeps, 'database'>): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/projects/:project/audit', async (c) =>
    c.json(
      await listAudit(deps.database, pathKey(c, 'project'), {
        ...readListRequest(c, (text) => /^\d{1,15}$/.test(text)),
        entity: readQueryText(c, 'entity'),
        actor: readQueryText(c, 'actor'),
        environment: readQueryText(c, 'environment'),
        since: readTime(c, 'since'),
        until: readTime(c, 'until'),
      }),
    ),
  );
  return app;
}

function readTime(c: Context, name: string): Date | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  const parsed = momentSchema.safeParse(text);
  if (!parsed.success) {
    throw badParameter(name, parsed.error.issues[0]?.message ?? 'must be a date');
  }
  return new Date(parsed.data);
}
