export { type Access, createAccess } from './access.ts';
export { accountOperations } from './account-operations.ts';
export { sessionOf, signedInAnswer, visitorOf } from './answers.ts';
export { ownerToken } from './first-owner.ts';
export { oidcOperations } from './oidc/oidc-operations.ts';
export type { OidcSettings } from './oidc/oidc-settings.ts';
export { openAccessOperations, sessionOperations } from './operations.ts';
export { markSecret } from './secret-mark.ts';
export { twoFactorOperations } from './two-factor/two-factor-operations.ts';
