export { createAttribute } from './create-attribute.ts';
export { attributeOperations } from './operations.ts';
