import { type Context, Hono } from 'hono';
import type { ApiEnv } from '../../platform/http/index.ts';
import type { LiveFeed } from './live-feed.ts';
import type { HangUp } from './live-stream.ts';

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // nginx would hold frames back until it has a few kilobytes of them.
  'X-Accel-Buffering': 'no',
} as const;

/** `/live`. */
export function liveRoutes({ live }: { readonly live: LiveFeed }): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get('/live', async (c) => {
    // A HEAD has no body that would ever be read or closed.
    if (c.req.method === 'HEAD') return c.body(null, 200, headers);
    const sessionId = c.get('session')?.id;
    const caller = sessionId ?? c.get('actor');
    return c.body(await live.open({ caller, sessionId, hangUp: hangUpOf(c) }), 200, headers);
  });
  return app;
}

/** How to end the connection below this request, where it came over one. */
function hangUpOf(c: Context): HangUp | undefined {
  const env: unknown = c.env;
  if (typeof env !== 'object' || env === null || !('outgoing' in env)) return undefined;
  const { outgoing } = env as { outgoing?: { destroy?: () => void } };
  return outgoing?.destroy === undefined ? undefined : () => outgoing.destroy?.();
}
