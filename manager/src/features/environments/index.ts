export { findEnvironment } from './find-environment.ts';
export { environmentOperations } from './operations.ts';
export { startingConfiguration } from './starting-configuration.ts';
