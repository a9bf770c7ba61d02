export type { Context, Evaluation, Json } from '@fauna-flags/core';
export {
  type Answer,
  type Details,
  LinkError,
  type LinkErrorCode,
  type LinkPlatform,
  type SessionEvents,
  type Status,
} from '@fauna-flags/core/link';
export { createServerClient, type ServerClient, type ServerClientOptions } from './server-client.ts';
export { type SignContextOptions, signContext } from './sign-context.ts';
