export { evaluationOperations } from './operations.ts';
