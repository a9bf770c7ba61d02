export { createAudience } from './create-audience.ts';
export { audienceOperations } from './operations.ts';
