export { createSdkKey } from './create-sdk-key.ts';
export { ensureSdkKey } from './ensure-sdk-key.ts';
export { sdkKeyOperations } from './operations.ts';
