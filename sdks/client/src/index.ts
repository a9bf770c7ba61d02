export type { Context, Json } from '@fauna-flags/core';
export {
  type Answer,
  type Details,
  LinkError,
  type LinkErrorCode,
  type LinkPlatform,
  type SessionEvents,
  type Status,
} from '@fauna-flags/core/link';
export { type Client, createClient } from './client.ts';
export type { ClientFlag } from './flags.ts';
export type { Bootstrap, ClientOptions } from './options.ts';
export type { StorageLike } from './state-cache.ts';
