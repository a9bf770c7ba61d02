import { describe, expect, it } from 'vitest';
import { bearerSettingNames, readBearerConfig } from './node-config.ts';

describe('readBearerConfig()', () => {
  const read = (environment: Record<string, string>, isTerminal = false) =>
    readBearerConfig({ environment, directory: '/srv/fauna', isTerminal });

  it('needs the address of a store, or of a manager and the token of bearers, and nothing else', () => {
    expect(read({ REDIS_URL: 'redis://localhost:6379', PORT: '', HOST: '' })).toMatchObject({
      port: 3001,
      host: '127.0.0.1',
      source: { kind: 'redis', url: 'redis://localhost:6379' },
      dataDir: '/srv/fauna/data',
      verifyKeys: undefined,
      logLevel: 'info',
    });
  });

  it('takes Upstash in place of Redis, wholly named', () => {
    const url = 'https://eu1-first-cat-12345.upstash.io';
    const both = { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: 'SECRET' };
    expect(read({ REDIS_URL: '', ...both }).source).toEqual({ kind: 'upstash', url, token: 'SECRET' });
    for (const [settings, mistake] of [
      [{ UPSTASH_REDIS_REST_URL: url }, 'UPSTASH_REDIS_REST_TOKEN must be set with UPSTASH_REDIS_REST_URL'],
      [{ UPSTASH_REDIS_REST_TOKEN: 'SECRET' }, 'UPSTASH_REDIS_REST_URL must be set with'],
      [{ REDIS_URL: 'redis://h', ...both }, 'REDIS_URL must not be set beside UPSTASH_REDIS_REST_URL'],
      [{ FAUNA_SOURCE_DIR: 'kept', ...both }, 'UPSTASH_REDIS_REST_URL must not be set together with FAUNA_S'],
      [{ UPSTASH_REDIS_REST_URL: `${url}/path`, PORT: 'x' }, '3 setting(s) cannot be used'],
      [{ ...both, UPSTASH_REDIS_REST_URL: 'https://u:SECRET@h' }, 'must be an address like https://'],
      [{ ...both, UPSTASH_REDIS_REST_TOKEN: 'SECRET ' }, 'must be visible ASCII'],
    ] as const) {
      const reading = () => read(settings);
      expect(reading).toThrow(mistake);
      expect(reading).not.toThrow('SECRET');
    }
  });

  it('is quieter where a person reads along', () => {
    expect(read({ REDIS_URL: 'redis://localhost' }, true).logLevel).toBe('warn');
  });

  it('says what will do when no source is named', () => {
    const message = 'REDIS_URL must be set, like redis://localhost:6379, or else UPSTASH_REDIS_REST_URL';
    expect(() => read({})).toThrow(message);
    expect(() => read({ REDIS_URL: '' })).toThrow(message);
  });

  it('reads from a folder where one is named, and from nothing else then', () => {
    expect(read({ FAUNA_SOURCE_DIR: 'kept', REDIS_URL: '' }).source).toEqual({
      kind: 'folder',
      folder: '/srv/fauna/kept',
    });
    expect(() => read({ FAUNA_SOURCE_DIR: 'kept', REDIS_URL: 'redis://h' })).toThrow(
      'REDIS_URL must not be set together with FAUNA_SOURCE_DIR',
    );
  });

  it('lists every mistake together, and shows no address, which may hold a password', () => {
    const reading = () => read({ PORT: '70000', REDIS_URL: 'http://:secret@host', LOG_LEVEL: 'loud' });
    expect(reading).toThrow('Cannot start the bearer: 3 setting(s) cannot be used');
    expect(reading).toThrow('PORT must be a port number');
    expect(reading).toThrow('REDIS_URL must be an address like redis://');
    expect(reading).toThrow('LOG_LEVEL must be one of fatal, error');
    expect(reading).not.toThrow('secret');
  });

  it('refuses a password that is not encoded before anything trips over it', () => {
    for (const address of [
      'redis://:p%wSEC@host',
      'redis://u:12#SEC@host',
      'redis://u:1/SEC@h',
      'redis://u:1?SEC@h',
    ]) {
      const reading = () => read({ REDIS_URL: address });
      expect(reading).toThrow('encode #, /, ?, @ and % in the password');
      expect(reading).not.toThrow('SEC');
    }
    expect(read({ REDIS_URL: 'redis://:p%25w%23@host' }).source).toEqual({
      kind: 'redis',
      url: 'redis://:p%25w%23@host',
    });
  });

  it('shows metrics on a port of its own only where one is named, and on the shared one only for a token', () => {
    const url = 'redis://localhost:6379';
    expect(read({ REDIS_URL: url })).toMatchObject({ metricsPort: undefined, metricsToken: undefined });
    expect(read({ REDIS_URL: url, METRICS_PORT: '' }).metricsPort).toBeUndefined();
    expect(read({ REDIS_URL: url, METRICS_PORT: '9090' }).metricsPort).toBe(9_090);
    expect(() => read({ REDIS_URL: url, FAUNA_METRICS_TOKEN: 'short' })).toThrow(
      'FAUNA_METRICS_TOKEN must have 32 to 200 visible ASCII characters',
    );
  });

  it('keeps its data where it is told to, seen from where it was started', () => {
    const dataDir = (folder: string) => read({ REDIS_URL: 'redis://h', FAUNA_DATA_DIR: folder }).dataDir;
    expect([dataDir(''), dataDir('../kept'), dataDir('/var/lib/fauna')]).toEqual([
      '/srv/fauna/data',
      '/srv/kept',
      '/var/lib/fauna',
    ]);
  });

  it('takes several keys to verify with, and says which kind is wanted', () => {
    const verifyKeys = (keys: string) => read({ REDIS_URL: 'redis://h', FAUNA_VERIFY_KEY: keys }).verifyKeys;
    const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
    expect(verifyKeys(`${key(1)}, ${key(2)}`)).toEqual([
      new Uint8Array(32).fill(1),
      new Uint8Array(32).fill(2),
    ]);
    expect(() => verifyKeys(`${key(1)},oops`)).toThrow(
      'FAUNA_VERIFY_KEY must be the public key of an Ed25519 pair',
    );
  });

  it('takes managers to read from, and the token that they ask for', () => {
    const token = 'a-token-of-bearers-that-tests-have-chosen';
    const given = {
      MANAGER_URL: 'http://one:3000/, https://two.example.com/fauna',
      FAUNA_BEARER_TOKEN: token,
    };
    expect(read(given)).toMatchObject({
      source: {
        kind: 'upstream',
        upstream: { urls: ['http://one:3000', 'https://two.example.com/fauna'], token },
      },
      bearerToken: token,
      bearerId: undefined,
    });
    expect(read({ REDIS_URL: 'redis://localhost', FAUNA_BEARER_TOKEN: token })).toMatchObject({
      source: { kind: 'redis', url: 'redis://localhost', fallback: undefined },
      bearerToken: token,
    });
    expect(read({ ...given, MANAGER_URL: 'http://one', REDIS_URL: 'redis://localhost' }).source).toEqual({
      kind: 'redis',
      url: 'redis://localhost',
      fallback: { urls: ['http://one'], token },
    });
    expect(() => read({ ...given, FAUNA_SOURCE_DIR: 'kept' })).toThrow(
      'MANAGER_URL must not be set together with FAUNA_SOURCE_DIR',
    );
    expect(() => read({ MANAGER_URL: 'http://one:3000' })).toThrow(
      'FAUNA_BEARER_TOKEN must be set beside MANAGER_URL',
    );
    for (const wrong of [
      'one:3000',
      'http://u:SEC@one',
      'http://one?SEC',
      'ftp://one',
      'http://one,',
      '/SEC',
    ]) {
      const reading = () => read({ ...given, MANAGER_URL: wrong });
      expect(reading).toThrow('MANAGER_URL must be addresses like http://manager:3000');
      expect(reading).not.toThrow('SEC');
    }
    expect(() => read({ ...given, FAUNA_BEARER_TOKEN: 'short' })).toThrow('must have 32 to 200');
  });

  it('takes a name to report by', () => {
    const url = { REDIS_URL: 'redis://localhost' };
    expect(read({ ...url, FAUNA_BEARER_ID: 'edge-1.fra:a' }).bearerId).toBe('edge-1.fra:a');
    for (const wrong of ['-edge', 'edge 1', 'edge/1', 'ü', 'x'.repeat(65)])
      expect(() => read({ ...url, FAUNA_BEARER_ID: wrong })).toThrow(
        'FAUNA_BEARER_ID must be 1 to 64 letters',
      );
  });

  it('names the settings it reads', () => {
    expect(bearerSettingNames).toEqual(
      expect.arrayContaining(['PORT', 'HOST', 'REDIS_URL', 'TRUSTED_PROXIES', 'METRICS_PORT', 'LOG_LEVEL']),
    );
  });
});
