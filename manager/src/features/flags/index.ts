export { createFlag } from './create-flag.ts';
export { putConfiguration } from './put-configuration.ts';
export { flagRoutes } from './routes.ts';
