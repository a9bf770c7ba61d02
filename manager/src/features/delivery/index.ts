export { type DeliveryDeps, deliveryRoutes } from './routes.ts';
