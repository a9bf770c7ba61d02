import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, parseRedisUrl } from './redis-address.ts';

describe('parseRedisUrl()', () => {
  it('reads one server, with and without a login, TLS and a database', () => {
    const single = { layout: 'single', tls: false, database: 0 };
    expect(parseRedisUrl('redis://localhost')).toEqual({
      ...single,
      place: { host: 'localhost', port: 6379 },
    });
    expect(parseRedisUrl('rediss://ada:p%40ss%2F%23@cache.example.com:7000/3')).toEqual({
      layout: 'single',
      tls: true,
      username: 'ada',
      password: 'p@ss/#',
      place: { host: 'cache.example.com', port: 7000 },
      database: 3,
    });
    expect(parseRedisUrl('redis://:secret@[::1]:6380/')).toEqual({
      ...single,
      password: 'secret',
      place: { host: '::1', port: 6380 },
    });
  });

  it('reads sentinels, with a login of their own', () => {
    const sentinels = [
      { host: 'a', port: 26379 },
      { host: 'b', port: 26380 },
    ];
    const read = { layout: 'sentinel', tls: false, sentinels, primary: 'mymaster', database: 0 };
    expect(parseRedisUrl('redis+sentinel://a,b:26380/mymaster')).toEqual({ ...read, atSentinels: {} });
    expect(parseRedisUrl('redis+sentinel://u:p@a,b:26380/mymaster/2?sentinelPassword=s%26t')).toEqual({
      ...read,
      username: 'u',
      password: 'p',
      database: 2,
      atSentinels: { password: 's&t' },
    });
    expect(
      parseRedisUrl('rediss+sentinel://a,b:26380/mymaster?sentinelUsername=w&sentinelPassword=s'),
    ).toEqual({ ...read, tls: true, atSentinels: { username: 'w', password: 's' } });
  });

  it('reads some nodes of a cluster', () => {
    expect(parseRedisUrl('rediss+cluster://u:p@a:7000,b:7001/')).toEqual({
      layout: 'cluster',
      tls: true,
      username: 'u',
      password: 'p',
      seeds: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 7001 },
      ],
    });
  });

  it('refuses what is none of these, or may have been meant otherwise', () => {
    for (const text of [
      '',
      'localhost:6379',
      'http://localhost',
      'redis://',
      'redis://:secret@',
      'redis://host:0',
      'redis://host:70000',
      'redis://host:',
      'redis://a,b',
      'redis://host/name',
      'redis://host?family=6',
      'redis://u@host',
      'redis://u:@host',
      'redis://u:1#x@host',
      'redis://u:1/x@host',
      'redis://u:1?x@host',
      'redis://u:p@x@host',
      'redis://:p%wx@host',
      'redis://ho st',
      'redis+sentinel://a,b',
      'redis+sentinel://a,b/',
      'redis+sentinel://a,,b/mymaster',
      'redis+sentinel://a/mymaster/x',
      'redis+sentinel://a/mymaster?password=x',
      'redis+sentinel://a/mymaster?sentinelUsername=x',
      'redis+cluster://a/1',
      'redis+cluster://a?x=1',
      'redis+ring://a',
    ])
      expect(parseRedisUrl(text), text).toBeUndefined();
  });

  it('takes any password once it is encoded, and shows it nowhere', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (secret) => {
        const read = parseRedisUrl(`redis://u:${encodeURIComponent(secret)}@host:1`);
        expect(read).toMatchObject({ password: secret });
        expect(read === undefined ? '' : addressOf(read)).toBe('host:1');
      }),
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseRedisUrl(`redis+sentinel://${text}`)));
  });
});

describe('addressOf()', () => {
  it('shows servers and the name of a primary', () => {
    const shown = (text: string) => {
      const read = parseRedisUrl(text);
      return read === undefined ? undefined : addressOf(read);
    };
    expect(shown('redis://u:secret@[::1]/2')).toBe('[::1]:6379');
    expect(shown('redis+sentinel://:secret@a,b/mymaster?sentinelPassword=secret')).toBe(
      'a:26379,b:26379/mymaster',
    );
    expect(shown('redis+cluster://:secret@a,b:7000')).toBe('a:6379,b:7000');
  });
});
