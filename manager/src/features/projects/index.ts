export { createProject } from './create-project.ts';
export { ensureDefaultProject } from './ensure-default-project.ts';
export { findProject } from './find-project.ts';
export { projectOperations } from './operations.ts';
