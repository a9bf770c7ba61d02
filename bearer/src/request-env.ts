import type { Answer } from './answer.ts';
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
  /**
   * Sends a whole answer, where the runtime has a shorter way than a Response; what it gives stands for the answer and is
   * handed on as it is. At most once a request.
   */
  send?(answer: Answer): Response;
  /** Where the runtime can give the connection away: streams are then written without a Response's body in between. */
  readonly takeConnection?: TakeConnection | undefined;
}

/**
 * Reads what came with a request. An env that is none of ours may still be that of a server on Node, which hands over its
 * `outgoing` response: destroying it ends the connection without a word.
 */
export function requestEnv(env: unknown): RequestEnv {
  if (typeof env !== 'object' || env === null) return {};
  if ('hangUp' in env || !('outgoing' in env)) return env;
  const { outgoing } = env;
  const destroy = (outgoing as { readonly destroy?: unknown } | undefined)?.destroy;
  return typeof destroy === 'function' ? { ...env, hangUp: () => destroy.call(outgoing) } : {};
}
