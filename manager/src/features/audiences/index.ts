export { createAudience } from './create-audience.ts';
export { audienceRoutes } from './routes.ts';
