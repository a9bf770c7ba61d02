import { type Position, parsePosition } from '@fauna-flags/core/link';
import { notReady, readmit } from '../middleware/admit.ts';
import { contextOf, readJsonObject } from '../middleware/body.ts';
import { commonHeaders } from '../middleware/respond.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { ClientView } from '../streams/client-view.ts';
import { ServerView } from '../streams/server-view.ts';
import { type Opening, openingFor, type StreamView } from '../streams/stream-view.ts';
import type { Asked, Route } from './route.ts';

/** Streams: the first frame is the whole state, or word that there is nothing newer; then every change. */
export const streamRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/stream/client',
    demand: { kinds: ['client'] },
    errors: 'problem',
    handle: (asked) =>
      openStream(asked, async () => {
        const body = await readJsonObject(asked.request, asked.services.limits);
        const context = contextOf(body, { nullIsEmpty: false });
        return (live) => new ClientView(live, context);
      }),
  },
  {
    method: 'GET',
    path: '/stream/client',
    demand: { kinds: ['client'], byHandle: true },
    errors: 'problem',
    streams: true,
    handle: (asked) =>
      openStream(asked, async () => (live) => new ClientView(live, asked.caller.handleContext ?? {})),
  },
  {
    method: 'GET',
    path: '/stream/server',
    demand: { kinds: ['server'] },
    errors: 'problem',
    streams: true,
    handle: (asked) => openStream(asked, async () => (live) => new ServerView(live)),
  },
];

/**
 * Admission first, then whatever the request says, then, in one step without waiting: the ruleset of this moment, the
 * view of it, and the registration with its hub.
 */
async function openStream(
  { caller, request, services, hangUp }: Asked,
  prepare: () => Promise<(live: LiveRuleset) => StreamView>,
): Promise<Response> {
  const { streams } = services;
  const leave = streams.admit(caller.key.id);
  try {
    const viewOf = await prepare();
    const since = sinceOf(request);
    const wasAhead = openingFor(since, readmit(caller, services)) === 'ahead';
    const confirmed = wasAhead && (await caller.environment.follower.confirm());
    const live = readmit(caller, services);
    const opening = settle(openingFor(since, live), confirmed, { caller, services });
    const { key, environment, origin } = caller;
    const body = streams.start({ environment, key, origin, opening, view: viewOf(live), hangUp }, leave);
    return new Response(body, {
      headers: {
        ...commonHeaders,
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store, no-transform',
        'X-Accel-Buffering': 'no',
      },
    });
  } catch (error) {
    leave();
    throw error;
  }
}

/**
 * A reader that holds more than we do was moved here from another bearer. It gets nothing older, unless our source has
 * just confirmed that what it holds is gone for good; without that word it is sent away to come again.
 */
function settle(
  opening: ReturnType<typeof openingFor>,
  confirmed: boolean,
  { services }: Pick<Asked, 'caller' | 'services'>,
): Opening {
  if (opening !== 'ahead') return opening;
  if (confirmed) return 'reset';
  throw notReady('Cannot resume here yet: the position is newer than what is known here', services);
}

/** Where the reader stands; the header wins, since native EventSource repeats an old URL with a new header. */
function sinceOf(request: Request): Position | undefined {
  return (
    parsePosition(request.headers.get('last-event-id')) ??
    parsePosition(new URL(request.url).searchParams.get('since'))
  );
}
