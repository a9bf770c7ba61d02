import { memberOf } from './member-of.ts';
import type { HangUp } from './streams/readable-sink.ts';
import type { StreamSink, StreamSinkListener } from './streams/stream-sink.ts';

/**
 * Takes over the connection of one request for a stream. Whoever took it answers with a Response that has headers and no
 * body; what was sent meanwhile follows those headers. At most once a request.
 */
export type TakeConnection = (listener: StreamSinkListener) => StreamSink;

/** What a runtime knows of a request besides the request itself: the second argument of `app.fetch`, all of it optional. */
export interface RequestEnv {
  /** The address of whoever asks, as far as it can be believed; admission counts by it. */
  readonly clientAddress?: string | undefined;
  /** Ends the connection without a word. */
  readonly hangUp?: HangUp | undefined;
  /** Where the runtime can give the connection away: streams are then written without a Response's body in between. */
  readonly takeConnection?: TakeConnection | undefined;
}

/**
 * Reads what came with a request. Servers on Node hand over their `outgoing` response: destroying it ends the connection
 * without a word.
 */
export function requestEnv(env: unknown): RequestEnv {
  const outgoing = memberOf(env, 'outgoing') as { readonly destroy?: unknown } | undefined;
  const destroy = outgoing?.destroy;
  return {
    hangUp: typeof destroy === 'function' ? () => destroy.call(outgoing) : undefined,
    ...(env as RequestEnv | undefined),
  };
}
