import type { Answer } from '../answer.ts';
import { notReady } from '../middleware/admit.ts';
import { readJsonObject } from '../middleware/body.ts';
import { contextFor } from '../middleware/context.ts';
import type { Services } from '../services.ts';
import { ClientView } from '../streams/client-view.ts';
import { ServerView } from '../streams/server-view.ts';
import { type Opening, openingFor } from '../streams/stream-view.ts';
import { openStream, type Standing, type StreamKind } from './open-stream.ts';
import type { Asked, Route } from './route.ts';

/** Streams: the first frame is the whole state, or word that there is nothing newer; then every change. */
export const streamRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/stream/client',
    demand: { kinds: ['client'] },
    errors: 'problem',
    handle: (asked) =>
      stream(asked, async () => {
        const body = await readJsonObject(asked.request, asked.services.limits);
        const context = contextFor(body, asked, { nullIsEmpty: false, signedWithin: 'body' });
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
      stream(asked, async () => (live) => new ClientView(live, asked.caller.handle?.context ?? {})),
  },
  {
    method: 'GET',
    path: '/stream/server',
    demand: { kinds: ['server'] },
    errors: 'problem',
    streams: true,
    handle: (asked) => stream(asked, async () => (live) => new ServerView(live)),
  },
];

function stream(asked: Asked, prepare: StreamKind['prepare']): Promise<Answer | Response> {
  return openStream(asked, { prepare, begin: (standing) => begin(standing, asked.services) });
}

/**
 * A reader that holds more than we do was moved here from another bearer. It gets nothing older, unless our source has
 * just confirmed that what it holds is gone for good; without that word it is sent away to come again.
 */
function begin({ since, live, confirmed }: Standing, services: Services): Opening {
  const opening = openingFor(since, live);
  if (opening !== 'ahead') return opening;
  if (confirmed) return 'reset';
  throw notReady('Cannot resume here yet: the position is newer than what is known here', services);
}
