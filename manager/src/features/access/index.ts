export { type Access, createAccess } from './access.ts';
export { ownerToken } from './first-owner.ts';
export { openAccessOperations, sessionOperations } from './operations.ts';
export { markSecret } from './secret-mark.ts';
export { twoFactorOperations } from './two-factor/two-factor-operations.ts';
