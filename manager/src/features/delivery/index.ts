export { AlarmWatch } from './alarm-watch.ts';
export { type DeliveryDeps, deliveryOperations } from './operations.ts';
