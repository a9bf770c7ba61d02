import type { deliveryStatuses, Page, WebhookDelivery } from '@fauna-flags/protocol';
import { and, desc, eq, lt } from 'drizzle-orm';
import { type Database, webhookDeliveries } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { toDelivery } from './delivery.ts';
import { findWebhook } from './find-webhook.ts';

/** Which deliveries a list holds. */
export interface DeliveriesRequest extends Omit<ListRequest, 'query'> {
  readonly status: (typeof deliveryStatuses)[number] | undefined;
}

/** Whether a text is a place in this list: the number of a delivery. */
export function isDeliveryPlace(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** The log of a webhook's deliveries, the newest first. */
export async function listDeliveries(
  database: Database,
  where: { readonly project: string; readonly id: string },
  { limit, cursor, status }: DeliveriesRequest,
): Promise<Page<WebhookDelivery>> {
  const project = await findProject(database.read, where.project);
  const webhook = await findWebhook(database.read, project, where.id);
  const rows = await database.read
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhookId, webhook.id),
        cursor === undefined ? undefined : lt(webhookDeliveries.number, Number(cursor)),
        status === undefined ? undefined : eq(webhookDeliveries.status, status),
      ),
    )
    .orderBy(desc(webhookDeliveries.number))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: toDelivery, place: ({ number }) => String(number) });
}
