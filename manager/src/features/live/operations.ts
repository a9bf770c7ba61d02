import type { Context } from 'hono';
import { get, type Operation } from '../../platform/http/index.ts';
import type { LiveFeed } from './live-feed.ts';
import type { HangUp } from './live-stream.ts';

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // nginx would hold frames back until it has a few kilobytes of them.
  'X-Accel-Buffering': 'no',
} as const;

/** `/live`. */
export function liveOperations({ live }: { readonly live: LiveFeed }): readonly Operation[] {
  return [
    get(
      '/live',
      {
        id: 'openLive',
        summary: 'open the live feed',
        description:
          'Server-sent events: `change` once for every entry of the audit trails that the sender may read, `hb` as a sign of life.',
        needs: 'somebody',
        media: ['text/event-stream'],
        problems: ['rate_limited', 'not_ready'],
      },
      async ({ c }) => {
        // A HEAD has no body that would ever be read or closed.
        if (c.req.method === 'HEAD') return c.body(null, 200, headers);
        const principal = c.get('principal');
        return c.body(
          await live.open({ principal, sessionId: c.get('session')?.id, hangUp: hangUpOf(c) }),
          200,
          headers,
        );
      },
    ),
  ];
}

/** How to end the connection below this request, where it came over one. */
function hangUpOf(c: Context): HangUp | undefined {
  const env: unknown = c.env;
  if (typeof env !== 'object' || env === null || !('outgoing' in env)) return undefined;
  const { outgoing } = env as { outgoing?: { destroy?: () => void } };
  return outgoing?.destroy === undefined ? undefined : () => outgoing.destroy?.();
}
