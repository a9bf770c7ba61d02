export { webhookOperations } from './operations.ts';
export type { WebhookDeps } from './webhook-deps.ts';
export { createWebhooks, type Webhooks } from './webhooks.ts';
