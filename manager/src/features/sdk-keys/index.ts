export { createSdkKey } from './create-sdk-key.ts';
export { ensureSdkKey } from './ensure-sdk-key.ts';
export { sdkKeyRoutes } from './routes.ts';
