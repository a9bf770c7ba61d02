import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

describe('readConfig()', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fauna-config-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const read = (environment: Record<string, string>, isTerminal = false) =>
    readConfig({ environment, directory, isTerminal });

  it('needs nothing: an embedded database, the sample, and a token that is made once', async () => {
    const config = await read({});
    expect(config).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: join(directory, 'data'),
      databaseUrl: undefined,
      redisUrl: undefined,
      adminToken: expect.stringMatching(/^fauna_adm_[0-9A-Za-z_-]{43}$/),
      adminTokenGenerated: true,
      secret: expect.stringMatching(/^[0-9A-Za-z_-]{64}$/),
      url: undefined,
      trustedProxies: expect.any(Function),
      clientKey: undefined,
      serverKey: undefined,
      sample: true,
      logLevel: 'info',
    });
    const file = join(directory, 'data', 'admin-token');
    expect((await readFile(file, 'utf8')).trim()).toBe(config.adminToken);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await read({})).adminToken).toBe(config.adminToken);
  });

  it('takes an empty variable for an absent one', async () => {
    expect(
      await read({ PORT: '', DATABASE_URL: '', FAUNA_ADMIN_TOKEN: 'given', FAUNA_CLIENT_KEY: '' }),
    ).toMatchObject({
      port: 3000,
      databaseUrl: undefined,
      adminToken: 'given',
      adminTokenGenerated: false,
    });
  });

  it('puts the sample in only where database and store are its own, unless told', async () => {
    const own = { DATABASE_URL: 'postgres://localhost/fauna', FAUNA_ADMIN_TOKEN: 'given' };
    expect((await read(own)).sample).toBe(false);
    expect((await read({ ...own, FAUNA_SAMPLE: 'true' })).sample).toBe(true);
    expect((await read({ FAUNA_ADMIN_TOKEN: 'given', FAUNA_SAMPLE: 'false' })).sample).toBe(false);
    const shared = { REDIS_URL: 'redis://localhost', FAUNA_ADMIN_TOKEN: 'given' };
    expect(await read(shared)).toMatchObject({ redisUrl: 'redis://localhost', sample: false });
    expect((await read({ ...shared, FAUNA_SAMPLE: 'true' })).sample).toBe(true);
  });

  it('is quieter where a person reads along', async () => {
    expect((await read({ FAUNA_ADMIN_TOKEN: 'given' }, true)).logLevel).toBe('warn');
  });

  it('lists every mistake together, and says what would be right', async () => {
    const reading = read({
      PORT: '99999',
      FAUNA_CLIENT_KEY: 'too-short',
      FAUNA_SERVER_KEY: `with a space ${'x'.repeat(40)}`,
      DATABASE_URL: 'mysql://localhost',
      FAUNA_SAMPLE: 'yes',
      LOG_LEVEL: 'loud',
      REDIS_URL: 'http://localhost:6379',
    });
    await expect(reading).rejects.toThrow('Cannot start Fauna: 7 setting(s) cannot be used');
    await expect(reading).rejects.toThrow('PORT must be a port number from 0 to 65535');
    await expect(reading).rejects.toThrow('FAUNA_CLIENT_KEY must have 32 to 200 characters');
    await expect(reading).rejects.toThrow('FAUNA_SERVER_KEY must be visible ASCII characters');
    await expect(reading).rejects.toThrow('REDIS_URL must be an address like redis://:password@host:6379');
    await expect(reading).rejects.toThrow(
      'DATABASE_URL must be a connection string that begins with postgres://',
    );
  });

  it('refuses one text for both SDK keys, and says so without showing it', async () => {
    const key = 'the-same-text-for-both-of-the-keys';
    const reading = read({ FAUNA_ADMIN_TOKEN: 'given', FAUNA_CLIENT_KEY: key, FAUNA_SERVER_KEY: key });
    await expect(reading).rejects.toThrow('FAUNA_SERVER_KEY must not be the same as FAUNA_CLIENT_KEY');
    await expect(reading).rejects.not.toThrow(key);
  });
});
