export { type Installation, metaRoutes } from './routes.ts';
