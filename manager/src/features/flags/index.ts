export { createFlag } from './create-flag.ts';
export { configurationOperations, flagOperations, historyOperations } from './operations.ts';
export { putConfiguration } from './put-configuration.ts';
