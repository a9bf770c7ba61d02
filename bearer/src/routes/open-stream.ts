import { type Position, parsePosition } from '@fauna-flags/core/link';
import type { Answer } from '../answer.ts';
import { readmit } from '../middleware/admit.ts';
import { clientAddress, countedAddress } from '../middleware/client-address.ts';
import { commonHeaders } from '../middleware/respond.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { type Opening, openingFor, type StreamView } from '../streams/stream-view.ts';
import type { Asked } from './route.ts';

/** Where a reader stands as its stream is opened. */
export interface Standing {
  /** The position that it holds, as far as it says. */
  readonly since: Position | undefined;
  /** The ruleset of this moment. */
  readonly live: LiveRuleset;
  /** Whether our source has just confirmed that there is nothing newer; asked only for a reader that is ahead of us. */
  readonly confirmed: boolean;
}

/** What one kind of stream does its own way. */
export interface StreamKind {
  /** Reads the rest of the request; the only step that may wait. */
  readonly prepare: () => Promise<(live: LiveRuleset) => StreamView>;
  /** Says how to begin; may throw a Problem to send the reader away. */
  readonly begin: (standing: Standing) => Opening;
}

/**
 * Answers with a stream. Admission first, then whatever the request says, then, in one step without waiting: the ruleset
 * of this moment, the view of it, and the registration with its hub.
 */
export async function openStream(
  { caller, request, services, env }: Asked,
  { prepare, begin }: StreamKind,
): Promise<Answer | Response> {
  const { streams } = services;
  const leave = streams.admit({ keyId: caller.key.id, address: addressOf({ request, services, env }) });
  try {
    const viewOf = await prepare();
    const since = sinceOf(request);
    const wasAhead = openingFor(since, readmit(caller, services)) === 'ahead';
    const confirmed = wasAhead && (await caller.environment.follower.confirm());
    const live = readmit(caller, services);
    const opening = begin({ since, live, confirmed });
    const { key, environment, origin } = caller;
    // What the reader holds may still be known here: then the difference is all that it needs.
    const held = opening === 'put' && since !== undefined ? environment.recent.find(since) : undefined;
    const { hangUp, takeConnection } = env;
    const body = streams.start(
      {
        environment,
        key,
        origin,
        opening: held === undefined ? opening : { resumeTo: live },
        view: viewOf(held ?? live),
        hangUp,
        takeConnection,
      },
      leave,
    );
    const headers = {
      ...commonHeaders,
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    };
    return body === null ? { status: 200, headers, body } : new Response(body, { headers });
  } catch (error) {
    leave();
    throw error;
  }
}

/** By which address the stream is counted, as far as anything is known of it. */
function addressOf({
  request,
  services,
  env,
}: Pick<Asked, 'request' | 'services' | 'env'>): string | undefined {
  if (env.clientAddress === undefined) return undefined;
  const forwardedFor = request.headers.get('x-forwarded-for');
  const { trustedProxies } = services;
  const address = clientAddress({ peer: env.clientAddress, forwardedFor, trustedProxies });
  return countedAddress({ address, isForwarded: forwardedFor !== null });
}

/** Where the reader stands; the header wins, since native EventSource repeats an old URL with a new header. */
function sinceOf(request: Request): Position | undefined {
  return (
    parsePosition(request.headers.get('last-event-id')) ??
    parsePosition(new URL(request.url).searchParams.get('since'))
  );
}
