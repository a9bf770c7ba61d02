import { once } from 'node:events';
import { serve } from '@hono/node-server';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from './support/api.ts';
import { TestBrowser } from './support/browser.ts';
import { createOwner } from './support/visitor.ts';

/** Serves a page at every path that is not the API's. */
async function servePage(html: (path: string) => string, api?: TestApi) {
  const server = serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request: Request, env: object) => {
      const { pathname } = new URL(request.url);
      return api !== undefined && pathname.startsWith('/api/')
        ? api.app.fetch(request, env)
        : new Response(html(pathname), { headers: { 'content-type': 'text/html' } });
    },
  });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server listens');
  return { port: address.port, close: () => server.close() };
}

/** What a page of another site can try on its visitor's session without being told the answer. */
const attack = (api: string) => `<!doctype html><title>Other</title>
<form id="form" method="post" enctype="text/plain" action="${api}/projects">
<input name='{"key":"by-form","name":"' value='"}'></form>
<script>
const send = (method, path, body, type) =>
  fetch('${api}' + path, { method, mode: 'no-cors', credentials: 'include', body,
    headers: type ? { 'content-type': type } : {} }).catch(() => {});
const read = () =>
  fetch('${api}/projects', { credentials: 'include' }).then((r) => r.text()).catch(() => 'unreadable');
const listen = () => new Promise((resolve) => {
  const feed = new EventSource('${api}/live', { withCredentials: true });
  feed.addEventListener('hb', () => resolve('heard'));
  feed.onerror = () => resolve('silent');
});
</script>`;

describe('a page in the browser of somebody who is signed in', () => {
  let api: TestApi;
  let browser: TestBrowser;
  let own: Awaited<ReturnType<typeof servePage>>;
  let other: Awaited<ReturnType<typeof servePage>>;
  let page: Page;
  beforeAll(async () => {
    api = await createTestApi();
    browser = await TestBrowser.launch();
    own = await servePage(() => '<!doctype html><title>Own</title>', api);
    other = await servePage(() => attack(`http://127.0.0.1:${own.port}/api/v1`));
    page = await browser.open();
    const [name = '', ...value] = (await createOwner(api)).split('=');
    const cookie = { name, value: value.join('='), url: `http://127.0.0.1:${own.port}` };
    await page.context().addCookies([{ ...cookie, httpOnly: true, sameSite: 'Lax' }]);
  });
  afterAll(async () => {
    await browser.close();
    own.close();
    other.close();
    await api.close();
  });

  const keys = async () => (await api.must('GET', '/projects')).items.map(({ key }: { key: string }) => key);
  const run = (script: string) => page.evaluate<unknown>(script);

  it('changes what it is asked to when it is our own', async () => {
    await page.goto(`http://127.0.0.1:${own.port}/`);
    const send = (method: string, path: string, body: string) =>
      run(
        `fetch('/api/v1${path}', { method: '${method}', body: '${body}', headers: { 'content-type': 'application/json' } }).then((r) => r.status)`,
      );
    expect(await send('POST', '/projects', '{"key":"own","name":"Own"}')).toBe(201);
    expect(await run('document.cookie')).toBe('');
    expect(await keys()).toEqual(['own']);
  });

  // Another port is another origin, but the same site: the browser sends the cookie, and SameSite does not help.
  it.each(['127.0.0.1', 'localhost'])(
    'S-32 changes, ends, reads and hears nothing when it is of another origin, on %s',
    async (host) => {
      browser.allow(/./);
      await page.goto(`http://${host}:${other.port}/`);
      for (const type of ['', 'text/plain', 'application/json'])
        await run(`send('POST', '/projects', '{"key":"by-fetch","name":"F"}', '${type}')`);
      await run(`send('DELETE', '/session')`);
      expect(await run('read()')).toBe('unreadable');
      expect(await run('listen()')).toBe('silent');
      const answering = page.waitForResponse((response) => response.url().endsWith('/api/v1/projects'));
      await Promise.all([
        page.waitForURL('**/api/v1/projects'),
        run('document.getElementById("form").submit()'),
      ]);
      const answer = await answering;
      expect(answer.status()).toBe(host === '127.0.0.1' ? 403 : 401);
      expect(await keys()).toEqual(['own']);
      await page.goto(`http://127.0.0.1:${own.port}/`);
      expect(await run(`fetch('/api/v1/session').then((r) => r.status)`)).toBe(200);
      browser.check();
    },
  );
});
