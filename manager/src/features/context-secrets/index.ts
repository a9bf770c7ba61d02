export { contextSecretOperations } from './operations.ts';
