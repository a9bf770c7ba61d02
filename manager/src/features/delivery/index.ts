export { type DeliveryDeps, deliveryOperations } from './operations.ts';
