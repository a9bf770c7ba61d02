export { contextSecretRoutes } from './routes.ts';
