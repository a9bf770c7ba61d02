import { comparePositions } from '@fauna-flags/core/link';
import type { OfrepEventStream } from '@fauna-flags/protocol';
import type { Answer } from '../answer.ts';
import type { Caller } from '../middleware/admit.ts';
import type { JsonObject } from '../middleware/body.ts';
import type { Services } from '../services.ts';
import { OfrepView } from '../streams/ofrep-view.ts';
import type { Opening } from '../streams/stream-view.ts';
import { handleFor } from './handle-for.ts';
import { ofrepFlagsText, ofrepFlagText } from './ofrep-flags.ts';
import { openStream, type Standing } from './open-stream.ts';
import type { Asked, Route } from './route.ts';

/** How long a hidden page keeps its stream; the protocol's own default, said aloud. */
const inactivityDelaySec = 120;

/** The event stream of OpenFeature's Remote Evaluation Protocol: word that another answer is to be had, and nothing of it. */
export const ofrepStreamRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/ofrep/v1/stream',
    demand: { kinds: ['client', 'server'], byHandle: true },
    errors: 'ofrep',
    streams: true,
    handle: streamRefetches,
  },
];

/**
 * Where the reader of this answer hears of the next; none for a context that is too large for a URL. The handle holds
 * what the reader was shown, so that a change between the answer and the opening of the stream is not lost, and is the
 * same for the same answer, whose ETag it must not change.
 */
export function ofrepEventStreams(
  shown: { readonly caller: Caller; readonly context: JsonObject; readonly flagsText: string },
  services: Services,
): readonly OfrepEventStream[] | undefined {
  const { caller, context, flagsText } = shown;
  const handle = handleFor({ caller, context, shown: digestOf(flagsText, services) }, services);
  if (handle === undefined) return undefined;
  const requestUri = `/ofrep/v1/stream?h=${handle}`;
  return [{ type: 'sse', endpoint: { requestUri }, inactivityDelaySec }];
}

function streamRefetches(asked: Asked): Promise<Answer | Response> {
  const { caller, services } = asked;
  const forClient = caller.key.kind === 'client';
  const context = caller.handle?.context ?? {};
  return openStream(asked, {
    prepare: async () => (live) =>
      new OfrepView(live, (ruleset, flagKey) => ofrepFlagText(ruleset, flagKey, { context, forClient })),
    begin,
  });

  /**
   * A reader that comes back says what it knew; one that comes first was shown an answer, whose digest is in its handle.
   * Whoever may have missed something asks again: it costs one question, and these clients do not ask by themselves.
   */
  function begin({ since, live }: Standing): Opening {
    const isCurrent =
      since === undefined
        ? caller.handle?.shown === digestOf(ofrepFlagsText(live, { context, forClient }), services)
        : comparePositions(since, live.position) === 'same';
    return isCurrent ? 'none' : 'put';
  }
}

function digestOf(flagsText: string, { crypto }: Services): string {
  return crypto.sha256Hex(flagsText).slice(0, 16);
}
