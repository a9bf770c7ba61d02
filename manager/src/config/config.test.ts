import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StartError } from '../platform/start-error.ts';
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
      store: undefined,
      adminToken: expect.stringMatching(/^fauna_adm_[0-9A-Za-z_-]{43}$/),
      adminTokenGenerated: true,
      secret: expect.stringMatching(/^[0-9A-Za-z_-]{64}$/),
      url: undefined,
      trustedProxies: expect.any(Function),
      clientKey: undefined,
      serverKey: undefined,
      usageDays: 400,
      webhookEgress: { isInsecure: false, networks: expect.any(Function) },
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
    expect(await read(shared)).toMatchObject({
      store: { kind: 'redis', url: 'redis://localhost' },
      sample: false,
    });
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

  it('tells of a clash also while a setting about something else is wrong', async () => {
    const key = 'the-same-text-for-both-of-the-keys';
    const error = await read({ FAUNA_CLIENT_KEY: key, FAUNA_SERVER_KEY: key, LOG_LEVEL: 'loud' }).catch(
      String,
    );
    expect(error).toContain('FAUNA_SERVER_KEY must not be the same as FAUNA_CLIENT_KEY');
    expect(error).toContain('LOG_LEVEL must be one of');
  });

  it('S-33 takes an identity provider whole, or not at all', async () => {
    const whole = {
      FAUNA_ADMIN_TOKEN: 'given',
      FAUNA_URL: 'https://flags.example.com',
      FAUNA_OIDC_ISSUER: 'https://id.example.com/realms/staff',
      FAUNA_OIDC_CLIENT_ID: 'fauna',
      FAUNA_OIDC_CLIENT_SECRET: 'a secret of the client',
    };
    const settings = {
      issuer: 'https://id.example.com/realms/staff',
      clientId: 'fauna',
      clientSecret: 'a secret of the client',
    };
    expect((await read(whole)).oidc).toEqual({ ...settings, name: 'id.example.com' });
    const named = await read({ ...whole, FAUNA_OIDC_NAME: 'Example ID' });
    expect(named.oidc).toEqual({ ...settings, name: 'Example ID' });
    expect((await read({ FAUNA_ADMIN_TOKEN: 'given', FAUNA_OIDC_ISSUER: '' })).oidc).toBeUndefined();
    for (const name of Object.keys(whole).filter((each) => each !== 'FAUNA_ADMIN_TOKEN')) {
      const reading = read({ ...whole, [name]: '' });
      await expect(reading).rejects.toThrow('1 setting(s) cannot be used');
      await expect(reading).rejects.toThrow(`${name} must be set`);
      await expect(reading).rejects.not.toThrow('a secret of the client');
    }
    expect((await read({ ...whole, FAUNA_OIDC_ISSUER: 'http://localhost:9000' })).oidc?.issuer).toBe(
      'http://localhost:9000',
    );
    for (const issuer of [
      'http://id.example.com',
      'id.example.com',
      'https://id.example.com/?tenant=1',
      'https://user:word@id.example.com',
      'ftp://localhost',
    ]) {
      await expect(read({ ...whole, FAUNA_OIDC_ISSUER: issuer })).rejects.toThrow(
        'FAUNA_OIDC_ISSUER must be the address of an issuer',
      );
    }
  });

  it('never shows the password of a database or a store whose address cannot be read', async () => {
    const wrong = [
      ['DATABASE_URL', 'postgres://u:SEC#RET@localhost/fauna'],
      ['DATABASE_URL', 'postgres://u:12#RET@localhost/fauna'],
      ['DATABASE_URL', 'postgres://u:12/SECRET@localhost/fauna'],
      ['DATABASE_URL', 'postgres://u:12?SECRET@localhost/fauna'],
      ['DATABASE_URL', 'postgres://u:SEC%ffRET@localhost/fauna'],
      ['REDIS_URL', 'redis://:SEC%wRET@localhost'],
    ] as const;
    for (const [name, value] of wrong) {
      const reading = read({ FAUNA_ADMIN_TOKEN: 'given', [name]: value });
      await expect(reading).rejects.toThrow(StartError);
      await expect(reading).rejects.toThrow(`${name} must be an address like`);
      await expect(reading).rejects.toThrow('encode #, /, ?, @ and % in the password');
      await expect(reading).rejects.not.toThrow(/SEC|RET|localhost/);
    }
  });

  it('takes the address of a database behind a socket, and one with an encoded password', async () => {
    for (const address of [
      'postgres://u:p%23w@localhost/fauna',
      'postgres://u@/fauna?host=/run/postgresql',
      'postgresql:///fauna?host=/run/postgresql&user=u',
    ]) {
      expect((await read({ FAUNA_ADMIN_TOKEN: 'given', DATABASE_URL: address })).databaseUrl).toBe(address);
    }
  });

  it('refuses one text for both SDK keys, and says so without showing it', async () => {
    const key = 'the-same-text-for-both-of-the-keys';
    const reading = read({ FAUNA_ADMIN_TOKEN: 'given', FAUNA_CLIENT_KEY: key, FAUNA_SERVER_KEY: key });
    await expect(reading).rejects.toThrow('FAUNA_SERVER_KEY must not be the same as FAUNA_CLIENT_KEY');
    await expect(reading).rejects.not.toThrow(key);
  });

  it('makes a secret once, in a file that only this account can read', async () => {
    const { secret, dataDir } = await read({});
    const file = join(dataDir, 'secret');
    expect((await readFile(file, 'utf8')).trim()).toBe(secret);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await read({})).secret).toBe(secret);
    const given = 'Zm9yIGEgdGVzdCBhbG9uZSwgbm90IGZvciB5b3U';
    expect((await read({ FAUNA_SECRET: given })).secret).toBe(given);
    expect((await readFile(file, 'utf8')).trim()).toBe(secret);
  });

  it('refuses a secret that is short or that others know, and says so in one sentence without showing it', async () => {
    const wrong = {
      changeme: 'a value that others know or guess',
      'change-me-please-change-me-please-change-me': 'a value that others know or guess',
      secret: 'a value that others know or guess',
      password1234567890password1234567890: 'a value that others know or guess',
      abcabcabcabcabcabcabcabcabcabcabcabcabc: 'a value that others know or guess',
      Zm9yIGEgdGVzdCBhbG9uZSwgbm90IG1: '32 to 1024 characters',
    };
    for (const [secret, reason] of Object.entries(wrong)) {
      const error = await read({ FAUNA_SECRET: secret }).catch(String);
      expect(error).toContain('1 setting(s) cannot be used');
      expect(error).toMatch(
        new RegExp(`FAUNA_SECRET must .*${reason}: make one with "openssl rand -base64 48"`),
      );
      if (secret.length > 8) expect(error).not.toContain(secret);
    }
  });

  it('S-55 refuses every token and key that others know, together, and shows none of them', async () => {
    const known = {
      FAUNA_SECRET: 'changeme-changeme-changeme-changeme',
      FAUNA_ADMIN_TOKEN: 'admin',
      FAUNA_BEARER_TOKEN: 'your-secret-token-goes-in-this-place',
      FAUNA_METRICS_TOKEN: 'placeholder-placeholder-placeholder',
      FAUNA_CLIENT_KEY: '12345678901234567890123456789012',
      FAUNA_SERVER_KEY: 'example-server-key-example-server-key',
      FAUNA_SIGNING_KEY: Buffer.alloc(32).toString('base64'),
    };
    const error = await read(known).catch(String);
    expect(error).toContain('Cannot start Fauna: 7 setting(s) cannot be used');
    for (const [name, value] of Object.entries(known)) {
      expect(error).toMatch(new RegExp(`${name} must (not )?be a (value that others know|key that nobody)`));
      if (value.length > 8) expect(error).not.toContain(value);
    }
  });

  it('takes an address for FAUNA_URL, and nothing with a path, a password or another protocol', async () => {
    const urlOf = async (url: string) => (await read({ FAUNA_ADMIN_TOKEN: 'given', FAUNA_URL: url })).url;
    expect(await urlOf('https://flags.example.com')).toBe('https://flags.example.com');
    expect(await urlOf('HTTPS://Flags.example.com:443/')).toBe('https://flags.example.com');
    expect(await urlOf('http://localhost:8080')).toBe('http://localhost:8080');
    for (const wrong of [
      'flags.example.com',
      'https://a.example/fauna',
      'ftp://a.example',
      'https://u:p@a.example',
      'https://a.example/?x',
    ]) {
      await expect(urlOf(wrong)).rejects.toThrow(
        'FAUNA_URL must be an address like https://flags.example.com',
      );
    }
  });

  it('takes addresses and ranges for TRUSTED_PROXIES, and names what is neither', async () => {
    const given = { FAUNA_ADMIN_TOKEN: 'given' };
    const { trustedProxies } = await read({ ...given, TRUSTED_PROXIES: '10.0.0.0/8, ::1' });
    expect(['10.1.2.3', '::1', '192.0.2.1'].map(trustedProxies)).toEqual([true, true, false]);
    expect((await read(given)).trustedProxies('127.0.0.1')).toBe(false);
    await expect(read({ ...given, TRUSTED_PROXIES: '10.0.0.0/8,nginx' })).rejects.toThrow(
      'TRUSTED_PROXIES must be IP addresses or ranges like 10.0.0.0/8, separated by commas: "nginx" is neither',
    );
  });

  it('keeps webhooks to the public internet unless it is told otherwise', async () => {
    const egressOf = async (environment: Record<string, string>) => (await read(environment)).webhookEgress;
    expect(await egressOf({ FAUNA_WEBHOOKS_INSECURE: 'true' })).toMatchObject({ isInsecure: true });
    const { isInsecure, networks } = await egressOf({ FAUNA_WEBHOOKS_NETWORKS: '10.20.0.0/16, fd12::/16' });
    expect([isInsecure, networks('10.20.3.4'), networks('fd12::1'), networks('10.21.0.1')]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    await expect(read({ FAUNA_WEBHOOKS_NETWORKS: '10.20' })).rejects.toThrow('"10.20" is neither');
  });

  it('takes a token of bearers that opens nothing else', async () => {
    const token = 'a-token-of-bearers-that-tests-have-chosen';
    expect((await read({})).bearerToken).toBeUndefined();
    expect((await read({ FAUNA_BEARER_TOKEN: token })).bearerToken).toBe(token);
    for (const wrong of ['short', ` ${token}`, `${token}ü`, token.repeat(6)])
      await expect(read({ FAUNA_BEARER_TOKEN: wrong })).rejects.toThrow(
        'FAUNA_BEARER_TOKEN must have 32 to 200 visible ASCII characters',
      );
    for (const other of ['FAUNA_ADMIN_TOKEN', 'FAUNA_CLIENT_KEY', 'FAUNA_SERVER_KEY'])
      await expect(read({ FAUNA_BEARER_TOKEN: token, [other]: token })).rejects.toThrow(
        'FAUNA_BEARER_TOKEN must not be the same as FAUNA_ADMIN_TOKEN or an SDK key',
      );
  });
});
