import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { bearerWorld } from '../testing/bearer-world.ts';
import { clientKey, serverKey } from '../testing/documents.ts';
import { nodeHttpServer } from './node-http-server.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** What the same request gets through a Node server and from the application alone. */
async function bothWays(greeting: string) {
  const world = await bearerWorld({
    ruleset: ruleset(flag('greeting').on().variations({ a: greeting, b: 'b' })),
  });
  const { server: listened } = nodeHttpServer(world.bearer.app.fetch);
  server = listened;
  await new Promise<void>((resolve) => listened.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(listened.address() as AddressInfo).port}`;
  return async (path: string, init: RequestInit) => {
    const over = await fetch(`${origin}${path}`, init);
    const alone = await world.request(path, init);
    const seen = { status: over.status, text: await over.text(), headers: over.headers };
    expect([seen.status, seen.text]).toEqual([alone.status, await alone.text()]);
    for (const [name, value] of alone.headers) expect([name, seen.headers.get(name)]).toEqual([name, value]);
    return seen;
  };
}

const connect = (headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { authorization: `Bearer ${clientKey}`, ...headers },
  body: '{"context":{"key":"u1"}}',
});

describe('NodeRequestEnv.send()', () => {
  it('sends what the application alone answers, in ASCII or not, with its length', async () => {
    for (const greeting of ['hello', 'grüß dich', '日本語 🦊']) {
      const ask = await bothWays(greeting);
      const { text, headers } = await ask('/connect/client', connect({ origin: 'https://shop.example' }));
      expect(JSON.parse(text)).toMatchObject({ flags: { greeting: { value: greeting } } });
      expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
      expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
    }
  });

  it('sends 304 without a body, and HEAD with the length of what GET would get', async () => {
    const ask = await bothWays('hello');
    const { headers } = await ask('/connect/client', connect());
    const etag = headers.get('etag') ?? '';
    expect(await ask('/connect/client', connect({ 'if-none-match': etag }))).toMatchObject({
      status: 304,
      text: '',
    });

    const key = { headers: { authorization: `Bearer ${serverKey}` } };
    const whole = await ask('/connect/server', key);
    const head = await ask('/connect/server', { ...key, method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(whole.text.length));
  });
});
