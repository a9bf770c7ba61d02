import fc from 'fast-check';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { clientAddress, ownOrigin } from './request-source.ts';
import { noTrustedProxies, parseTrustedProxies, type TrustedProxies } from './trusted-proxies.ts';

const trusting = (text: string): TrustedProxies => {
  const proxies = parseTrustedProxies(text);
  if (typeof proxies !== 'function') throw new Error(`"${proxies.wrong}" is wrong`);
  return proxies;
};

async function seen(
  trustedProxies: TrustedProxies,
  remoteAddress: string | undefined,
  headers: Record<string, string> = {},
) {
  const app = new Hono();
  const placement = { url: undefined, trustedProxies };
  app.get('/', (c) => c.json({ address: clientAddress(c, placement), origin: ownOrigin(c, placement) }));
  const env = remoteAddress === undefined ? {} : { incoming: { socket: { remoteAddress } } };
  const response = await app.request('http://fauna.internal:3000/', { headers }, env);
  return (await response.json()) as { address: string; origin: string };
}

const addressSeen = async (...args: Parameters<typeof seen>) => (await seen(...args)).address;

describe('clientAddress()', () => {
  it("S-33 is the socket's, whatever the request says, when nobody is trusted", async () => {
    const forged = { 'x-forwarded-for': '203.0.113.1' };
    expect(await addressSeen(noTrustedProxies, '192.0.2.1', forged)).toBe('192.0.2.1');
    expect(await addressSeen(noTrustedProxies, '::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(await addressSeen(noTrustedProxies, undefined, forged)).toBe('');
  });

  it('S-33 is the last one that no trusted proxy has', async () => {
    const proxies = trusting('10.0.0.0/8, 2001:db8::/32,192.0.2.7');
    const from = (remote: string, forwarded: string) =>
      addressSeen(proxies, remote, { 'x-forwarded-for': forwarded });
    expect(await from('10.0.0.1', '198.51.100.1')).toBe('198.51.100.1');
    expect(await from('10.0.0.1', '203.0.113.9, 198.51.100.1, 10.9.9.9')).toBe('198.51.100.1');
    expect(await from('::ffff:10.0.0.1', '203.0.113.9,::ffff:198.51.100.1')).toBe('198.51.100.1');
    expect(await from('2001:db8::1', '2001:db9::5')).toBe('2001:db9::5');
    expect(await from('192.0.2.8', '198.51.100.1')).toBe('192.0.2.8');
    expect(await from('10.0.0.1', '10.0.0.2')).toBe('10.0.0.2');
    expect(await from('10.0.0.1', '198.51.100.1, unknown')).toBe('10.0.0.1');
    expect(await addressSeen(proxies, '10.0.0.1')).toBe('10.0.0.1');
  });

  it('S-33 is never what a client writes in front of what the proxy has appended', async () => {
    const proxies = trusting('10.0.0.1');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme-ascii' }), async (claim) => {
        const forwarded = `${claim}, 198.51.100.1`;
        expect(await addressSeen(proxies, '10.0.0.1', { 'x-forwarded-for': forwarded })).toBe('198.51.100.1');
      }),
    );
  });
});

describe('ownOrigin()', () => {
  it('is what the request was addressed to, or what a trusted proxy says it was addressed to', async () => {
    const forwarded = { 'x-forwarded-host': 'a.example, flags.example.com', 'x-forwarded-proto': 'https' };
    expect((await seen(noTrustedProxies, '10.0.0.1', forwarded)).origin).toBe('http://fauna.internal:3000');
    expect((await seen(trusting('10.0.0.1'), '10.0.0.1', forwarded)).origin).toBe(
      'https://flags.example.com',
    );
    const broken = { 'x-forwarded-host': 'not a host', 'x-forwarded-proto': 'https' };
    expect((await seen(trusting('10.0.0.1'), '10.0.0.1', broken)).origin).toBe('http://fauna.internal:3000');
  });
});

describe('ownOrigin() of a proxy that says odd things', () => {
  const proxies = trusting('127.0.0.1');
  const originSeen = async (proto: string, host?: string) =>
    (
      await seen(proxies, '127.0.0.1', {
        'x-forwarded-proto': proto,
        ...(host === undefined ? {} : { 'x-forwarded-host': host }),
      })
    ).origin;

  it('takes http and https for schemes and nothing else', async () => {
    for (const proto of ['data', 'javascript', 'file', 'ftp', 'https://evil.example/?', 'wss']) {
      expect(await originSeen(proto)).toBe('http://fauna.internal:3000');
    }
    expect(await originSeen('HTTPS', 'Flags.Example.com:443')).toBe('https://flags.example.com');
  });

  it('takes a host only where it is nothing but a host', async () => {
    for (const host of ['x/../y', 'a@b', 'a?b', 'a#b', 'a:99999', '[::1', 'a\\b', '%61']) {
      expect([host, await originSeen('http', host)]).toEqual([host, 'http://fauna.internal:3000']);
    }
    expect(await originSeen('https', '[::1]:8080')).toBe('https://[::1]:8080');
  });

  it('always answers an origin that can be read, whatever the headers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme-ascii' }),
        fc.string({ unit: 'grapheme-ascii' }),
        async (proto, host) => {
          expect(new URL(await originSeen(proto, host)).protocol).toMatch(/^https?:$/);
        },
      ),
    );
  });
});

describe('parseTrustedProxies()', () => {
  it('names the first entry that is neither an address nor a range', () => {
    for (const wrong of [
      'nginx',
      '10.0.0.0/33',
      '::1/129',
      '10.0.0.0/8/8',
      '10.0.0.0/',
      '10.0.0/8',
      '/8',
      '::1/-1',
    ]) {
      expect(parseTrustedProxies(`127.0.0.1, ${wrong}, also wrong`)).toEqual({ wrong });
    }
  });

  it('trusts nobody when the list is empty, and takes spaces and empty entries as nothing', () => {
    expect(trusting('')('127.0.0.1')).toBe(false);
    expect(trusting(' 127.0.0.1 ,, ::1 ')('::1')).toBe(true);
    expect(trusting('0.0.0.0/0')('not an address')).toBe(false);
  });
});
