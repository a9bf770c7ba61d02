import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Page, Request } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestBrowser } from '../../manager/test/support/browser.ts';
import { eventually, FaunaProcess } from '../../manager/test/support/fauna-process.ts';
import { googlePayFor, tellGooglePayStory, toggleGooglePay } from '../../manager/test/support/google-pay.ts';
import type { OpenFeaturePage } from './page.ts';

const student = { targetingKey: 'user-1', state: 'Washington', student: true };
const other = { targetingKey: 'user-2', state: 'California', student: false };

describe("OpenFeature's OFREP web provider in Chromium, on a page of another origin than Fauna's", () => {
  let fauna: FaunaProcess;
  let browser: TestBrowser;
  let site: Server;
  let keys: Awaited<ReturnType<typeof tellGooglePayStory>>;
  let page: Page;
  let requests: Request[];

  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    [site, browser] = await Promise.all([serve(await bundle()), TestBrowser.launch(), fauna.start()]);
    keys = await tellGooglePayStory(fauna);
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
    await fauna?.dispose();
  });
  beforeEach(async () => {
    await toggleGooglePay(fauna, true);
    page = await browser.open();
    requests = [];
    page.on('request', (request) => requests.push(request));
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  });
  afterEach(async () => {
    await browser.shut(page);
    browser.check();
  });

  /** Calls the page's one global. */
  const ask = <Name extends keyof OpenFeaturePage>(
    name: Name,
    ...args: Parameters<OpenFeaturePage[Name]>
  ): Promise<Awaited<ReturnType<OpenFeaturePage[Name]>>> =>
    page.evaluate(`openFeaturePage.${name}(...${JSON.stringify(args)})`);
  const start = (context: typeof student, key = keys.clientKey) =>
    ask('start', { baseUrl: fauna.url, key, context });
  const shows = (value: boolean) =>
    eventually(async () => (await ask('value', 'google-pay')) === value, { what: `google-pay ${value}` });
  const asked = (path: string) =>
    requests.filter((request) => request.method() !== 'OPTIONS' && new URL(request.url()).pathname === path);
  const questions = () => asked('/ofrep/v1/evaluate/flags');
  const streams = () => asked('/ofrep/v1/stream');

  it('follows a toggle through the event stream, and asks only when it is told to', async () => {
    await start(student);
    expect([await ask('value', 'google-pay'), await ask('status')]).toEqual([true, 'READY']);
    await eventually(() => streams().length === 1, { what: 'the stream' });

    await toggleGooglePay(fauna, false);
    await shows(false);
    expect(await ask('changes')).toEqual([['google-pay']]);
    await toggleGooglePay(fauna, true);
    await shows(true);

    expect(questions().map((request) => new URL(request.url()).searchParams.has('flagConfigEtag'))).toEqual([
      false,
      true,
      true,
    ]);
    expect(streams()).toHaveLength(1);
    expect(await ask('status')).toBe('READY');
  });

  it('is not woken by changes that its user does not see', async () => {
    await start(other);
    await eventually(() => streams().length === 1, { what: 'the stream' });
    await toggleGooglePay(fauna, false);
    await toggleGooglePay(fauna, true);
    // The proof that the stream was there all the while: a change that this user does see.
    const path = '/projects/demo/flags/google-pay/environments/production';
    const forAll = { ...(googlePayFor(true) as object), defaultServe: { variation: 'on' } };
    await fauna.api('PUT', path, forAll, { 'if-match': '*' });
    await shows(true);
    expect(questions()).toHaveLength(2);
    await fauna.api('PUT', path, googlePayFor(true), { 'if-match': '*' });
    await shows(false);
  });

  it('follows for the new user after the context has changed', async () => {
    await start(other);
    await eventually(() => streams().length === 1, { what: 'the stream' });
    expect(await ask('value', 'google-pay')).toBe(false);
    await ask('become', student);
    expect(await ask('value', 'google-pay')).toBe(true);
    await eventually(() => streams().length === 2, { what: 'a second stream' });
    expect(new Set(streams().map((request) => request.url())).size).toBe(2);
    await toggleGooglePay(fauna, false);
    await shows(false);
  });

  it('keeps what it has when its key is revoked, and does not hammer the server', async () => {
    const path = '/projects/demo/environments/production/sdk-keys';
    const made = await fauna.api('POST', path, { name: 'Short-lived', kind: 'client' });
    const { id, key } = made.body as { id: string; key: string };
    await start(student, key);
    await eventually(() => streams().length === 1, { what: 'the stream' });
    browser.allow(/status of 401 .*\/ofrep\/v1\//);
    expect((await fauna.api('DELETE', `${path}/${id}`, undefined, { 'if-match': '*' })).status).toBe(204);
    await eventually(async () => (await ask('status')) === 'STALE', { what: 'the end of the stream' });
    // One reconnect is refused, then the provider asks for the flags and is refused as well.
    await eventually(() => questions().length >= 2, { what: 'a refused question' });
    expect(streams()).toHaveLength(2);
    expect(questions().length).toBeLessThanOrEqual(3);
    expect(await ask('value', 'google-pay')).toBe(true);
  });

  it('cannot start with a key that nobody has made', async () => {
    browser.allow(/status of 401 .*\/ofrep\/v1\//);
    await expect(start(student, 'a-client-key-that-nobody-has-made')).rejects.toThrow(
      'Initialization failed',
    );
    expect(await ask('status')).toBe('FATAL');
  });
});

/** The provider and its SDK as an application would ship them. */
async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('.', import.meta.url)),
    build: {
      write: false,
      minify: false,
      rollupOptions: { input: fileURLToPath(new URL('page.ts', import.meta.url)) },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const chunks = outputs.flatMap((output) => ('output' in output ? output.output : []));
  const [entry] = chunks.filter((chunk) => chunk.type === 'chunk');
  if (entry === undefined) throw new Error('Vite has built nothing');
  return entry.code;
}

/** A site with one page that does nothing but load the script. */
async function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/') {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>Shop</title><script src="/page.js"></script>');
    } else if (request.url === '/page.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(script);
    } else {
      response.writeHead(204).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
