import { type DeliveryAlarm, deliverySchema, type ReceivedHeartbeat } from '@fauna-flags/protocol';
import type { Database } from '../../platform/database/index.ts';
import { get, type Operation } from '../../platform/http/index.ts';
import { readDelivery } from './read-delivery.ts';

/** What the delivery report is made of. */
export interface DeliveryDeps {
  readonly database: Database;
  /** How all bearers do. */
  readonly heartbeats: () => Promise<readonly ReceivedHeartbeat[]>;
  /** What is wrong with the delivery of an environment, as far as this manager has noticed. */
  readonly alarms: (environmentId: string) => readonly DeliveryAlarm[];
}

/** `/projects/{p}/environments/{e}/delivery`: which version lies in the store, and which each bearer serves. */
export function deliveryOperations(deps: DeliveryDeps): readonly Operation[] {
  return [
    get(
      '/projects/:project/environments/:environment/delivery',
      {
        id: 'getDelivery',
        summary: 'tell how far the newest version of an environment has come',
        needs: 'delivery.read',
        answer: deliverySchema,
      },
      ({ scope }) => readDelivery(deps, scope),
    ),
  ];
}
