export { memberOperations, openInvitationOperations } from './operations.ts';
