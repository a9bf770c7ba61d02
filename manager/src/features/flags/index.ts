export { createFlag } from './create-flag.ts';
export { configurationOperations, flagOperations } from './operations.ts';
export { putConfiguration } from './put-configuration.ts';
