import { isDeepStrictEqual } from 'node:util';
import type { PatchWebhook, RotateWebhookSecret, Webhook } from '@fauna-flags/protocol';
import { and, eq } from 'drizzle-orm';
import { type Queries, webhookDeliveries, webhooks } from '../../platform/database/index.ts';
import { type Actor, type IfMatch, requireRevision } from '../../platform/http/index.ts';
import { seal } from '../../platform/sealed.ts';
import { writeAside } from '../publishing/index.ts';
import { checkWebhook } from './check-webhook.ts';
import { endOfTrail } from './end-of-trail.ts';
import { lockWebhook } from './find-webhook.ts';
import { healthy } from './health.ts';
import { makeSecret } from './signing-secret.ts';
import { toAuditedWebhook, toWebhook, type WebhookRow } from './webhook.ts';
import type { WebhookDeps } from './webhook-deps.ts';

/** Which webhook is changed, and by whom. */
export interface WebhookScope {
  readonly actor: Actor;
  readonly project: string;
  readonly id: string;
}

/** The same, and which revision of it they saw. */
export interface WebhookChange extends WebhookScope {
  readonly ifMatch: IfMatch;
}

/**
 * Changes a webhook. One that is disabled is told of nothing, not even later: what waits is given up, and when it is enabled
 * again it begins with what happens from then on.
 */
export function patchWebhook(
  deps: WebhookDeps,
  change: WebhookChange,
  patch: PatchWebhook,
): Promise<Webhook> {
  return writeAside(deps, change, async ({ tx, at, project, record }) => {
    const row = await lockWebhook(tx, project, change.id);
    const before = toWebhook(row, project.key, at);
    const what = `change webhook "${row.name}"`;
    requireRevision(change.ifMatch, what, before);
    await checkWebhook({ tx, egress: deps.webhooks.egress, project, what }, patch);
    const edited = {
      name: patch.name ?? row.name,
      url: patch.url ?? row.url,
      format: patch.format ?? row.format,
      events: patch.events ?? row.events,
      environments: patch.environments === undefined ? row.environments : patch.environments,
      enabled: patch.enabled ?? row.enabled,
    };
    const { name, url, format, events, environments, enabled } = row;
    if (isDeepStrictEqual(edited, { name, url, format, events, environments, enabled })) return before;
    const isEnabled = edited.enabled && !row.enabled;
    const set = {
      ...edited,
      searchText: edited.name.toLowerCase(),
      // Another address has a clean record.
      ...(isEnabled || edited.url !== row.url ? { ...healthy, disabledReason: null } : {}),
      ...(isEnabled ? { cursor: await endOfTrail(tx, project.id) } : {}),
      revision: row.revision + 1,
      updatedAt: at,
    };
    await tx.update(webhooks).set(set).where(eq(webhooks.id, row.id));
    if (row.enabled && !edited.enabled) await giveUpPending(tx, row.id);
    const after = { ...row, ...set };
    record({ action: 'webhook.update', ...changeOf(row, after) });
    return toWebhook(after, project.key, at);
  });
}

/** Disables a webhook whose target has failed for too long, unless something has changed about that meanwhile. */
export function disableWebhook(deps: WebhookDeps, scope: WebhookScope, reason: string): Promise<void> {
  return writeAside(deps, scope, async ({ tx, at, project, record }) => {
    const row = await lockWebhook(tx, project, scope.id);
    if (!row.enabled || row.failures === 0) return;
    const set = {
      enabled: false,
      pausedUntil: null,
      disabledReason: reason,
      revision: row.revision + 1,
      updatedAt: at,
    };
    await tx.update(webhooks).set(set).where(eq(webhooks.id, row.id));
    await giveUpPending(tx, row.id);
    record({ action: 'webhook.update', ...changeOf(row, { ...row, ...set }) });
  });
}

/** Gives a webhook a new signing secret, beside which the old one signs until the grace ends. */
export function rotateWebhookSecret(
  deps: WebhookDeps,
  scope: WebhookScope,
  { graceSeconds }: RotateWebhookSecret,
): Promise<Webhook> {
  return writeAside(deps, scope, async ({ tx, at, project, record }) => {
    const row = await lockWebhook(tx, project, scope.id);
    const secret = makeSecret(deps.randomBytes);
    const hasGrace = graceSeconds > 0;
    const set = {
      sealedSecret: seal(deps.webhooks.secretKey, secret),
      sealedOldSecret: hasGrace ? row.sealedSecret : null,
      oldSecretUntil: hasGrace ? new Date(at.getTime() + graceSeconds * 1_000) : null,
      revision: row.revision + 1,
      updatedAt: at,
    };
    await tx.update(webhooks).set(set).where(eq(webhooks.id, row.id));
    const after = { ...row, ...set };
    record({ action: 'webhook.rotate', ...changeOf(row, after) });
    return { ...toWebhook(after, project.key, at), secret };
  });
}

/** Deletes a webhook, and the log of its deliveries. */
export function deleteWebhook(deps: WebhookDeps, change: WebhookChange): Promise<void> {
  return writeAside(deps, change, async ({ tx, at, project, record }) => {
    const row = await lockWebhook(tx, project, change.id);
    requireRevision(change.ifMatch, `delete webhook "${row.name}"`, toWebhook(row, project.key, at));
    await tx.delete(webhooks).where(eq(webhooks.id, row.id));
    record({
      action: 'webhook.delete',
      entity: { kind: 'webhook', key: row.id },
      before: toAuditedWebhook(row),
    });
  });
}

function changeOf(before: WebhookRow, after: WebhookRow) {
  return {
    entity: { kind: 'webhook', key: before.id },
    before: toAuditedWebhook(before),
    after: toAuditedWebhook(after),
  };
}

async function giveUpPending(tx: Queries, webhookId: string): Promise<void> {
  await tx
    .update(webhookDeliveries)
    .set({ status: 'failed', nextTryAt: null, reason: 'the webhook was disabled' })
    .where(and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.status, 'pending')));
}
