export { type Installation, metaOperations } from './operations.ts';
