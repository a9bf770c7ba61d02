export { checkAudience } from './check-audience.ts';
export { checkConfiguration } from './check-configuration.ts';
export { oneOf } from './one-of.ts';
export { loadProjectModel, loadVocabulary } from './project-model.ts';
export { usersOfAttribute, usersOfAudience, usersOfFlag, usersOfVariation } from './references.ts';
