import { randomUUID } from 'node:crypto';
import { createEgress, type EgressOptions, egressRules } from '../../platform/egress/index.ts';
import { keyFor } from '../../platform/sealed.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { Dispatcher, type DispatcherDeps } from './dispatcher.ts';
import { secretPurpose } from './signing-secret.ts';
import type { WebhookTools } from './webhook-deps.ts';

/** Webhooks of one manager: what its operations need, and what sends. */
export interface Webhooks extends WebhookTools {
  readonly dispatcher: Dispatcher;
}

/** Puts webhooks together; nothing is sent before the dispatcher starts. */
export function createWebhooks({
  secret,
  url,
  egress: egressOptions,
  random,
  log,
  ...writing
}: WriteDeps & {
  /** The installation's secret. */
  readonly secret: string;
  readonly url: string | undefined;
  readonly egress: EgressOptions;
} & Pick<DispatcherDeps, 'random' | 'log'>): Webhooks {
  const tools: WebhookTools = {
    egress: createEgress({ rules: egressRules(egressOptions) }),
    secretKey: keyFor(secret, secretPurpose),
    url,
    wake: () => dispatcher.wake(),
  };
  const dispatcher = new Dispatcher({ ...writing, webhooks: tools, holder: randomUUID(), random, log });
  return { ...tools, dispatcher };
}
