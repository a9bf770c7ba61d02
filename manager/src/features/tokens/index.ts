export { tokenOperations } from './operations.ts';
