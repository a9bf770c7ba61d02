export { type Access, createAccess } from './access.ts';
export { ownerToken } from './first-owner.ts';
export { openAccessRoutes, sessionRoutes } from './routes.ts';
export { markSecret } from './secret-mark.ts';
