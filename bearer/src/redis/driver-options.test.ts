import { describe, expect, it } from 'vitest';
import { loginOf, tlsFor } from './driver-options.ts';

describe('tlsFor()', () => {
  it('names the server where it has a name, so that the right certificate is chosen', () => {
    const told = (host: string, tls = true) => tlsFor({ tls }, { host, port: 6379 });
    expect(told('cache.example.com')).toEqual({ tls: { servername: 'cache.example.com' } });
    expect([told('10.0.0.7'), told('::1')]).toEqual([{ tls: {} }, { tls: {} }]);
    expect(told('cache.example.com', false)).toEqual({});
  });
});

describe('loginOf()', () => {
  it('says nothing where nobody is named', () => {
    expect(loginOf({})).toEqual({});
    expect(loginOf({ password: 'p' })).toEqual({ password: 'p' });
  });
});
