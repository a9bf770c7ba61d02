export { findEnvironment } from './find-environment.ts';
export { environmentRoutes } from './routes.ts';
export { startingConfiguration } from './starting-configuration.ts';
