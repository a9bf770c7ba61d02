import { randomUUID } from 'node:crypto';
import { type CreateWebhook, Problem, type Webhook } from '@fauna-flags/protocol';
import { count, eq } from 'drizzle-orm';
import { auditChains, type Queries, webhooks } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { seal } from '../../platform/sealed.ts';
import { writeAside } from '../publishing/index.ts';
import { checkWebhook } from './check-webhook.ts';
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
    const [there] = await tx
      .select({ webhooks: count() })
      .from(webhooks)
      .where(eq(webhooks.projectId, project.id));
    if ((there?.webhooks ?? 0) >= webhooksMax)
      throw new Problem(
        'unprocessable',
        `Cannot ${what}: project "${projectKey}" has ${webhooksMax}; delete one first`,
      );
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
      failures: 0,
      failingSince: null,
      pausedUntil: null,
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

/** The place of the last entry in a project's audit trail: 0 when there is none. */
export async function endOfTrail(queries: Queries, projectId: string): Promise<number> {
  const [chain] = await queries.select().from(auditChains).where(eq(auditChains.chain, projectId));
  return chain?.seq ?? 0;
}
