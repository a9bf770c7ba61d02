import { randomUUID } from 'node:crypto';
import { type CreateWebhook, Problem, type Webhook } from '@fauna-flags/protocol';
import { count, eq, sql } from 'drizzle-orm';
import { type Queries, webhooks } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { seal } from '../../platform/sealed.ts';
import { type ProjectRow, writeAside } from '../publishing/index.ts';
import { checkWebhook } from './check-webhook.ts';
import { endOfTrail } from './end-of-trail.ts';
import { healthy } from './health.ts';
import { makeSecret } from './signing-secret.ts';
import { toAuditedWebhook, toWebhook } from './webhook.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/** Every change of the project becomes a request to each of them. */
const webhooksMax = 20;

/** Makes a webhook, which is told of what happens from now on. The answer is where its signing secret is seen. */
export function createWebhook(
  deps: WebhookDeps,
  { actor, project: projectKey }: { readonly actor: Actor; readonly project: string },
  { name, url, format = 'json', events = ['*'], environments = null, enabled = true }: CreateWebhook,
): Promise<Webhook> {
  return writeAside(deps, { actor, project: projectKey }, async ({ tx, at, project, record }) => {
    const what = `create webhook "${name}"`;
    await checkWebhook({ tx, egress: deps.webhooks.egress, project, what }, { url, environments });
    await requireRoom(tx, project, what);
    const secret = makeSecret(deps.randomBytes);
    const row = {
      id: randomUUID(),
      projectId: project.id,
      name,
      searchText: name.toLowerCase(),
      url,
      format,
      events,
      environments,
      enabled,
      sealedSecret: seal(deps.webhooks.secretKey, secret),
      sealedOldSecret: null,
      oldSecretUntil: null,
      cursor: await endOfTrail(tx, project.id),
      ...healthy,
      disabledReason: null,
      leasedBy: null,
      leasedUntil: null,
      revision: 1,
      createdAt: at,
      updatedAt: at,
    };
    await tx.insert(webhooks).values(row);
    record({
      action: 'webhook.create',
      entity: { kind: 'webhook', key: row.id },
      after: toAuditedWebhook(row),
    });
    return { ...toWebhook(row, project.key, at), secret };
  });
}

async function requireRoom(
  tx: Queries,
  project: Pick<ProjectRow, 'id' | 'key'>,
  what: string,
): Promise<void> {
  // Whoever makes another one waits; the project itself stays free for those who change something else.
  await tx.execute(
    sql`SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || ${project.id}::text, 0))`,
  );
  const [there] = await tx
    .select({ webhooks: count() })
    .from(webhooks)
    .where(eq(webhooks.projectId, project.id));
  if ((there?.webhooks ?? 0) < webhooksMax) return;
  throw new Problem(
    'unprocessable',
    `Cannot ${what}: project "${project.key}" has ${webhooksMax}; delete one first`,
  );
}
