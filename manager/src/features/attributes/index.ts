export { createAttribute } from './create-attribute.ts';
export { attributeRoutes } from './routes.ts';
