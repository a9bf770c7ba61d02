export { createSdkKey, type SdkKeyScope } from './create-sdk-key.ts';
export { type EnsuredSdkKey, ensureSdkKey } from './ensure-sdk-key.ts';
export { sdkKeyRoutes } from './routes.ts';
