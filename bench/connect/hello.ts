import { listen } from '@fauna-flags/bearer/node';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

/**
 * A bare Hono server that reads a JSON body and says hello: what a request of that kind costs when nothing is done.
 * `listen` puts it on the bearer's own server, `serve` on Hono's with its defaults. Prints the port that it got.
 */
export async function hello([server = '']: readonly string[]): Promise<void> {
  const app = new Hono();
  app.post('/hello', async (c) => {
    await c.req.json();
    return c.text('Hello');
  });
  if (server === 'serve')
    serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log(`port ${port}`));
  else {
    const { port } = await listen({ host: '127.0.0.1', port: 0, fetch: (request) => app.fetch(request) });
    console.log(`port ${port}`);
  }
}
