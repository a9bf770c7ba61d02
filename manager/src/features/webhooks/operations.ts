import {
  createWebhookSchema,
  deliveryStatuses,
  pageSchema,
  patchWebhookSchema,
  rotateWebhookSecretSchema,
  webhookDeliverySchema,
  webhookSchema,
} from '@fauna-flags/protocol';
import {
  choiceParameter,
  forRequest,
  get,
  type Operation,
  pageParameters,
  patch,
  post,
  remove,
} from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { deleteWebhook, patchWebhook, rotateWebhookSecret } from './change-webhook.ts';
import { createWebhook } from './create-webhook.ts';
import { findWebhook } from './find-webhook.ts';
import { isDeliveryPlace, listDeliveries } from './list-deliveries.ts';
import { isWebhookPlace, listWebhooks } from './list-webhooks.ts';
import { redeliver } from './redeliver.ts';
import { webhookTests } from './test-webhook.ts';
import { toWebhook } from './webhook.ts';
import type { WebhookDeps } from './webhook-deps.ts';

const all = '/projects/:project/webhooks';
const one = `${all}/:id` as const;
const deliveries = `${one}/deliveries` as const;

/** `/projects/{p}/webhooks`: whom to tell what has changed, and how that went. */
export function webhookOperations(deps: WebhookDeps): readonly Operation[] {
  return [...ofWebhooks(deps), ...ofDeliveries(deps)];
}

function ofWebhooks(deps: WebhookDeps): readonly Operation[] {
  /** What was changed about a webhook may give the dispatcher something to do. */
  const thenLook = async <Result>(change: Promise<Result>) => {
    const result = await change;
    deps.webhooks.wake();
    return result;
  };
  return [
    get(
      all,
      {
        id: 'listWebhooks',
        summary: 'list the webhooks of a project',
        needs: 'webhook.read',
        query: pageParameters(isWebhookPlace),
        answer: pageSchema(webhookSchema),
      },
      ({ scope, query }) => listWebhooks(deps, scope.project, query),
    ),
    post(
      all,
      {
        id: 'createWebhook',
        summary: 'create a webhook',
        description: 'Its signing secret is in this one answer. It is told of what happens from then on.',
        needs: 'webhook.write',
        body: createWebhookSchema,
        status: 201,
        answer: webhookSchema,
      },
      ({ c, scope, body }) => thenLook(createWebhook(forRequest(c, deps), scope, body)),
    ),
    get(
      one,
      { id: 'getWebhook', summary: 'read a webhook', needs: 'webhook.read', answer: webhookSchema },
      async ({ scope }) => {
        const { read } = deps.database;
        const project = await findProject(read, scope.project);
        return toWebhook(await findWebhook(read, project, scope.id), project.key, deps.now());
      },
    ),
    patch(
      one,
      {
        id: 'updateWebhook',
        summary: 'change a webhook',
        description: 'One that is disabled is told of nothing, not even when it is enabled again.',
        needs: 'webhook.write',
        body: patchWebhookSchema,
        answer: webhookSchema,
      },
      ({ scope, body }) => thenLook(patchWebhook(deps, scope, body)),
    ),
    remove(one, { id: 'deleteWebhook', summary: 'delete a webhook', needs: 'webhook.write' }, ({ scope }) =>
      deleteWebhook(deps, scope),
    ),
    post(
      `${one}/rotate`,
      {
        id: 'rotateWebhookSecret',
        summary: 'rotate the signing secret of a webhook',
        description: 'The new one is in this one answer. The old one signs beside it until the grace ends.',
        needs: 'webhook.write',
        body: rotateWebhookSecretSchema,
        answer: webhookSchema,
      },
      ({ c, scope, body }) => rotateWebhookSecret(forRequest(c, deps), scope, body),
    ),
  ];
}

function ofDeliveries(deps: WebhookDeps): readonly Operation[] {
  const test = webhookTests(deps);
  const { limit, cursor } = pageParameters(isDeliveryPlace);
  return [
    post(
      `${one}/test`,
      {
        id: 'testWebhook',
        summary: 'test a webhook',
        description:
          'Sends a `test` event at once, to one that is disabled too, and answers how it went. 20 times within ten minutes at most.',
        needs: 'webhook.write',
        // No second time has to be told from a first one.
        isKept: false,
        answer: webhookDeliverySchema,
        problems: ['rate_limited'],
      },
      ({ scope }) => test(scope),
    ),
    get(
      deliveries,
      {
        id: 'listWebhookDeliveries',
        summary: 'read the log of a webhook’s deliveries',
        description: 'The newest first, of the last 30 days.',
        needs: 'webhook.read',
        query: {
          limit,
          cursor,
          status: choiceParameter(deliveryStatuses, 'Only those of which this has become.'),
        },
        answer: pageSchema(webhookDeliverySchema),
      },
      ({ scope, query }) => listDeliveries(deps.database, scope, query),
    ),
    post(
      `${deliveries}/:delivery/redeliver`,
      {
        id: 'redeliverWebhookDelivery',
        summary: 'send a delivery of a webhook again',
        description: 'Under the same id, at once, and as often as a new one if it fails.',
        needs: 'webhook.write',
        // No second time has to be told from a first one.
        isKept: false,
        status: 202,
        answer: webhookDeliverySchema,
      },
      ({ scope }) => redeliver(deps, scope),
    ),
  ];
}
